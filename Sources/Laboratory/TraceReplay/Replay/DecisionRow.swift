import TextEscaping
import TraceModel

/// A line of a decisions file: what became of one offered pod.
public struct DecisionRow: Sendable, Hashable {
    public var pod: String
    /// Nil = rejected.
    public var node: String?
    /// Places of the devices in the node, ascending.
    public var devices: [Int32]

    public init(pod: String, node: String?, devices: [Int32] = []) {
        self.pod = pod
        self.node = node
        self.devices = devices
    }

    /// Reads what ``DecisionLog/csv(_:)`` writes; the row's place is the pod's sequence number.
    ///
    /// - Throws: ``TraceError`` that names file, line and column.
    /// - Complexity: linear in the size.
    public static func read(csv bytes: [UInt8], file: String) throws(TraceError) -> [DecisionRow] {
        try bytes.reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: file)
            let places = try reader.columns(["seq", "pod", "node", "gpu_index"])
            var rows: [DecisionRow] = []
            while try reader.next() {
                let sequence = try reader.integer(places[0], in: 0...Int64(Int32.max))
                guard sequence == rows.count else {
                    throw reader.error(places[0], "\(sequence) follows \(rows.count - 1); expected \(rows.count)")
                }
                var devices: [Int32] = []
                for part in try reader.text(places[3]).split(separator: "-") {
                    guard let device = Int32(part) else {
                        throw reader.error(places[3], "\"\(part)\" is no device number")
                    }
                    devices.append(device)
                }
                rows.append(
                    DecisionRow(
                        pod: CellText.original(try reader.text(places[1])),
                        node: reader.isEmpty(places[2]) ? nil : CellText.original(try reader.text(places[2])),
                        devices: devices))
            }
            return rows
        }
    }
}

extension DecisionLog {
    /// The log as rows with names. - Complexity: linear in pods and devices.
    public func rows(_ trace: Trace) -> [DecisionRow] {
        pods.indices.map { sequence in
            DecisionRow(
                pod: trace.pods.name(Int(pods[sequence])),
                node: nodes[sequence] < 0 ? nil : trace.nodes[Int(nodes[sequence])].name,
                devices: Array(devices(sequence)))
        }
    }
}
