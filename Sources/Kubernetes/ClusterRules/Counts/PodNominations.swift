import DeviceTable
import PlacementEngine
import PlacementModel

/// Pods that wait for a node on which others were evicted for them: pods that matter no more than they do leave them room.
///
/// ```
/// node n   free 4 CPU   nominated a (priority 9, 3 CPU), b (priority 5, 2 CPU)
///          a pod of priority 7 may take 1 CPU: only a counts for it
/// ```
///
/// Changes when a nominated pod is placed or taken off again, and with the node's name.
/// - Source: framework/runtime/framework.go, RunFilterPluginsWithNominatedPods
struct PodNominations {
    struct Nominee {
        let name: String
        let node: String
        let priority: Int32
        let demand: NodeDemand
        /// Of the pod, known once it is asked for.
        var kind: Int32 = noPodKind
        /// The pod runs.
        var isPlaced = false
    }

    /// In the order of the queue.
    private(set) var nominees: [Nominee] = []
    private var byName: [String: Int] = [:]
    private var byNode: [String: [Int]] = [:]
    /// Distinct, ascending.
    private var priorities: [Int32] = []

    var isEmpty: Bool { nominees.isEmpty }

    /// - Parameter demand: what a pod asks of its node.
    init(_ pods: some Sequence<Pod>, demand: (Pod) -> NodeDemand) {
        for pod in pods where pod.isNominated {
            byName[pod.fullName] = nominees.count
            byNode[pod.scheduling.nominatedNodeName, default: []].append(nominees.count)
            nominees.append(
                Nominee(
                    name: pod.fullName, node: pod.scheduling.nominatedNodeName, priority: pod.scheduling.priority,
                    demand: demand(pod)))
        }
        priorities = Set(nominees.map(\.priority)).sorted()
    }

    /// How many levels of priority are below the pod's own: those have to make room for it.
    func rank(of pod: Pod) -> Int32 {
        if isEmpty { return 0 }
        let priority = pod.hasScheduling ? pod.scheduling.priority : 0
        return Int32(priorities.firstIndex { $0 >= priority } ?? priorities.count)
    }

    func isNominee(_ name: String) -> Bool { byName[name] != nil }

    mutating func setKind(_ kind: Int32, of name: String) {
        if let place = byName[name] { nominees[place].kind = kind }
    }

    /// Whether a pod of the rank has to leave room to anybody.
    func concerns(rank: Int32) -> Bool { rank < Int32(priorities.count) }

    mutating func note(_ name: String, isPlaced: Bool) {
        if let place = byName[name] { nominees[place].isPlaced = isPlaced }
    }

    /// Those on a node for whom a pod leaves room.
    ///
    /// - Parameter name: the pod itself, where it is nominated.
    func waiting(on node: String, rank: Int32, except name: String?) -> [Nominee] {
        guard let places = byNode[node] else { return [] }
        return places.map { nominees[$0] }.filter {
            !$0.isPlaced && $0.name != name && $0.priority >= priorities[min(Int(rank), priorities.count - 1)]
                && concerns(rank: rank)
        }
    }
}

extension Pod {
    /// Whether the pod waits for a node it was nominated to.
    public var isNominated: Bool {
        hasScheduling && !scheduling.nominatedNodeName.isEmpty && nodeName.isEmpty && !phase.isTerminal
            && !isTerminating
    }
}
