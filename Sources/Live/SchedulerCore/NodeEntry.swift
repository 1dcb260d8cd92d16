import PlacementModel
import VendorCatalog

/// A node in the ledger. One that pods name before it is known, or after it has gone, has no object.
final class NodeEntry {
    let name: String
    var node: Node?
    var version = ""
    /// Pods that are reserved here and need its lock, in the order of the queue.
    var queue = OrderedPods()
    /// The pod of ours for which the lock is being taken, or which is being bound under it.
    var holder: PodEntry?
    /// Pods bound here, by whomever, that want a locked vendor's devices and are not past Allocate; uids ascending.
    var unallocated: [PodEntry] = []
    var flight: Flight?
    var conflicts = 0
    var notBefore: Int64 = 0
    /// After a conflict: unless the node's own event comes first, it is read once ``notBefore`` has come.
    var readsAfterWait = false
    /// The state of the lock is to be read from the store before anything is done about it.
    var isInDoubt = false
    /// Uid of the pod that our last successful lock names.
    var lockedFor: String?
    /// Uid of the pod that the lock being written names.
    var lockPending: String?
    /// The owner of a lock that is being read.
    var readingOwner: ObjectIdentity?
    /// A lock of another scheduler that people have been told of.
    var foreignLock: String?
    /// Values of locks whose unbound owner has been fenced, or was proven absent.
    var fencedLocks: [AnnotationWrite] = []
    /// A lock that is gone although its pod is not past Allocate: the pod is read before it is taken again.
    var vanishedFor: String?
    /// When the owner of the lock was first seen to be past Allocate.
    var pastSince: Int64?
    var closedUntil: Int64 = 0
    var isStuck = false
    /// By vendor: until when it is suspect, and for how long it was last time.
    var suspects: [Suspect] = []
    /// Bound pods that hold nobody knows what, and of which vendors.
    var undecodable: [(uid: String, vendors: UInt64)] = []
    /// Vendors that take no pod here now, as the fleet has been told.
    var closedVendors: UInt64 = 0
    /// Devices that hold more than they have, as has been said; ids ascending.
    var overcommitted: [String] = []
    var listing = 0
    var isToBePumped = false
    /// The earliest deadline that is set for it.
    var lookAt: Int64?

    struct Suspect {
        var vendor: VendorID
        var until: Int64
        var span: Int64
    }

    init(name: String) { self.name = name }

    var uid: String { node?.metadata.uid ?? "" }
    var identity: ObjectIdentity { ObjectIdentity(.nodes, name: name, uid: uid) }

    func add(unallocated entry: PodEntry) {
        let place = unallocated.firstIndex { !precedes($0.uid, entry.uid) } ?? unallocated.count
        if place < unallocated.count, unallocated[place] === entry { return }
        unallocated.insert(entry, at: place)
    }

    func remove(unallocated entry: PodEntry) { unallocated.removeAll { $0 === entry } }
}
