import DeviceTable
import PlacementEngine
import VendorCatalog

extension MilliPolicyKind {
    /// Puts a pod on a node and on given devices in thousandths, as a decision made elsewhere says.
    ///
    /// - Parameter devices: places in the node; one that gives several parts stands several times.
    /// - Returns: nil, changing nothing, when the class is not understood or the node has no such device.
    public static func occupy(
        _ requestClass: RequestClass, row: Int, devices: [Int32], in cluster: Fleet, into result: inout RoundResult
    ) -> Outcome? {
        guard let vendor = cluster.catalog.id(ofWord: VendorCatalog.milliWord),
            let request = MilliRequest(requestClass, vendor: vendor, modes: cluster.table.modes)
        else { return nil }
        let range = cluster.table.devices(of: row)
        guard devices.allSatisfy({ (0..<range.count).contains(Int($0)) }) else { return nil }
        let effects = devices.map { device in
            var effect = DeviceEffect.usage(
                device: range.lowerBound + Int(device), slots: 1, memoryMiB: 0, cores: request.milliPerDevice)
            effect.vendor = vendor.rawValue
            return effect
        }
        let resident = cluster.addResident(
            node: row, effects: effects, namespace: requestClass.namespace, resources: requestClass.resources,
            extended: requestClass.extended, podKind: requestClass.podKind)
        let first = Int32(result.devices.count)
        for device in devices {
            result.devices.append(
                AllocatedDevice(
                    device: device, memoryMiB: 0, cores: request.milliPerDevice, container: 0, vendor: vendor.rawValue))
        }
        return Outcome(
            node: Int32(row), firstDevice: first, deviceCount: Int32(devices.count), resident: resident)
    }
}
