import KubernetesWire
import PlacementEngine
import PlacementModel

/// A write or read that is under way for an object; there is at most one.
struct Flight {
    enum Kind: Hashable {
        case bind, prove, look, condition, lock, release
        case volume
    }

    var number: ActionNumber
    var kind: Kind
    /// The version that was sent.
    var version: String
}

/// Where a round has put a pod, and what is to be written about it.
struct Decision {
    var node: String
    /// HAMi's annotations, by key ascending.
    var annotations: [AnnotationWrite]

    var hasDevices: Bool {
        annotations.contains { $0.key == SchedulerAnnotations.assignedNode && $0.value?.isEmpty == false }
    }
}

/// How far it is settled whether a Binding may still take effect.
enum Fence: Hashable {
    case none
    /// The Binding was answered: it was not done. The pod is read to learn why.
    case settled
    /// Any version but this one proves that a Binding sent against it is dead.
    case doubted(version: String)
    /// Somebody else's Binding, against a version that is not known: only a write of ours proves it dead.
    case unknown
}

/// A pod in the ledger.
final class PodEntry {
    let uid: String
    var pod: Pod
    var version: String
    let createdSeconds: Int64
    var hasStarted: Bool
    var state: PodState?
    var decision: Decision?
    var flight: Flight?
    var fence = Fence.none
    /// A read has shown the pod without a node and has proven nothing: the next step is a write.
    var isProving = false
    /// The node whose lock was found to name it, while its Binding is in doubt.
    var fencedNode: String?
    /// When it may be acted on again; nothing is sent for it before.
    var notBefore: Int64 = 0
    var backOffs = 0
    /// The class it is asked for as, while ``classEpoch`` is the placement's.
    var requestClass: RequestClass?
    var classEpoch = -1
    /// Locks it needs, as ``SchedulerCore/lockRules(of:)`` worked out once.
    var lockWords: UInt64?
    /// It is tried because of the flush alone.
    var isFlushed = false
    /// The pod as the fleet has been told of it; nil = it is not charged.
    var charged: Pod?
    /// The node it was seen bound to.
    var boundNode = ""
    var ghostSince: Int64?
    var reservationSince: Int64?
    var conditionText = ""
    var wantedCondition: PodCondition?
    var sentCondition: PodCondition?
    var conditionNotBefore: Int64 = 0
    /// Its phase `failed` has been answered.
    var failureIsNoted = false
    var tamperingIsNoted = false
    /// The node to which the rules over other pods know it to be nominated; empty = none.
    var knownNomination = ""
    /// The list that told of it last.
    var listing = 0
    /// The Binding was answered with success; the watch has not shown it yet.
    var isBindAnswered = false
    /// Claims that its placement waits for, and since when.
    var volumes: PendingVolumes?

    init(uid: String, pod: Pod, version: String, createdSeconds: Int64, hasStarted: Bool) {
        self.uid = uid
        self.pod = pod
        self.version = version
        self.createdSeconds = createdSeconds
        self.hasStarted = hasStarted
    }

    var name: String { pod.fullName }
    var priority: Int32 { pod.hasScheduling ? pod.scheduling.priority : 0 }
    var identity: ObjectIdentity {
        ObjectIdentity(.pods, namespace: pod.metadata.namespace, name: pod.metadata.name, uid: uid)
    }

    /// The order of the queue: priority, age, then the name and the uid byte by byte, so that no two are equal.
    func isBefore(_ other: PodEntry) -> Bool {
        if priority != other.priority { return priority > other.priority }
        if createdSeconds != other.createdSeconds { return createdSeconds < other.createdSeconds }
        if !isSame(name, other.name) { return precedes(name, other.name) }
        return precedes(uid, other.uid)
    }
}

/// Pods in the order of the queue.
struct OrderedPods {
    private(set) var pods: [PodEntry] = []

    var isEmpty: Bool { pods.isEmpty }
    var count: Int { pods.count }
    var first: PodEntry? { pods.first }

    /// Where the pod is, or would be. - Complexity: O(log n)
    private func place(of entry: PodEntry) -> Int {
        var (low, high) = (0, pods.count)
        if let last = pods.last, last.isBefore(entry) { return high }
        while low < high {
            let middle = (low + high) / 2
            if pods[middle].isBefore(entry) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func insert(_ entry: PodEntry) {
        let place = place(of: entry)
        if place < pods.count, pods[place] === entry { return }
        pods.insert(entry, at: place)
    }

    mutating func remove(_ entry: PodEntry) {
        let place = place(of: entry)
        if place < pods.count, pods[place] === entry { pods.remove(at: place) }
    }

    /// Takes the first ones out.
    mutating func takeFirst(_ count: Int) -> [PodEntry] {
        let taken = Array(pods.prefix(count))
        pods.removeFirst(taken.count)
        return taken
    }
}
