import PlacementModel

/// How many volumes of each CSI driver a node may have attached.
///
/// Counts per node and driver: distinct volumes of its pods and of its attachments. Changes when a pod with volumes is bound
/// or goes, and with claims, volumes, classes, attachments and CSINodes.
/// - Source: nodevolumelimits/csi.go
struct NodeVolumeLimitsFilter: PodFilter {
    static let plugin = FilterPlugin.nodeVolumeLimits
    let pod: PodFacts
    /// What the pod wants on nodes without a CSINode and on those with one.
    private let wanted: [Found]

    private init(_ pod: PodFacts, _ cluster: ClusterState) {
        self.pod = pod
        wanted = [false, true].map { Self.volumes(of: pod, isNew: true, hasCSINode: $0, cluster) }
    }

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        let counts = pod.scheduling.volumes.contains {
            switch $0.source {
            case .claim, .ephemeral, .gcePersistentDisk, .awsElasticBlockStore: true
            case .iscsi, .rbd: false
            }
        }
        return counts ? .filter(Self(pod, cluster)) : .skip
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        check(node, cluster) { Attached(on: node, cluster) }
    }

    /// - Parameter attached: what is attached to the node, asked for where it matters.
    func check(_ node: NodeContents, _ cluster: ClusterState, attached: () -> Attached) -> FilterAnswer {
        let csiNode = cluster.csiNodes[node.name]
        let wanted: [String: String]
        switch self.wanted[csiNode == nil ? 0 : 1] {
        case .found(let found): wanted = found
        case .missingClaim: return .pass
        case .problem(let text): return .error(text)
        }
        let limits = csiNode?.limits ?? [:]
        if wanted.isEmpty || limits.isEmpty { return .pass }
        let attached = attached()
        if let problem = attached.problem { return .error(problem) }
        var new: [String: Int64] = [:]
        // A volume that a pod of the node has already costs nothing; one that is merely attached counts twice.
        for (volume, driver) in wanted where !attached.ofPods.contains(volume) { new[driver, default: 0] += 1 }
        for (driver, count) in new {
            if let limit = limits[driver], attached.used[driver, default: 0] + count > limit {
                return .unschedulable("node(s) exceed max volume count")
            }
        }
        return .pass
    }

    /// What is attached to a node, by its pods and otherwise.
    ///
    /// Changes when a pod with volumes comes to the node or leaves it, and with claims, volumes, classes, attachments and
    /// CSINodes; not with what is reserved for pods.
    struct Attached: Sendable {
        /// Unique names of volumes that pods have.
        private(set) var ofPods: Set<String> = []
        /// Volumes by driver.
        private(set) var used: [String: Int64] = [:]
        private(set) var problem: String?

        /// - Complexity: O(volumes of the node)
        init(on node: NodeContents, _ cluster: ClusterState) {
            let hasCSINode = cluster.csiNodes[node.name] != nil
            for resident in node.residents {
                switch NodeVolumeLimitsFilter.volumes(of: resident, isNew: false, hasCSINode: hasCSINode, cluster) {
                case .found(let found):
                    for (volume, driver) in found where ofPods.insert(volume).inserted {
                        used[driver, default: 0] += 1
                    }
                case .missingClaim: break
                case .problem(let text):
                    problem = text
                    return
                }
            }
            for (volume, driver) in NodeVolumeLimitsFilter.attachedVolumes(of: node.name, cluster)
            where !ofPods.contains(volume) { used[driver, default: 0] += 1 }
        }
    }

    enum Found {
        /// Driver by unique name.
        case found([String: String])
        case missingClaim
        case problem(String)
    }

    /// The volumes of a pod that CSI drivers attach.
    static func volumes(of pod: PodFacts, isNew: Bool, hasCSINode: Bool, _ cluster: ClusterState) -> Found {
        var found: [String: String] = [:]
        func insert(_ driver: String, _ handle: String) { found[driver + "/" + handle] = driver }
        for volume in pod.scheduling.volumes {
            switch volume.source {
            case .awsElasticBlockStore(let id, _):
                let plugin = MigratedPlugin.awsElasticBlockStore
                if hasCSINode { insert(plugin.driver, plugin.handle(of: id, zone: nil)) }
            case .gcePersistentDisk(let name, _):
                let plugin = MigratedPlugin.gcePersistentDisk
                if hasCSINode { insert(plugin.driver, plugin.handle(of: name, zone: nil)) }
            case .iscsi, .rbd: break
            case .claim, .ephemeral:
                guard let (name, isEphemeral) = pod.claimName(of: volume) else { break }
                guard let claim = cluster.claim(name, in: pod.namespace) else {
                    if isNew { return .missingClaim }
                    break
                }
                if isEphemeral, let problem = pod.ownershipProblem(of: claim) { return .problem(problem) }
                if let (driver, handle) = identity(of: claim, hasCSINode: hasCSINode, cluster) {
                    insert(driver, handle)
                }
            }
        }
        return .found(found)
    }

    /// Driver and handle of a claim's volume; of a claim without one, the driver that would make it.
    private static func identity(
        of claim: PersistentVolumeClaim, hasCSINode: Bool, _ cluster: ClusterState
    ) -> (driver: String, handle: String)? {
        if !claim.volumeName.isEmpty, let volume = cluster.volumes[claim.volumeName] {
            switch volume.source {
            case .csi(let driver, let handle): return (driver, handle)
            case .migrated(let plugin, let handle): return hasCSINode ? (plugin.driver, handle) : nil
            case .other: return nil
            }
        }
        guard let storageClass = cluster.storageClasses[claim.storageClassName] else { return nil }
        // No volume has such a handle: it starts with what no driver gives out.
        let handle = "claim:" + claim.fullName
        if let plugin = MigratedPlugin(rawValue: storageClass.provisioner) {
            return hasCSINode ? (plugin.driver, handle) : nil
        }
        return (storageClass.provisioner, handle)
    }

    fileprivate static func attachedVolumes(of node: String, _ cluster: ClusterState) -> [String: String] {
        var attached: [String: String] = [:]
        for attachment in cluster.attachments[node] ?? [] where !attachment.attacher.isEmpty {
            guard let volume = cluster.volumes[attachment.volumeName],
                case .csi(_, let handle) = volume.source
            else { continue }
            attached[attachment.attacher + "/" + handle] = attachment.attacher
        }
        return attached
    }
}
