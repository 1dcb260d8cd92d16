import DeviceTable
import PlacementEngine
import VendorCatalog

extension RequestClass {
    /// Whether the policies understand what the class asks of devices in thousandths; on such fleets they reject its pods
    /// otherwise.
    public func isInThousandths(of fleet: Fleet) -> Bool {
        guard let vendor = fleet.catalog.id(ofWord: VendorCatalog.milliWord) else { return false }
        return MilliRequest(self, vendor: vendor, modes: fleet.table.modes) != nil
    }
}

extension Fleet {
    /// Why the fleet is not in thousandths of devices; nil = it is.
    public var thousandthsProblem: PolicyError? { MilliFleet.check(self) }

    /// Puts a pod on a node and on given devices in thousandths, as a decision made elsewhere says.
    ///
    /// - Parameter devices: places in the node; one that gives several parts stands several times.
    /// - Returns: nil, changing nothing, when the class is not understood or the node has no such device.
    public func occupyThousandths(
        _ requestClass: RequestClass, row: Int, devices: [Int32], into result: inout RoundResult
    ) -> Outcome? {
        guard let vendor = catalog.id(ofWord: VendorCatalog.milliWord),
            let request = MilliRequest(requestClass, vendor: vendor, modes: table.modes)
        else { return nil }
        let range = table.devices(of: row)
        guard devices.allSatisfy({ (0..<range.count).contains(Int($0)) }) else { return nil }
        let effects = devices.map { device in
            var effect = DeviceEffect.usage(
                device: range.lowerBound + Int(device), slots: 1, memoryMiB: 0, cores: request.milliPerDevice)
            effect.vendor = vendor.rawValue
            return effect
        }
        let resident = addResident(
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
