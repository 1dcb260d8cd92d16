import PlacementEngine
import PlacementModel

/// Why a pod goes where it goes, or nowhere, in the state of the fleet before it.
public struct DecisionExplanation: Sendable {
    /// One check in the order applied, over the nodes that passed all earlier ones.
    public struct Stage: Sendable, Hashable {
        public var name: String
        /// What the pod asks, for people.
        public var asked: String
        public var entered: Int
        public var passed: Int
        /// Words and how many nodes gave them, most frequent first; a node may give several.
        public var reasons: [(word: String, nodes: Int)]

        public static func == (left: Stage, right: Stage) -> Bool {
            left.name == right.name && left.asked == right.asked && left.entered == right.entered
                && left.passed == right.passed && left.reasons.elementsEqual(right.reasons, by: ==)
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(name)
            hasher.combine(entered)
            hasher.combine(passed)
        }
    }

    /// A node that the pod fits.
    public struct RankedNode: Sendable, Hashable {
        public var row: Int
        public var node: String
        public var score: NodeScoreValue
        /// Shares in use on the node before the pod, where the score reads them.
        public var usage: NodeUsage
        /// The vendors' part of HAMi's score; 0 elsewhere.
        public var vendorScore: Float = 0
    }

    /// Amounts in use on a node and in all, over all its devices.
    public struct NodeUsage: Sendable, Hashable {
        public var usedSlots: Int64 = 0
        public var slots: Int64 = 0
        public var usedCores: Int64 = 0
        public var totalCores: Int64 = 0
        public var usedMemoryMiB: Int64 = 0
        public var totalMemoryMiB: Int64 = 0
    }

    /// Best nodes and nearest nodes that are told of.
    public static let nodesMax = 5

    /// Nodes of the fleet.
    public var nodes: Int
    public var stages: [Stage]
    public var fittingNodes: Int
    /// How the winner is found, in words.
    public var rule: String
    /// The best nodes, the winner first; up to ``nodesMax``. Empty scores where the policy draws.
    public var ranked: [RankedNode]
    /// Fitting nodes with the winner's score, the winner included.
    public var ties: Int
    /// Devices of the winner; nil when no node fits.
    public var chosen: NodeInspection?
    /// The nearest of the nodes that do not fit, when none does; nearest first, up to ``nodesMax``.
    public var nearest: [NodeInspection]
}
