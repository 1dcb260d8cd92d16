import TraceModel

extension ReplayMetrics {
    private static let columns = [
        "arrived_pods", "arrived_pct", "wanted_pct", "running_pct", "unplaced_pods", "stranded_memory_pct",
        "stranded_cores_pct", "stranded_memory_mib", "stranded_cores", "frag_ratio_pct", "frag_milli", "imbalance_pct",
        "fairness_pct", "wait_placed", "wait_p50_ms", "wait_p90_ms", "wait_p99_ms", "wait_max_ms",
    ]

    /// CSV, one row a sample: the metrics, then slots, memory and cores in use by vendor.
    ///
    /// Percentages and amounts have two decimals; what does not apply is empty.
    public func csv(_ allocation: AllocationHistory) -> [UInt8] {
        var writer = CSVWriter()
        let vendorColumns = allocation.vendors.flatMap { vendor in
            ["slots", "memory_mib", "cores"].map { "\(vendor.vendor) \($0)" }
        }
        writer.record([allocation.axis == .pods ? "pods" : "time_ms"] + Self.columns + vendorColumns)
        for (place, sample) in samples.enumerated() {
            writer.field(sample.at)
            writer.field(Int64(sample.arrivedPods))
            for percent in [sample.arrivedPercent, sample.wantedPercent, sample.runningPercent] {
                writer.field(hundredths: percent)
            }
            writer.field(Int64(sample.unplacedPods))
            for amount in [
                sample.strandedMemoryPercent, sample.strandedCoresPercent, sample.strandedMemoryMiB,
                sample.strandedCores,
            ] { writer.field(hundredths: amount) }
            for amount in [
                sample.fragmentationPercent, sample.fragmentedMilli, sample.imbalance * 100,
                sample.fairness.map { $0 * 100 },
            ] {
                if let amount { writer.field(hundredths: amount) } else { writer.field("") }
            }
            if let waits = sample.waits {
                writer.field(Int64(waits.placed))
                for wait in [waits.p50, waits.p90, waits.p99, waits.max] { writer.field(wait) }
            } else {
                for _ in 0..<5 { writer.field("") }
            }
            for vendor in allocation.vendors {
                for used in [vendor.usedSlots, vendor.usedMemoryMiB, vendor.usedCores] { writer.field(used[place]) }
            }
            writer.endRecord()
        }
        return writer.bytes
    }
}
