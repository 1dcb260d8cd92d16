/// Something about a cluster that makes decisions go wrong, and what to do about it.
public struct ClusterFinding: Sendable, Hashable {
    public enum Weight: String, Sendable {
        /// Pods are placed otherwise than the cluster's owner expects.
        case problem
        /// May be as it should be.
        case note
    }

    public var weight: Weight
    public var message: String
    /// Objects that it concerns, in input order.
    public var objects: [String]
    public var remedy: String

    public init(_ weight: Weight, _ message: String, objects: [String] = [], remedy: String) {
        self.weight = weight
        self.message = message
        self.objects = objects
        self.remedy = remedy
    }
}
