import BulkJSON
import TraceReplay

extension JSONWriter {
    /// The member `metrics`: one array a measure, as long as `allocation.at`.
    mutating func metrics(_ metrics: ReplayMetrics) {
        let samples = metrics.samples
        key("metrics")
        beginObject()
        numbers("at", samples.map(\.at))
        numbers("arrivedPods", samples.map { Int64($0.arrivedPods) })
        numbers("unplacedPods", samples.map { Int64($0.unplacedPods) })
        doubles("arrivedPercent", samples.map(\.arrivedPercent))
        doubles("wantedPercent", samples.map(\.wantedPercent))
        doubles("runningPercent", samples.map(\.runningPercent))
        doubles("strandedMemoryPercent", samples.map(\.strandedMemoryPercent))
        doubles("strandedCoresPercent", samples.map(\.strandedCoresPercent))
        doubles("strandedMemoryMiB", samples.map(\.strandedMemoryMiB))
        doubles("strandedCores", samples.map(\.strandedCores))
        doubles("fragmentationPercent", samples.map(\.fragmentationPercent))
        doubles("fragmentedMilli", samples.map(\.fragmentedMilli))
        doubles("imbalance", samples.map(\.imbalance))
        doubles("fairness", samples.map(\.fairness))
        waits(samples.map(\.waits))
        key("refusedByReason")
        beginObject()
        for (reason, counts) in metrics.refusedByReason.sorted(by: { $0.key < $1.key }) {
            numbers(reason, counts.map(Int64.init))
        }
        endObject()
        key("namespaces")
        beginArray()
        for namespace in metrics.namespaces { self.namespace(namespace) }
        endArray()
        key("snapshots")
        beginArray()
        for snapshot in metrics.snapshots { self.snapshot(snapshot) }
        endArray()
        endObject()
    }

    private mutating func waits(_ waits: [ReplayMetrics.Waits?]) {
        key("waitsMs")
        beginObject()
        func each(_ value: KeyPath<ReplayMetrics.Waits, Int64>) -> [Double?] {
            waits.map { $0.map { Double($0[keyPath: value]) } }
        }
        numbers("placed", waits.map { Int64($0?.placed ?? 0) })
        doubles("p50", each(\.p50))
        doubles("p90", each(\.p90))
        doubles("p99", each(\.p99))
        doubles("max", each(\.max))
        endObject()
    }

    private mutating func namespace(_ namespace: ReplayMetrics.Namespace) {
        beginObject()
        member("name", namespace.name)
        member("pods", Int64(namespace.pods))
        member("placed", Int64(namespace.placed))
        member("askedMilli", namespace.askedMilli)
        member("placedMilli", namespace.placedMilli)
        if let waits = namespace.waits {
            key("waitMs")
            beginObject()
            member("p50", waits.p50)
            member("p90", waits.p90)
            member("p99", waits.p99)
            member("max", waits.max)
            endObject()
        }
        endObject()
    }

    private mutating func snapshot(_ snapshot: FleetSnapshot) {
        beginObject()
        member("at", snapshot.at)
        key("bins")
        beginArray()
        for bin in snapshot.bins {
            beginObject()
            member("vendor", bin.vendor)
            member("firstNode", bin.firstNode)
            member("nodes", Int64(bin.nodes))
            numbers("devicePercent", bin.devicePercent.map(Int64.init))
            endObject()
        }
        endArray()
        endObject()
    }
}
