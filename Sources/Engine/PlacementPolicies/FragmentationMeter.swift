import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// Follows allocation and fragmentation of a fleet pod by pod, whatever engine decides.
///
/// Keeps its own copy of the fleet's state, so that every pod of a round gets its own record. A placed pod costs one F of
/// one node; sums over nodes are trees, so nothing drifts.
/// - Units: thousandths of a device.
/// - Source: fgd.md section 8
public final class FragmentationMeter {
    /// The fleet after some pods.
    public struct Record: Sendable, Hashable, BitwiseCopyable {
        /// Asked by all pods offered, rejected ones included.
        public var arrivedMilli: Int64 = 0
        public var usedMilli: Int64 = 0
        /// Nodes with CPU or devices taken.
        public var usedNodes = 0
        /// All devices of those nodes.
        public var usedNodeDevices = 0
        public var idleMilli: Int64 = 0
        /// Sum of F over the nodes, and the part of Q1, Q2 and Q4 in it.
        public var fragmentedMilli = 0.0
        public var lackingMilli = 0.0

        /// Percent of the idle milli that is fragmented.
        public var fragmentationRatio: Double { idleMilli > 0 ? 100 * fragmentedMilli / Double(idleMilli) : 0 }
        public var lackingRatio: Double { idleMilli > 0 ? 100 * lackingMilli / Double(idleMilli) : 0 }
    }

    /// State after the last pod.
    public private(set) var record = Record()
    /// Thousandths of all devices.
    public let totalMilli: Int64
    private let fleet: MilliFleet
    private let fragmentation: Fragmentation
    private var fragmented: SumTree
    private var lacking: SumTree
    private var isUsed: [Bool]
    private var requests: [MilliRequest?] = []

    /// - Precondition: ``PlacementPolicy/thousandthsProblem(with:)`` found nothing.
    public init(_ cluster: Fleet, _ typicalPods: TypicalPods) {
        fleet = MilliFleet(cluster: cluster, ranks: nil, tracksAffinities: false)
        fragmentation = Fragmentation(typicalPods, modes: cluster.table.modes)
        fragmented = SumTree(count: fleet.count)
        lacking = SumTree(count: fleet.count)
        isUsed = Array(repeating: false, count: fleet.count)
        totalMilli = fleet.totalMilli
        for position in 0..<fleet.count {
            let node = fleet.nodes[position]
            record.idleMilli += Int64(node.idleMilli)
            let offered =
                cluster.table.nodes[Int(node.row)].allocatable["cpu"]?
                .amount(CPUMilli.self, inThousandths: true).value ?? .max
            if node.cpuLeftMilli < offered || Int64(node.idleMilli) < fleet.deviceMilli(position) { markUsed(position) }
            measure(position)
        }
        record.usedMilli = totalMilli - record.idleMilli
        readSums()
    }

    /// Takes in what became of a pod; nil = the pod could not be asked for.
    ///
    /// - Parameter isNew: false when the pod was offered before.
    /// - Complexity: O(typical pods x devices) for a placed pod.
    public func add(_ requestClass: RequestClass?, _ outcome: Outcome, in result: RoundResult, isNew: Bool = true) {
        guard let requestClass, let request = request(of: requestClass) else { return }
        let milli = Int64(request.totalMilli)
        if isNew { record.arrivedMilli += milli }
        guard outcome.isPlaced else { return }
        let position = fleet.position(ofRow: Int(outcome.node))
        let node = fleet.nodes + position
        for device in result.devices(of: outcome) { node.pointee.left[Int(device.device)] -= device.cores }
        node.pointee.cpuLeftMilli -= request.cpuMilli
        node.pointee.summarise()
        record.usedMilli += milli
        record.idleMilli -= milli
        if request.cpuMilli > 0 || milli > 0 { markUsed(position) }
        measure(position)
        readSums()
    }

    private func request(of requestClass: RequestClass) -> MilliRequest? {
        while requests.count <= requestClass.id {
            let known = fleet.cluster.classes[requests.count]
            requests.append(MilliRequest(known, vendor: fleet.vendor, modes: fleet.cluster.table.modes))
        }
        return requests[requestClass.id]
    }

    private func markUsed(_ position: Int) {
        if isUsed[position] { return }
        isUsed[position] = true
        record.usedNodes += 1
        record.usedNodeDevices += Int(fleet.nodes[position].deviceCount)
    }

    private func measure(_ position: Int) {
        let amounts = fragmentation.amounts(fleet.nodes[position])
        fragmented.set(position, amounts.total)
        lacking.set(position, amounts.lacking)
    }

    private func readSums() {
        record.fragmentedMilli = fragmented.total
        record.lackingMilli = lacking.total
    }
}

/// A sum over changing numbers, added up pair by pair: the same whatever the order of the changes.
struct SumTree {
    private var sums: [Double]
    private let leafCount: Int

    init(count: Int) {
        var leaves = 1
        while leaves < count { leaves *= 2 }
        leafCount = leaves
        sums = Array(repeating: 0, count: 2 * leaves)
    }

    var total: Double { sums[1] }

    /// - Complexity: O(log n)
    mutating func set(_ place: Int, _ value: Double) {
        var node = leafCount + place
        sums[node] = value
        node /= 2
        while node > 0 {
            sums[node] = sums[2 * node] + sums[2 * node + 1]
            node /= 2
        }
    }
}
