import DeviceTable
import PlacementModel

/// Rules that look at the pods on the fleet before they let another one onto a node: ports of the node, affinity between
/// pods, topology spread, volumes.
///
/// Whoever knows such rules answers by the *kind* of a pod: a number for all pods that such rules treat alike, as readers
/// and as read. The fleet tells of every pod that comes or goes, so that answers follow within a round. Engines ask
/// beside their own filters; a class whose kind is ``noKind`` costs nothing.
public protocol InterPodRules: AnyObject {
    /// Grows with every event that may change an answer.
    var version: Int { get }

    /// The kind of a pod; ``noKind`` where no rule reads it and it has none.
    func kind(of pod: Pod) -> Int32

    /// Whether the pods on the fleet leave the node to a pod of the kind.
    ///
    /// - Complexity: O(terms of the kind)
    func allows(_ kind: Int32, node: Int) -> Bool

    /// The first rule that keeps the kind off the node, nil = none.
    func refusal(_ kind: Int32, node: Int) -> NodeFilter?

    /// A node has joined or changed; nil = it is gone, and so are its pods.
    func set(_ row: Int, _ node: Node?)

    /// Nodes have moved to other rows: all of them by row, and all pods that have a kind.
    func lay(_ nodes: [Node?], _ pods: [(kind: Int32, node: Int)])

    /// A pod of the kind has come to the node, or has left it.
    func didPlace(_ kind: Int32, node: Int)
    func didRemove(_ kind: Int32, node: Int)
}

/// The kind of pods that no such rule concerns.
public let noPodKind: Int32 = -1

extension Fleet {
    /// Whether pods of other nodes and of this one leave it to the class.
    @inline(__always)
    func rulesAllow(_ kind: Int32, node: Int) -> Bool {
        guard kind >= 0, let podRules else { return true }
        return podRules.allows(kind, node: node)
    }
}
