import PlacementModel

// What is reserved for pods that were placed, and from where a volume can be reached.
extension ClusterState {
    /// Remembers what a pod that was just placed has been promised, for the pods after it.
    ///
    /// - Returns: what it replaced, for ``giveBack(_:)``
    @discardableResult
    mutating func reserve(_ bindings: VolumeBindingFilter.Bindings, on node: String) -> Reserved {
        var reserved = Reserved()
        for chosen in bindings.chosen {
            guard let claim = claims[chosen.claim] else { continue }
            let reference = PersistentVolume.ClaimReference(
                namespace: claim.metadata.namespace, name: claim.metadata.name, uid: claim.metadata.uid)
            // A claim that two pods share is reserved once.
            if volumes[chosen.volume]?.claim == reference { continue }
            reserved.volumes.append((chosen.volume, volumes[chosen.volume]?.claim))
            volumes.setClaim(reference, of: chosen.volume)
            promises[chosen.volume] = reference
        }
        for claim in bindings.provisioned where selectedNodes[claim] != node {
            reserved.claims.append((claim, selectedNodes[claim]))
            selectedNodes[claim] = node
        }
        return reserved
    }

    /// Volumes and claims as they were before something was reserved.
    struct Reserved: Sendable {
        var volumes: [(name: String, claim: PersistentVolume.ClaimReference?)] = []
        var claims: [(name: String, node: String?)] = []
    }

    /// Takes a reservation back.
    mutating func giveBack(_ reserved: Reserved) {
        for (name, claim) in reserved.volumes {
            // Its object may have changed meanwhile, and with it whose it is.
            if volumes[name]?.claim == promises[name] { volumes.setClaim(claim, of: name) }
            promises[name] = nil
        }
        for (name, node) in reserved.claims { selectedNodes[name] = node }
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
