import DeviceTable
import PlacementModel

/// Rules that look at the pods on the fleet before they let another one onto a node: ports of the node, affinity between
/// pods, topology spread, volumes, room kept for nominated pods.
///
/// Whoever knows such rules answers by the *kind* of a pod: a number for all pods that such rules treat alike, as readers
/// and as read. The fleet tells of every pod that comes or goes, so that answers follow within a round. Engines ask
/// beside their own filters; a class whose kind is ``noPodKind`` costs nothing.
public protocol InterPodRules: AnyObject {
    /// Grows with every event that may change an answer.
    var version: Int { get }

    /// The kind of a pod; ``noPodKind`` where no rule reads it and it has none.
    func kind(of pod: Pod) -> Int32

    /// Whether the pods on the fleet leave the node to a pod of the kind.
    ///
    /// - Complexity: O(terms of the kind)
    func allows(_ kind: Int32, node: Int) -> Bool

    /// The first rule that keeps the kind off the node, nil = none.
    func refusal(_ kind: Int32, node: Int) -> NodeFilter?

    /// Whether there are pods for which others leave room.
    var keepsRoom: Bool { get }

    /// What others are to leave free on the node for pods that are nominated to it; nil = nothing.
    func keptRoom(from kind: Int32, node: Int) -> NodeDemand?

    /// A node has joined or changed; nil = it is gone, and so are its pods.
    func set(_ row: Int, _ node: Node?)

    /// Nodes have moved to other rows: all of them by row, and all pods that have a kind.
    func lay(_ nodes: [Node?], _ pods: [(kind: Int32, node: Int)])

    /// A pod of the kind has come to the node, or has left it.
    func didPlace(_ kind: Int32, node: Int)
    func didRemove(_ kind: Int32, node: Int)

    /// The rules as they stand, for another fleet of the same nodes and pods; kinds keep their numbers.
    func copy() -> any InterPodRules
}

/// The kind of pods that no such rule concerns.
public let noPodKind: Int32 = -1

/// What pods ask of a node besides devices.
public struct NodeDemand: Sendable, Hashable {
    public var resources: NodeResources
    /// By symbol of the resource.
    public var extended: [Symbol: Int64]

    public static let nothing = NodeDemand(resources: .none)

    public init(resources: NodeResources, extended: [Symbol: Int64] = [:]) {
        self.resources = resources
        self.extended = extended
    }

    /// Both together; sums that no node could offer stay at ``NodeResources/heldMax``.
    public mutating func add(_ other: NodeDemand) {
        // A pod asks at most 2^53 of anything, and the sum so far is at most 2^61: nothing overflows.
        func sum(_ left: Int64, _ right: Int64) -> Int64 { min(left + right, NodeResources.heldMax) }
        resources.cpuMilli = sum(resources.cpuMilli, other.resources.cpuMilli)
        resources.memoryBytes = sum(resources.memoryBytes, other.resources.memoryBytes)
        resources.ephemeralBytes = sum(resources.ephemeralBytes, other.resources.ephemeralBytes)
        resources.pods = sum(resources.pods, other.resources.pods)
        for (resource, amount) in other.extended { extended[resource] = sum(extended[resource] ?? 0, amount) }
    }

    /// What is left of `free`; what is not limited stays so.
    func taken(from free: NodeResources) -> NodeResources {
        // What is free is at least minus 2^61, see NodeResources.heldMax, and so much at most is kept.
        func left(_ free: Int64, _ asked: Int64) -> Int64 { free == .max ? free : free - asked }
        return NodeResources(
            cpuMilli: left(free.cpuMilli, resources.cpuMilli),
            memoryBytes: left(free.memoryBytes, resources.memoryBytes),
            ephemeralBytes: left(free.ephemeralBytes, resources.ephemeralBytes), pods: left(free.pods, resources.pods))
    }
}

extension Fleet {
    /// Whether pods of other nodes and of this one, and those nominated to it, leave it to the class.
    @inline(__always)
    func rulesAllow(_ kind: Int32, node: Int, _ requestClass: @autoclosure () -> RequestClass) -> Bool {
        guard kind >= 0, let podRules else { return true }
        return podRules.allows(kind, node: node) && (!keepsRoom || leavesRoom(requestClass(), node: node))
    }

    @inline(never)
    private func leavesRoom(_ requestClass: RequestClass, node: Int) -> Bool {
        guard let kept = keptRoom(from: requestClass, node: node) else { return true }
        return failingResource(requestClass, node: node, keeping: kept) == nil
    }

    /// See ``InterPodRules/keptRoom(from:node:)``.
    func keptRoom(from requestClass: RequestClass, node: Int) -> NodeDemand? {
        keepsRoom && requestClass.podKind >= 0 ? podRules?.keptRoom(from: requestClass.podKind, node: node) : nil
    }
}
