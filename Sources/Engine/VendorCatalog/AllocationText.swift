import PlacementModel

/// One device of a pod's allocation annotation.
public struct AllocationItem: Sendable, Hashable {
    public var uuid: String
    public var memoryMiB: Int32
    public var cores: Int32

    public init(uuid: String, memoryMiB: Int32, cores: Int32) {
        self.uuid = uuid
        self.memoryMiB = memoryMiB
        self.cores = cores
    }
}

/// HAMi's text form of an allocation: `uuid,type,memory,cores:` per device, `;` after each container.
///
/// - Source: hami-core.md 2.4, hami-vendors.md 1.5
public enum AllocationText {
    public static func encode(_ containers: [[PlacedDevice]]) -> String {
        var text = ""
        for devices in containers {
            for device in devices { text += "\(device.record.id),\(device.type),\(device.memoryMiB),\(device.cores):" }
            text += ";"
        }
        return text
    }

    /// Containers in order; each piece between `;` is one, so a trailing `;` gives an empty last one.
    ///
    /// - Returns: nil when any device is malformed; HAMi then ignores the whole pod.
    public static func decode(_ text: String) -> [[AllocationItem]]? {
        var containers: [[AllocationItem]] = []
        for piece in text.split(separator: ";", omittingEmptySubsequences: false) {
            var devices: [AllocationItem] = []
            for item in piece.split(separator: ":") where item.utf8.contains(44) {
                let fields = item.split(separator: ",", omittingEmptySubsequences: false)
                guard fields.count >= 4, let memoryMiB = Int32(goInteger: fields[2]),
                    let cores = Int32(goInteger: fields[3])
                else { return nil }
                // Negative amounts hold nothing; more than a device can have is as much as it can have.
                devices.append(
                    AllocationItem(
                        uuid: String(fields[0]), memoryMiB: DeviceAmount(nearest: Int64(memoryMiB)).int32,
                        cores: DeviceAmount(nearest: Int64(cores)).int32))
            }
            containers.append(devices)
        }
        return containers
    }
}
