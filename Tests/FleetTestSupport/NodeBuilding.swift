import BulkJSON
import PlacementModel

extension Node {
    /// A node of a test. What it has it offers.
    public static func with(
        name: String = "node", _ capacity: [String: String] = [:], annotations: [String: String] = [:],
        labels: [String: String] = [:]
    ) -> Node {
        let quantities = capacity.mapValues { Quantity.of($0) }
        return Node(
            metadata: ObjectMeta(name: name, labels: labels, annotations: annotations), capacity: quantities,
            allocatable: quantities)
    }
}

/// One device of a JSON register.
public struct RegisteredDevice {
    public var id: String
    public var index: Int
    public var count = 1
    public var memoryMiB = 0
    public var cores = 100
    public var type = ""
    public var numa = 0
    public var mode = ""
    public var isHealthy = true
    /// JSON texts by key.
    public var custom: [String: String]?
    /// JSON text of the MIG profiles.
    public var migProfiles = ""

    public init(_ id: String, index: Int) {
        self.id = id
        self.index = index
    }

    /// `count` devices `<prefix>0`, `<prefix>1`, ... each changed by `edit`.
    public static func make(
        _ count: Int, _ prefix: String, _ edit: (inout RegisteredDevice, Int) -> Void
    ) -> [RegisteredDevice] {
        (0..<count).map { number in
            var device = RegisteredDevice("\(prefix)\(number)", index: number)
            edit(&device, number)
            return device
        }
    }

    var json: String {
        var text =
            #"{"id":"\#(id)","index":\#(index),"count":\#(count),"devmem":\#(memoryMiB),"devcore":\#(cores),"#
            + #""type":"\#(type)","numa":\#(numa),"mode":"\#(mode)","health":\#(isHealthy)"#
        if let custom {
            let members = custom.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
            text += ",\"custominfo\":{" + members.joined(separator: ",") + "}"
        }
        if !migProfiles.isEmpty { text += ",\"migProfiles\":" + migProfiles }
        return text + "}"
    }
}

extension [RegisteredDevice] {
    /// The register annotation's text.
    public var register: String { "[" + map(\.json).joined(separator: ",") + "]" }
}
