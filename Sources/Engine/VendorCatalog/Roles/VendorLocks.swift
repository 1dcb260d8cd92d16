/// Whether a pod needs a lock on its node while its devices are handed out.
public protocol VendorLocks: Sendable {
    /// The lock; nil = none. Most vendors share one.
    var nodeLock: NodeLockRule? { get }
}

extension VendorLocks {
    public var nodeLock: NodeLockRule? { .common }
}

/// The lock on a node by which a vendor's device plugin finds the pod that it hands devices to: kubelet's call does not say which.
///
/// The lock is an annotation of the node; one key may serve several vendors.
/// - Source: hami-core.md 4.11, hami-service.md 7
public struct NodeLockRule: Sendable, Hashable {
    public var key: String
    /// `time,namespace,pod`; else the time alone, and nobody can tell from the value whose lock it is.
    public var namesOwner: Bool
    /// The age at which the lock may be taken over.
    public var expirySeconds: Int64

    public init(key: String, namesOwner: Bool, expirySeconds: Int64) {
        self.key = key
        self.namesOwner = namesOwner
        self.expirySeconds = expirySeconds
    }

    /// What most vendors share.
    public static let common = NodeLockRule(key: "hami.io/mutex.lock", namesOwner: true, expirySeconds: 300)
}

extension VendorCatalog {
    /// Every lock that some vendor uses, by key ascending.
    public var nodeLocks: [NodeLockRule] { nodeLocks(of: ~0) }

    /// The locks of the vendors whose bits are set, by key ascending.
    public func nodeLocks(of words: UInt64) -> [NodeLockRule] {
        var rules: [NodeLockRule] = []
        for id in ids where words & id.bit != 0 {
            guard let rule = self[id].nodeLock, !rules.contains(where: { $0.key == rule.key }) else { continue }
            rules.append(rule)
        }
        return rules.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
