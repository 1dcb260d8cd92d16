public import PlacementModel

/// Everything kube-scheduler's filters read: nodes with their pods, namespaces, volumes, nominations.
///
/// The plain form, written for reading: filters count over it anew for every pod. A value, so that trials cost a copy.
public struct ClusterState: Sendable {
    /// In the order in which they are tried.
    public internal(set) var nodes: [NodeContents]
    private var nodeIndex: [String: Int] = [:]
    /// Labels by namespace name.
    private(set) var namespaces: [String: [String: String]] = [:]
    var volumes = VolumeStore()
    /// By `namespace/name`.
    private(set) var claims: [String: PersistentVolumeClaim] = [:]
    private(set) var storageClasses: [String: StorageClass] = [:]
    private(set) var csiNodes: [String: CSINode] = [:]
    private(set) var csiDrivers: [String: CSIDriver] = [:]
    private(set) var storageCapacities: [CSIStorageCapacity] = []
    /// By node.
    private(set) var attachments: [String: [VolumeAttachment]] = [:]
    public internal(set) var disruptionBudgets: [PodDisruptionBudget] = []
    /// Pods that use a claim by name, by `namespace/name`; where a claim is, so are they.
    private var claimUsers: [String: Int] = [:]
    /// Volumes reserved for pods that were placed, whatever their objects say.
    var promises: [String: PersistentVolume.ClaimReference] = [:]
    /// Nodes chosen for claims that are to be provisioned, by claim.
    var selectedNodes: [String: String] = [:]
    /// Pods that wait for a node, in the order they were nominated.
    private(set) var nominations: [Nomination] = []
    public let profile: CompatibilityProfile

    public struct Nomination: Sendable {
        public var pod: PodFacts
        public var node: String
    }

    public init(nodes: [Node], objects: ClusterObjects = ClusterObjects(), profile: CompatibilityProfile = .hami2_10_0)
    {
        self.nodes = nodes.map(NodeContents.init)
        self.profile = profile
        for (place, node) in nodes.enumerated() { nodeIndex[node.name] = place }
        setNamespaces(objects.namespaces)
        take(objects)
        disruptionBudgets = objects.disruptionBudgets
    }

    public func place(ofNode name: String) -> Int? { nodeIndex[name] }

    /// Whether some pod on some node uses the claim.
    func isUsed(claim name: String, in namespace: String) -> Bool { claimUsers[namespace + "/" + name, default: 0] > 0 }

    /// A pod has come to a place, or has left it.
    private mutating func countClaims(of pod: PodFacts, _ sign: Int) {
        if pod.scheduling.volumes.isEmpty { return }
        for name in Set(pod.claimNames) { claimUsers[pod.namespace + "/" + name, default: 0] += sign }
    }

    mutating func add(_ pod: PodFacts, at place: Int) {
        nodes[place].add(pod)
        countClaims(of: pod, 1)
    }

    mutating func remove(_ pod: PodFacts, at place: Int) {
        if nodes[place].remove(pod) { countClaims(of: pod, -1) }
    }

    func claim(_ name: String, in namespace: String) -> PersistentVolumeClaim? { claims[namespace + "/" + name] }

    func labels(ofNamespace name: String) -> [String: String] { namespaces[name] ?? [:] }

    func namespaces(matching selector: LabelSelector) -> [String] {
        namespaces.filter { selector.matches($0.value) }.map(\.key)
    }

    // MARK: Events

    /// A node in its place, added at the end or changed; its pods stay.
    mutating func set(_ place: Int, _ node: Node) {
        while nodes.count <= place { nodes.append(NodeContents(Node(metadata: ObjectMeta(name: "")))) }
        nodeIndex[nodes[place].name] = nil
        nodes[place].replace(node)
        if !node.name.isEmpty { nodeIndex[node.name] = place }
    }

    mutating func removePods() {
        for place in nodes.indices { nodes[place] = NodeContents(nodes[place].node) }
        claimUsers = [:]
    }

    mutating func setNamespaces(_ list: [Namespace]) {
        namespaces = Dictionary(list.map { ($0.name, $0.metadata.labels) }, uniquingKeysWith: { first, _ in first })
    }

    /// Volumes, claims and all that belongs to them. What was reserved for pods placed before stays reserved.
    mutating func setVolumes(_ objects: ClusterObjects) {
        (claims, storageClasses) = ([:], [:])
        (csiNodes, csiDrivers, attachments) = ([:], [:], [:])
        take(objects)
        for (name, claim) in promises where volumes[name]?.claim == nil { volumes.setClaim(claim, of: name) }
    }

    private mutating func take(_ objects: ClusterObjects) {
        volumes = VolumeStore(objects.volumes)
        for claim in objects.claims { claims[claim.fullName] = claim }
        for storageClass in objects.storageClasses { storageClasses[storageClass.metadata.name] = storageClass }
        for node in objects.csiNodes { csiNodes[node.metadata.name] = node }
        for driver in objects.csiDrivers { csiDrivers[driver.metadata.name] = driver }
        storageCapacities = objects.storageCapacities
        for attachment in objects.attachments { attachments[attachment.nodeName, default: []].append(attachment) }
    }

    /// A pod runs on its node; it counts unless it has finished.
    public mutating func add(_ pod: PodFacts) {
        guard !pod.pod.phase.isTerminal, let place = nodeIndex[pod.pod.nodeName] else { return }
        add(pod, at: place)
    }

    public mutating func remove(_ pod: PodFacts) {
        guard let place = nodeIndex[pod.pod.nodeName] else { return }
        remove(pod, at: place)
    }

    /// The pod's object has changed where it is.
    public mutating func replace(_ pod: PodFacts, with changed: PodFacts) {
        guard let place = nodeIndex[pod.pod.nodeName] else { return }
        nodes[place].replace(pod, with: changed)
    }

    // MARK: Nominations

    public func nominatedNode(of pod: PodFacts) -> String? { nominations.first { $0.pod.name == pod.name }?.node }

    public mutating func nominate(_ pod: PodFacts, to node: String) {
        withdraw(pod)
        nominations.append(Nomination(pod: pod, node: node))
    }

    public mutating func withdraw(_ pod: PodFacts) { nominations.removeAll { $0.pod.name == pod.name } }
}
