import DeviceTable
import PlacementKernels
import PlacementModel

// The steps between which a vendor's Fit runs; called by the evaluator only.
extension FitWorkspace {
    /// Orders the node's device list in place, from its present order.
    public mutating func sort(by policy: DevicePolicy) {
        let comparison = DeviceOrder(
            policy: policy, score: UnsafePointer(score), used: UnsafePointer(used), numa: numa, index: index)
        goSort(UnsafeMutableBufferPointer(start: order.baseAddress, count: deviceCount), by: comparison)
    }

    /// Devices whose raw type contains the vendor's word, in list order.
    public mutating func fillBucket(vendor: VendorID) {
        var count = 0
        for place in 0..<deviceCount where words[Int(order[place])] & vendor.bit != 0 {
            bucket[count] = order[place]
            count += 1
        }
        bucketCount = count
    }

    /// Starts a Fit: its picks come after those booked, its reasons are its own.
    public mutating func beginFit() {
        fitStart = pickCount
        clearReasons()
    }

    /// Books the running Fit's picks as the container's entry.
    public mutating func endFit(container: Int, vendor: VendorID) {
        close(entryOf: container, vendor: vendor)
        fitStart = pickCount
    }

    /// The device that HAMi charges for a pick: the first of the node with the same id.
    public func chargedDevice(for device: Int) -> Int {
        if !table.heads.base[node].flags.contains(.duplicateIDs) { return device }
        return firstDevice(withID: uuid[device]) ?? device
    }
}
