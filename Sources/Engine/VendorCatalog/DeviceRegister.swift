import JSONText
import DeviceTable
import PlacementModel

// The other way round from discovery: what a device plugin would write on a node, so that its devices are found again.

/// Encodes devices as the JSON register that ``decodeJSONRegister(_:vendorWord:parser:)`` reads.
///
/// - Source: hami-core.md 2.2
func encodeJSONRegister(_ devices: [DeviceRecord]) -> String {
    var writer = JSONWriter(escapeHTML: false)
    func member(_ key: String, _ number: Int64) {
        writer.key(key)
        writer.int(number)
    }
    func member(_ key: String, _ text: String) {
        writer.key(key)
        writer.string(text)
    }
    writer.beginArray()
    for device in devices {
        writer.beginObject()
        member("id", device.id)
        member("index", Int64(bitPattern: device.index))
        member("count", Int64(device.slots))
        member("devmem", Int64(device.memoryMiB))
        member("devcore", Int64(device.cores))
        member("type", device.type)
        member("numa", Int64(device.numa))
        member("mode", device.mode)
        writer.key("health")
        writer.bool(device.isHealthy)
        if let custom = device.customInfo {
            writer.key("custominfo")
            writer.value(custom)
        }
        writer.endObject()
    }
    writer.endArray()
    return writer.text
}

/// Encodes devices as `id,count,memory,cores,type,numa,health,index,mode:...`. - Source: hami-core.md 2.2
func encodeCSVRegister(_ devices: [DeviceRecord]) -> String {
    devices.map { device in
        "\(device.id),\(device.slots),\(device.memoryMiB),\(device.cores),\(device.type),\(device.numa),"
            + "\(device.isHealthy),\(device.index),\(device.mode.isEmpty ? "hami-core" : device.mode):"
    }.joined()
}

extension VendorRegister {
    public func advertise(_ devices: [DeviceRecord], on node: inout Node) {
        node.metadata.annotations[annotations.register] = encodeJSONRegister(devices)
        node.offer(resources.count, devices.reduce(0) { $0 + Int64(max($1.slots, 1)) })
    }
}

extension Node {
    /// Adds an amount of a resource to what the node has and offers.
    mutating func offer(_ resource: String, _ amount: Int64) {
        let quantity = Quantity(integer: (capacity[resource]?.roundedUp ?? 0) + amount)
        capacity[resource] = quantity
        allocatable[resource] = quantity
    }
}
