import PlacementEngine
import TraceModel

/// Node and devices of every pod that was offered, in the order offered.
public struct DecisionLog: Sendable {
    /// Pod rows of the trace by sequence number.
    public let pods: [Int32]
    /// Node rows by sequence number, -1 = rejected.
    public private(set) var nodes: [Int32]
    private var firstDevice: [Int32]
    private var deviceCount: [Int32]
    private var devices: [Int32] = []

    init(pods: [Int32]) {
        self.pods = pods
        nodes = Array(repeating: -1, count: pods.count)
        firstDevice = Array(repeating: 0, count: pods.count)
        deviceCount = Array(repeating: 0, count: pods.count)
    }

    mutating func record(_ sequence: Int, _ outcome: Outcome, in result: RoundResult) {
        nodes[sequence] = outcome.node
        firstDevice[sequence] = Int32(devices.count)
        deviceCount[sequence] = outcome.deviceCount
        devices.append(contentsOf: result.devices(of: outcome).lazy.map(\.device))
        devices[Int(firstDevice[sequence])...].sort()
    }

    /// Places of a pod's devices in its node, ascending.
    public func devices(_ sequence: Int) -> ArraySlice<Int32> {
        devices[Int(firstDevice[sequence])..<Int(firstDevice[sequence] + deviceCount[sequence])]
    }

    /// CSV with the columns `seq,pod,node,gpu_index`; an empty node is a rejection.
    public func csv(_ trace: Trace) -> [UInt8] {
        var writer = CSVWriter()
        writer.record(["seq", "pod", "node", "gpu_index"])
        for sequence in pods.indices {
            writer.field(Int64(sequence))
            trace.pods.names.withBytes(pods[sequence]) { writer.field(name: $0) }
            writer.field(name: nodes[sequence] < 0 ? "" : trace.nodes[Int(nodes[sequence])].name)
            writer.field(joined: devices(sequence))
            writer.endRecord()
        }
        return writer.bytes
    }
}
