import JSONText
import DeviceTable
import PlacementModel

// What several vendors share when they read a node or a container.

extension VendorRegister {
    /// A capacity that must be there and exact.
    func capacity(_ name: String, of node: Node) throws(DiscoveryError) -> Int64 {
        let value = name.isEmpty ? nil : node.capacity[name]
        guard let count = value?.exactInt64, count != 0 else {
            throw DiscoveryError("device not found \(name)")
        }
        return count
    }

    /// One device per started `perDevice` units: i = 0, 1, ... while i x perDevice < units.
    ///
    /// - Throws: when a node claims more devices than ``InputLimits/devicesPerNode``.
    func capacityDevices(
        vcores units: Int64, perDevice: Int64, _ make: (Int) -> DeviceRecord
    ) throws(DiscoveryError) -> [DeviceRecord] {
        var devices: [DeviceRecord] = []
        var number: Int64 = 0
        // The product stays small: the loop ends at a thousand devices.
        while number * perDevice < units {
            if number == Int64(InputLimits.devicesPerNode) {
                throw DiscoveryError(
                    "the node claims \(units) units, more than \(InputLimits.devicesPerNode) devices have",
                    isMalformed: true)
            }
            devices.append(make(Int(number)))
            number += 1
        }
        return devices
    }

    /// Each device's share of a node's memory, given in units.
    ///
    /// - Parameters: `cores` of the node, above 0, and of a device.
    static func memoryMiB(units: Int64, unitMiB: Int64, of cores: Int64, perDevice: Int64) -> Int32 {
        // 128 bits hold the product of any three such numbers.
        let share = Int128(units) * Int128(unitMiB) * Int128(perDevice) / Int128(cores)
        return DeviceShareAmount(nearest: Int64(clamping: share)).int32
    }

    /// Memory given in units, as MiB; 0 if absent, nil if it voids the whole request (no integer, negative, too large).
    func unitMemory(_ container: Container, unitMiB: Int32) -> Int32? {
        guard let quantity = container.limitOrRequest(resources.memory) else { return 0 }
        guard let units = quantity.exactInt64, units >= 0, units <= Int64(Int32.max / unitMiB) else { return nil }
        return Int32(units) * unitMiB
    }

    /// A count between 1 and the 32-bit maximum.
    func positiveCount(_ quantity: Quantity?) -> Int32? {
        guard let count = quantity?.exactInt64, count >= 1, count <= Int64(Int32.max) else { return nil }
        return Int32(count)
    }

    /// The comma and colon register of the device plugins that still write it.
    ///
    /// - Source: hami-vendors.md 1.1
    func csvRegister(of node: Node) throws(DiscoveryError) -> [DeviceRecord] {
        guard let text = node.metadata.annotations[annotations.register] else {
            throw DiscoveryError("annos not found \(annotations.register)")
        }
        return try decodeCSVRegister(text, vendorWord: commonWord)
    }
}

/// Decodes `id,count,memory,cores,type,numa,health[,index,mode]:...`.
///
/// - Source: hami-core.md 2.2
func decodeCSVRegister(_ text: String, vendorWord: String) throws(DiscoveryError) -> [DeviceRecord] {
    guard text.utf8.contains(58) else {
        throw DiscoveryError("node annotation missing device separator", isMalformed: true)
    }
    var devices: [DeviceRecord] = []
    for segment in text.split(separator: ":") {
        guard segment.utf8.contains(44) else {
            throw DiscoveryError("malformed node annotation segment: \"\(segment)\"", isMalformed: true)
        }
        let fields = segment.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 7 || fields.count == 9 else {
            throw DiscoveryError("unexpected field count \(fields.count) in node annotation", isMalformed: true)
        }
        func number(_ field: Int, _ name: String) throws(DiscoveryError) -> Int32 {
            guard let value = Int32(goInteger: fields[field]) else {
                throw DiscoveryError("invalid \(name) field: \"\(fields[field])\"", isMalformed: true)
            }
            return value
        }
        let slots = try number(1, "count")
        let memoryMiB = try number(2, "memory")
        let cores = try number(3, "core")
        guard let isHealthy = parseBool(fields[6]) else {
            throw DiscoveryError("invalid health field: \"\(fields[6])\"", isMalformed: true)
        }
        guard let numa = Int(goInteger: fields[5]) else {
            throw DiscoveryError("invalid numa field: \"\(fields[5])\"", isMalformed: true)
        }
        var record = DeviceRecord(
            id: fields[0], slots: slots, memoryMiB: memoryMiB, cores: cores, type: fields[4], numa: numa,
            mode: "hami-core", isHealthy: isHealthy, vendorWord: vendorWord)
        if fields.count == 9 {
            guard let index = Int(goInteger: fields[7]) else {
                throw DiscoveryError("invalid index field: \"\(fields[7])\"", isMalformed: true)
            }
            guard index >= 0 else {
                throw DiscoveryError("index field must not be negative: \(index)", isMalformed: true)
            }
            record.index = UInt64(index)
            record.mode = fields[8]
        }
        devices.append(record)
    }
    return devices
}

extension FixedWidthInteger {
    /// Go's strconv.Atoi and ParseInt(base 10): optional sign, digits only, in range.
    init?(goInteger text: some StringProtocol) {
        self.init(text, radix: 10)
    }
}
