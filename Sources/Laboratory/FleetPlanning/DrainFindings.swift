import PlacementModel
import SchedulerSession

/// What stands in the way of emptying nodes, and what is lost by it.
public struct DrainFindings: Sendable, Hashable {
    /// A disruption budget that does not allow as many evictions as the nodes have of its pods.
    public struct Blockade: Sendable, Hashable {
        /// `namespace/name`.
        public var budget: String
        public var allowed: Int
        /// Its pods on the nodes, by name.
        public var pods: [String]
    }

    public var blockades: [Blockade] = []
    /// Pods that nothing makes anew: without a controller they are gone once they are evicted.
    public var bare: [String] = []
    /// Pods of DaemonSets and static pods, which go with their node.
    public var goneWithNode: [String] = []
    /// Pods that several budgets cover: the API server refuses to evict them.
    public var covered: [String] = []

    public init() {}

    /// - Complexity: O(pods x budgets)
    init(_ input: PlacementInput, removed: Set<String>) {
        if removed.isEmpty { return }
        var covering: [String: Int] = [:]
        let going = input.pods.map(\.pod).filter { removed.contains($0.nodeName) && !$0.phase.isTerminal }
        goneWithNode = going.filter(\.belongsToItsNode).map(\.fullName)
        let evicted = going.filter { !$0.belongsToItsNode }
        bare = evicted.filter { $0.metadata.controller == nil }.map(\.fullName)
        for budget in input.cluster.disruptionBudgets {
            let own = evicted.filter { pod in
                pod.metadata.namespace == budget.metadata.namespace && budget.concerns(pod)
            }
            for pod in own { covering[pod.fullName, default: 0] += 1 }
            if own.count > Int(budget.disruptionsAllowed) {
                blockades.append(
                    Blockade(
                        budget: budget.metadata.namespace + "/" + budget.metadata.name,
                        allowed: max(Int(budget.disruptionsAllowed), 0), pods: own.map(\.fullName)))
            }
        }
        blockades.sort { $0.budget < $1.budget }
        covered = covering.filter { $0.value > 1 }.map(\.key).sorted()
    }
}

extension PodDisruptionBudget {
    /// Whether the budget covers a pod of its namespace. An empty selector covers all of them, none covers none.
    fileprivate func concerns(_ pod: Pod) -> Bool {
        PlacementModel.LabelSelector.matches(selector, pod.metadata.labels)
            && !disruptedPods.contains(pod.metadata.name)
    }
}
