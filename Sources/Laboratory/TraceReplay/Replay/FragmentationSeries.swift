import PlacementEngine
import PlacementPolicies
import TraceModel

/// Allocation and fragmentation after every pod offered.
public struct FragmentationSeries: Sendable {
    /// By sequence number.
    public private(set) var records: [FragmentationMeter.Record] = []
    /// Thousandths of all devices of the fleet.
    public let totalMilli: Int64

    init(totalMilli: Int64, pods: Int) {
        self.totalMilli = totalMilli
        records.reserveCapacity(pods)
    }

    mutating func append(_ record: FragmentationMeter.Record) { records.append(record) }

    private static let columns = [
        "seq", "arrived_gpu_milli", "used_gpu_milli", "used_nodes", "used_node_gpus", "frag_milli", "frag_ratio_pct",
        "q124_ratio_pct", "idle_milli",
    ]

    /// CSV, one row a pod, amounts and percentages with two decimals.
    public func csv() -> [UInt8] {
        var writer = CSVWriter()
        writer.record(Self.columns)
        for (sequence, record) in records.enumerated() {
            writer.field(Int64(sequence))
            writer.field(record.arrivedMilli)
            writer.field(record.usedMilli)
            writer.field(Int64(record.usedNodes))
            writer.field(Int64(record.usedNodeDevices))
            writer.field(hundredths: record.fragmentedMilli)
            writer.field(hundredths: record.fragmentationRatio)
            writer.field(hundredths: record.lackingRatio)
            writer.field(hundredths: Double(record.idleMilli))
            writer.endRecord()
        }
        return writer.bytes
    }
}
