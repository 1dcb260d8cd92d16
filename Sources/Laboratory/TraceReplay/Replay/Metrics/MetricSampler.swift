import DeviceTable
import PlacementEngine
import PlacementModel
import PlacementPolicies
import TraceModel
import VendorCatalog

/// Follows a replay and takes samples of everything in ``ReplayMetrics``; works between rounds, outside the measured time.
struct MetricSampler {
    private(set) var metrics = ReplayMetrics()
    private let trace: Trace
    private let cluster: Fleet
    private let context: PolicyContext
    private let demand: DemandTable
    private var stranded: StrandedCapacity
    private let binning: FleetBinning
    private var usage: FleetUsage
    private var fairness = NamespaceFairness()
    private var arrivedPods = 0
    private var arrivedMilli: Int64 = 0
    private var placedPods = 0
    private var waitsSinceSample: [Int64] = []
    /// By namespace text id.
    private var namespaces: [Int32: (use: ReplayMetrics.Namespace, waitsMs: [Int64])] = [:]
    /// Positions of the snapshots still to take, soonest first.
    private var moments: [Int64]
    private let keepsWaits: Bool

    /// - Parameters:
    ///   - order: pod rows in the order offered.
    ///   - moments: where on the axis snapshots of the fleet are wanted, ascending.
    init(
        _ trace: Trace, order: [Int32], cluster: Fleet, context: PolicyContext, moments: [Int64], keepsWaits: Bool
    ) {
        self.trace = trace
        self.cluster = cluster
        self.context = context
        self.moments = moments
        self.keepsWaits = keepsWaits
        demand = DemandTable(trace.pods, cluster: cluster)
        stranded = StrandedCapacity(
            trace.pods, order: order, demand: demand, vendorCount: cluster.catalog.vendors.count)
        binning = FleetBinning(cluster)
        usage = FleetUsage(cluster.table)
    }

    /// Counts the pods that run from the start as arrived and placed.
    mutating func addResidents(_ pods: [Int32]) {
        for pod in pods {
            let (namespace, milli) = account(pod)
            fairness.didArrive(namespace: namespace, milli: milli)
            fairness.didPlace(namespace: namespace, milli: milli)
        }
    }

    private func account(_ pod: Int32) -> (namespace: Int32, milli: Int64) {
        let shape = Int(trace.pods.shape[Int(pod)])
        return (trace.pods.shapes[shape].namespace, demand.milli[shape])
    }

    // MARK: Events

    mutating func didArrive(_ pod: Int32) {
        let (namespace, milli) = account(pod)
        arrivedPods += 1
        arrivedMilli += milli
        fairness.didArrive(namespace: namespace, milli: milli)
        namespaces[namespace, default: (.init(name: trace.pods.texts[namespace]), [])].use.pods += 1
        namespaces[namespace]?.use.askedMilli += milli
    }

    mutating func didPlace(_ pod: Int32, waitMs: Int64) {
        let (namespace, milli) = account(pod)
        placedPods += 1
        fairness.didPlace(namespace: namespace, milli: milli)
        namespaces[namespace]?.use.placed += 1
        namespaces[namespace]?.use.placedMilli += milli
        guard keepsWaits else { return }
        waitsSinceSample.append(waitMs)
        namespaces[namespace]?.waitsMs.append(waitMs)
    }

    mutating func didLeave(_ pod: Int32) {
        let (namespace, milli) = account(pod)
        fairness.didLeave(namespace: namespace, milli: milli)
    }

    /// Adds what a pod got within a round; `recount` finds it by itself.
    mutating func add(_ outcome: Outcome, of pod: Int32, in result: RoundResult) {
        let shape = trace.pods.shapes[Int(trace.pods.shape[Int(pod)])]
        let asked = NodeResources(
            cpuMilli: shape.cpuMilli, memoryBytes: shape.memoryMiB << 20, ephemeralBytes: 0, pods: 1)
        usage.add(outcome, asking: asked, in: result)
    }

    mutating func recount() { usage.recount() }

    // MARK: Samples

    /// Takes a sample, replacing one at the same position.
    ///
    /// - Parameter fragmentation: as followed pod by pod; nil = as the fleet stands.
    /// - Complexity: O(devices + devices of changed nodes x typical requests + namespaces)
    mutating func sample(at position: Int64, fragmentation: FragmentationMeter.Record?) {
        var sample = ReplayMetrics.Sample(at: position)
        let deviceMilli = Double(max(cluster.table.deviceRowCount, 1)) * 1000
        sample.arrivedPods = arrivedPods
        sample.arrivedPercent = Double(arrivedMilli) * 100 / deviceMilli
        sample.wantedPercent = Double(fairness.wantedMilli) * 100 / deviceMilli
        sample.runningPercent = Double(fairness.runningMilli) * 100 / deviceMilli
        sample.unplacedPods = arrivedPods - placedPods
        sample.imbalance = NodeImbalance.measure(usage)
        sample.fairness = fairness.jainIndex
        sample.waits = ReplayMetrics.Waits(waitsSinceSample)
        waitsSinceSample.removeAll(keepingCapacity: true)
        if trace.metadata.deviceModel == .milli {
            let record = fragmentation ?? measuredFragmentation()
            sample.fragmentationPercent = record?.fragmentationRatio
            sample.fragmentedMilli = record?.fragmentedMilli
        } else {
            let amounts = stranded.measure(&usage)
            func percent(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part * 100 / whole : 0 }
            sample.strandedMemoryMiB = amounts.strandedMemoryMiB
            sample.strandedCores = amounts.strandedCores
            sample.strandedMemoryPercent = percent(amounts.strandedMemoryMiB, amounts.freeMemoryMiB)
            sample.strandedCoresPercent = percent(amounts.strandedCores, amounts.freeCores)
        }
        if metrics.samples.last?.at == position {
            // Nothing happened in between, except perhaps a more exact count.
            sample.waits = sample.waits ?? metrics.samples.last?.waits
            metrics.samples.removeLast()
        }
        metrics.samples.append(sample)
        while let moment = moments.first, moment <= position {
            moments.removeFirst()
            if metrics.snapshots.last?.at != position {
                metrics.snapshots.append(binning.snapshot(usage, at: position))
            }
        }
    }

    private func measuredFragmentation() -> FragmentationMeter.Record? {
        guard cluster.thousandthsProblem == nil else { return nil }
        return FragmentationMeter(cluster, context.typicalPods).record
    }

    /// Ends the run. - Parameter refusals: sequence number and leading reason of every refused pod, ascending.
    mutating func finish(refusals: [(sequence: Int32, reason: String)]) -> ReplayMetrics {
        metrics.namespaces = namespaces.values.map { use, waitsMs in
            var use = use
            use.waits = ReplayMetrics.Waits(waitsMs)
            return use
        }.sorted { $0.name < $1.name }
        for (place, sample) in metrics.samples.enumerated() where !keepsWaits {
            for (_, reason) in refusals.prefix(while: { Int64($0.sequence) < sample.at }) {
                metrics.refusedByReason[reason, default: Array(repeating: 0, count: metrics.samples.count)][place] += 1
            }
        }
        return metrics
    }
}
