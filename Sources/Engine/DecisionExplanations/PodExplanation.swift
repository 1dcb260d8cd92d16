import PlacementEngine

/// What became of one pod of a placement or a replay, and why.
public struct PodExplanation: Sendable {
    public enum Outcome: String, Sendable, Hashable {
        case placed
        case rejected
        /// Admission refused the pod.
        case denied
        /// The pod as written can never be scheduled.
        case invalid
        /// No scheduler looks at the pod.
        case skipped
    }

    public var pod: String
    public var outcome: Outcome
    /// Sequence number, from 0: the pods offered before it.
    public var sequence: Int
    /// Why not, in a sentence; nil for placed pods.
    public var message: String?
    public var node: String?
    /// Names of the containers, init containers first.
    public var containers: [String]
    /// When the pod was decided, where a clock runs.
    public var timing: Timing?
    /// Nil for pods that no node was asked about.
    public var decision: DecisionExplanation?
    /// What else the reader should know.
    public var notes: [String] = []

    /// Times on a virtual clock in milliseconds.
    public struct Timing: Sendable, Hashable {
        public var arrivedMs: Int64
        public var decidedMs: Int64
        /// Rounds in which the pod was offered, the deciding one included.
        public var offers: Int

        public init(arrivedMs: Int64, decidedMs: Int64, offers: Int) {
            self.arrivedMs = arrivedMs
            self.decidedMs = decidedMs
            self.offers = offers
        }
    }

    public init(
        pod: String, outcome: Outcome, sequence: Int, message: String? = nil, node: String? = nil,
        containers: [String] = [], timing: Timing? = nil, decision: DecisionExplanation? = nil, notes: [String] = []
    ) {
        self.pod = pod
        self.outcome = outcome
        self.sequence = sequence
        self.message = message
        self.node = node
        self.containers = containers
        self.timing = timing
        self.decision = decision
        self.notes = notes
    }
}

extension DecisionExplanation {
    /// Puts the devices that a pod really got in the place of those that the scan expected; single requests only.
    public mutating func noteGrants(_ devices: some Sequence<AllocatedDevice>) {
        guard chosen?.asks.count == 1 else { return }
        for row in chosen!.asks[0].devices.indices { chosen!.asks[0].devices[row].granted = nil }
        for device in devices {
            guard let row = chosen!.asks[0].devices.firstIndex(where: { $0.place == Int(device.device) }) else {
                continue
            }
            let before = chosen!.asks[0].devices[row].granted
            chosen!.asks[0].devices[row].granted = DeviceVerdict.Grant(
                memoryMiB: (before?.memoryMiB ?? 0) &+ device.memoryMiB, cores: (before?.cores ?? 0) &+ device.cores)
        }
    }
}

/// How a pod is named on a command line: `name`, `namespace/name`, or `#17` for the pod offered as number 17, from 0.
public enum PodReference: Sendable, Hashable {
    case name(String)
    case sequence(Int)

    public init(_ text: String) {
        if text.hasPrefix("#"), let number = Int(text.dropFirst()), number >= 0 {
            self = .sequence(number)
        } else {
            self = .name(text)
        }
    }

    public var text: String {
        switch self {
        case .name(let name): name
        case .sequence(let number): "#\(number)"
        }
    }
}
