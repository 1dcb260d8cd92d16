/// What a device plugin reads and writes.
public struct DevicePlugin: Sendable, Hashable {
    /// The word by which its devices stand in allocations.
    public var commonWord: String
    /// The resource that kubelets count its devices by.
    public var countResource: String
    /// The pod's annotation it takes its orders from.
    public var toAllocate: String
    /// The node's annotation through which it knows its pod; nil for plugins that take no lock.
    public var lock: String?

    public init(commonWord: String, countResource: String, toAllocate: String, lock: String?) {
        self.commonWord = commonWord
        self.countResource = countResource
        self.toAllocate = toAllocate
        self.lock = lock
    }

    static let bindPhase = "hami.io/bind-phase"
    static let bindTime = "hami.io/bind-time"
    static let assignedNode = "hami.io/vgpu-node"
}

/// Who a node's lock names.
enum NodeLock {
    /// The namespace and the name in `time,namespace,name`; nil for a lock that names nobody.
    static func owner(_ value: String) -> ObjectKey? {
        let parts = value.split(separator: ",", omittingEmptySubsequences: false)
        return parts.count == 3 ? ObjectKey(namespace: String(parts[1]), name: String(parts[2])) : nil
    }
}

/// One call of Allocate, request by request.
///
/// ```
/// GET node -- lock names a pod --> GET pod -----.
///        \--- no lock, or of nobody -> LIST pods -+-> PATCH pod (what remains)  -> GET pod (again)
///                                                     -> PATCH pod (phase) -> GET node -> GET node -> PATCH node (no lock)
/// ```
///
/// Nothing in the call says which pod it is for: the plugin believes the lock.
/// - Source: hami-service.md section 8
struct Allocation: Sendable {
    enum Step: Sendable {
        case readNode, readPod, listPods, writeRemainder, readAgain, writePhase, seeLock, readLock, removeLock
    }

    var plugin: DevicePlugin
    /// How many devices the kubelet asks for.
    var deviceCount: Int
    var step = Step.readNode
    /// The pod that the plugin takes this to be for.
    var found: ObjectKey?
    var foundUID = ""
    /// What it hands out.
    var devices: [String] = []
    var remainder = ""
    var nodeVersion = ""
    var attempts = 0
    /// Why it failed; what follows only cleans up.
    var failure: String?

    /// Takes the first container that has devices out of what is to be allocated.
    ///
    /// - Returns: the devices' ids and what remains; nil if there is none.
    static func pop(_ text: String) -> (devices: [String], remainder: String)? {
        var pieces = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard let place = pieces.firstIndex(where: { $0.contains(",") }) else { return nil }
        let devices = pieces[place].split(separator: ":").filter { $0.contains(",") }.map { device in
            String(device.split(separator: ",", omittingEmptySubsequences: false)[0])
        }
        pieces[place] = ""
        return (devices, pieces.joined(separator: ";"))
    }
}

/// Devices that a plugin handed to a container.
public struct DeviceGrant: Sendable, Hashable {
    /// The pod the kubelet asked for.
    public var podUID: String
    /// The pod whose orders the plugin followed: another one where the lock was wrong.
    public var orderUID: String
    public var node: String
    public var commonWord: String
    public var devices: [String]
}
