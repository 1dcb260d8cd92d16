import PlacementModel

// Which volume a claim takes, and from where a volume can be reached.
extension ClusterState {
    /// The volume a claim would take on a node: the one reserved for it, or the smallest that does.
    ///
    /// - Parameter taken: volumes that earlier claims of the same pod take.
    /// - Source: k8s.io/component-helpers/storage/volume/pv_helpers.go, FindMatchingVolume
    func volume(for claim: PersistentVolumeClaim, on node: Node, except taken: Set<String>) -> String? {
        var smallest: PersistentVolume?
        for name in volumesByClass[claim.storageClassName] ?? [] where !taken.contains(name) {
            guard let volume = volumes[name] else { continue }
            let isReserved = volume.claim?.means(claim) == true
            if volume.claim != nil && !isReserved { continue }
            if volume.capacity < claim.requested ?? .zero { continue }
            if volume.volumeMode != claim.volumeMode || volume.isTerminating
                || volume.attributesClassName != claim.attributesClassName
            {
                continue
            }
            let isReachable = volume.isReachable(from: node, csiNode: nil)
            if isReserved { return isReachable ? name : nil }
            guard volume.phase == "Available", isReachable,
                claim.selector?.matches(volume.metadata.labels) ?? true,
                claim.accessModes.allSatisfy(volume.accessModes.contains)
            else { continue }
            if let known = smallest, known.capacity <= volume.capacity { continue }
            smallest = volume
        }
        return smallest?.metadata.name
    }

    /// Remembers what a pod that was just placed has been promised, for the pods after it.
    mutating func reserve(_ bindings: VolumeBindingFilter.Bindings, on node: String) {
        for chosen in bindings.chosen {
            guard let claim = claims[chosen.claim] else { continue }
            volumes[chosen.volume]?.claim = PersistentVolume.ClaimReference(
                namespace: claim.metadata.namespace, name: claim.metadata.name, uid: claim.metadata.uid)
        }
        for claim in bindings.provisioned { selectedNodes[claim] = node }
    }
}

extension PersistentVolume.ClaimReference {
    /// Whether it names the claim; a reference by hand has no uid.
    func means(_ claim: PersistentVolumeClaim) -> Bool {
        name == claim.metadata.name && namespace == claim.metadata.namespace
            && (uid.isEmpty || uid == claim.metadata.uid)
    }
}

extension PersistentVolume {
    /// Whether the volume's required node affinity lets a node have it.
    ///
    /// - Parameter csiNode: the node's, for bound volumes: where it says that a type of old is served by CSI there, the
    ///   affinity is read as the driver's.
    func isReachable(from node: Node, csiNode: CSINode?) -> Bool {
        var terms = nodeAffinity
        if case .migrated(let plugin, _) = source, let csiNode, csiNode.migratedPlugins.contains(plugin.rawValue) {
            terms = translatedAffinity(plugin)
        }
        guard let terms else { return true }
        return terms.contains { term in
            !term.matchExpressions.isEmpty
                && term.matchExpressions.allSatisfy { $0.matches(node.metadata.labels[$0.key]) }
        }
    }

    /// The affinity with the driver's own zone label in place of the general one.
    ///
    /// - Source: k8s.io/csi-translation-lib/plugins/in_tree_volume.go, translateTopologyFromInTreeToCSI
    private func translatedAffinity(_ plugin: MigratedPlugin) -> [NodeSelectorTerm]? {
        guard !plugin.zoneKey.isEmpty else { return nodeAffinity }
        let general = ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"]
        let inAffinity = general.first { key in
            nodeAffinity?.contains { $0.matchExpressions.contains { $0.key == key && !$0.values.isEmpty } } == true
        }
        if let key = inAffinity {
            return nodeAffinity?.map { term in
                var renamed = term
                for place in renamed.matchExpressions.indices where renamed.matchExpressions[place].key == key {
                    renamed.matchExpressions[place].key = plugin.zoneKey
                }
                return renamed
            }
        }
        guard let label = general.lazy.compactMap({ self.metadata.labels[$0] }).first,
            let zones = VolumeZoneFilter.zones(in: label)
        else { return nodeAffinity }
        let zone = NodeSelectorRequirement(key: plugin.zoneKey, operator: .in, values: zones.sorted())
        guard let terms = nodeAffinity, !terms.isEmpty else { return [NodeSelectorTerm(matchExpressions: [zone])] }
        return terms.map {
            NodeSelectorTerm(matchExpressions: $0.matchExpressions + [zone], matchFields: $0.matchFields)
        }
    }
}
