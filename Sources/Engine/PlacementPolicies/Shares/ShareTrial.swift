import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// Tries a pod on a node as HAMi would place it, and shows the outcome to policies.
///
/// The exact check says whether the pod fits and which devices it takes; the view says it in thousandths:
/// ```
/// left       by device: the scarcer of free memory and cores, 0 without a free slot     floor
/// request    devices taken; of each the larger of its shares of memory and cores        ceiling
/// ```
/// A view holds the devices that the vendors asked may use; pods without devices see them all.
/// - Source: fgd.md section 2, carried over to slots, memory and cores
struct ShareTrial: ~Copyable {
    /// A node before the pod, and what the pod takes there.
    struct View {
        /// With the largest part taken as `milliPerDevice`, and the sum of all as `totalMilli`.
        var request: MilliRequest
        var node: MilliNode
        /// Devices taken, a bit by their place in `node.left`.
        var taken: UInt64 = 0
        var largest: LargestMachine
    }

    let cluster: Fleet
    private var evaluator: NodeEvaluator
    private var collapser = UsageCollapser()
    private let affinities: AffinityLedger
    private let largest: LargestMachine
    private let left: UnsafeMutablePointer<Int32>
    /// What devices were registered when the trial was made.
    private let structureVersion: Int

    /// - Parameter tracksAffinities: whether counts of pods by affinity class follow the cluster from now on, as one trial at
    ///   a time can.
    /// - Complexity: linear in nodes, devices and residents.
    init(cluster: Fleet, tracksAffinities: Bool = true) {
        self.cluster = cluster
        evaluator = NodeEvaluator(cluster: cluster)
        affinities = AffinityLedger(nodes: cluster.table.nodeRowCount, shares: cluster.table)
        largest = Self.largestMachine(cluster.table)
        left = .allocate(capacity: cluster.devicesPerNodeMax)
        structureVersion = cluster.table.structureVersion
        if tracksAffinities { cluster.track(affinities) } else { cluster.count(into: affinities) }
    }

    deinit { left.deallocate() }

    /// False once nodes or devices came, went or were registered anew.
    var isCurrent: Bool { structureVersion == cluster.table.structureVersion }

    /// Exact checks so far.
    var checks: Int { evaluator.trials }

    /// Row of the node just tried.
    var node: Int { evaluator.workspace.node }

    /// What the pod takes of each device of the node just tried.
    var usages: [CollapsedUsage] { collapser.usages }

    /// Whether a pod fits on a node; if so the trial shows what it takes there.
    mutating func fits(_ requestClass: RequestClass, row: Int) -> Bool {
        if cluster.firstFailingFilter(requestClass, node: row) != nil { return false }
        if !evaluator.fits(requestClass, node: row) { return false }
        collapser.collapse(evaluator.workspace)
        return true
    }

    /// Makes the pod just tried resident. - Complexity: O(picks), no allocation in steady state.
    mutating func commit(
        _ requestClass: RequestClass, effects: inout [DeviceEffect], into result: inout RoundResult
    ) -> Outcome {
        let resident = cluster.commit(
            requestClass, evaluator.workspace, collapser: &collapser, effects: &effects)
        return evaluator.workspace.outcome(resident: resident, into: &result)
    }

    /// The node just tried in thousandths; `left` is valid until the next view. - Complexity: O(devices)
    func view(of requestClass: RequestClass) -> View {
        let table = cluster.table
        let head = table.heads.base[node]
        let free = table.free.base[node]
        let asked = requestClass.requestedVendors
        var view = View(
            request: MilliRequest(cpuMilli: requestClass.resources.cpuMilli, devices: 0, milliPerDevice: 0),
            node: MilliNode(row: Int32(node), left: left, residents: affinities.counters(of: node)), largest: largest)
        view.node.cpuLeftMilli = free.cpuMilli
        view.node.memoryLeftBytes = free.memoryBytes
        view.node.podsLeft = free.pods
        var count = 0
        for place in 0..<Int(head.deviceCount) {
            let device = Int(head.firstDevice) + place
            if asked != 0 && table.words.base[device] & asked == 0 { continue }
            left[count] = DeviceShares.free(device, memoryMiB: 0, cores: 0, slots: 0, table)
            for usage in collapser.usages where Int(usage.device) == place {
                let part = DeviceShares.part(memoryMiB: usage.memoryMiB, cores: usage.cores, of: device, table)
                view.request.devices += 1
                view.request.milliPerDevice = max(view.request.milliPerDevice, part)
                view.request.totalMilli &+= part
                view.taken |= 1 << UInt64(truncatingIfNeeded: count)
            }
            count += 1
        }
        view.node.deviceCount = Int32(count)
        view.node.summarise()
        return view
    }

    /// The most CPU and the most devices of a node; nodes without a limit on CPU are left out.
    private static func largestMachine(_ table: DeviceTable) -> LargestMachine {
        var largest = LargestMachine(cpuMilli: 1, deviceMilli: MilliNode.deviceMilli)
        for row in 0..<table.nodeRowCount {
            if let cpu = table.nodes[row].allocatable["cpu"] {
                largest.cpuMilli = max(largest.cpuMilli, cpu.amount(CPUMilli.self, inThousandths: true).value)
            }
            largest.deviceMilli = max(largest.deviceMilli, table.heads.base[row].deviceCount * MilliNode.deviceMilli)
        }
        return largest
    }
}
