import PlacementModel

/// What became of one queued pod, ready to be printed.
public struct PodReport: Sendable {
    public enum Verdict: Sendable, Hashable {
        case placed(PodPlacement)
        /// No node takes the pod.
        case rejected(PodRejection)
        /// The admission webhook refuses the pod; the text is the webhook's.
        case denied(String)
        /// The pod as written can never be scheduled; the text names the field.
        case invalid(String)
        /// No scheduler looks at the pod; the text says why.
        case skipped(String)
    }

    /// `namespace/name`.
    public var pod: String
    public var verdict: Verdict
    /// Wishes of the manifest that were not weighed, by field path.
    public var notConsidered: [String]
    /// What the reader of the outcome should know besides.
    public var notes: [String]
    public var explanation: PlacementExplanation?
}

public struct PodPlacement: Sendable, Hashable {
    public var node: String
    /// HAMi's; nil where another policy chose the node.
    public var score: Float?
    public var devices: [AssignedDevice]
    /// What HAMi patches onto the pod; nil when it writes nothing or patches were not asked for.
    public var patch: PodPatch?
}

/// One device a container got.
public struct AssignedDevice: Sendable, Hashable {
    public var container: String
    /// HAMi's word for the vendor.
    public var vendor: String
    public var id: String
    /// The device's place in its node's register, from 0.
    public var place: Int
    /// Card model or vendor word, as registered.
    public var type: String
    public var memoryMiB: Int32
    /// In the vendor's unit: percent of one device, unless the vendor counts otherwise.
    public var cores: Int32
}

/// A merge patch: `{"metadata":{"annotations":…,"labels":…}}`.
public struct PodPatch: Sendable, Hashable {
    public var annotations: [String: String]
    public var labels: [String: String]
}

public struct PodRejection: Sendable, Hashable {
    /// Whether waiting could help.
    public enum Prospect: String, Sendable, Hashable {
        /// Not even the empty fleet could take the pod.
        case never
        /// The empty fleet could; now something is in the way.
        case later

        public var text: String {
            switch self {
            case .never: "never fits this fleet"
            case .later: "does not fit now"
            }
        }
    }

    public struct Reason: Sendable, Hashable {
        public var word: String
        /// Nodes that gave the reason; a node may give several.
        public var nodes: Int

        public init(word: String, nodes: Int) {
            self.word = word
            self.nodes = nodes
        }
    }

    public var fleetNodes: Int
    /// Most frequent first.
    public var reasons: [Reason]
    public var prospect: Prospect?

    public init(fleetNodes: Int, reasons: [Reason], prospect: Prospect? = nil) {
        self.fleetNodes = fleetNodes
        self.reasons = reasons
        self.prospect = prospect
    }

    /// As kube-scheduler says it, its texts in the order of their bytes:
    /// `0/12 nodes are available: 4 node(s) had untolerated taint(s), 8 CardInsufficientMemory`.
    public var message: String {
        let head = "0/\(fleetNodes) nodes are available"
        if reasons.isEmpty { return head }
        let texts = reasons.map { "\($0.nodes) \($0.word)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return head + ": " + texts.joined(separator: ", ")
    }
}

/// Why a pod went where it went, or why it went nowhere.
public struct PlacementExplanation: Sendable, Hashable {
    /// Nodes with the same answer, in fleet order.
    public struct Group: Sendable, Hashable {
        public var reason: String
        public var nodes: [String]
    }

    public struct ScoredNode: Sendable, Hashable {
        public var node: String
        public var score: Float
    }

    /// Scores told of at most this many nodes.
    public static let bestMax = 5

    /// Nodes left out before their devices were looked at, by filter.
    public var filtered: [Group]
    /// Nodes whose devices do not do, by HAMi's text.
    public var refused: [Group]
    public var fittingNodes: Int
    /// The fitting nodes that rank highest, best first.
    public var best: [ScoredNode]
    /// Why the winner won; nil when no node fits.
    public var choice: String?
}
