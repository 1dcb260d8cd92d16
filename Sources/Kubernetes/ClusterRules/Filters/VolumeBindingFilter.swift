import PlacementModel

/// Bound volumes must be reachable from the node; claims that wait for their first consumer must find a volume there or be
/// provisioned there.
///
/// Reads claims, volumes, classes, drivers and capacities, with what was assumed for pods placed before: changes with those
/// objects, with the node's labels, and when a pod with claims is placed.
/// - Source: volumebinding/volume_binding.go and binder.go
struct VolumeBindingFilter: PodFilter {
    static let plugin = FilterPlugin.volumeBinding

    /// What a node would give the claims that are not bound yet.
    struct Bindings: Sendable, Hashable {
        var chosen: [Chosen] = []
        /// Claims to provision, in order.
        var provisioned: [String] = []

        var isEmpty: Bool { chosen.isEmpty && provisioned.isEmpty }

        struct Chosen: Sendable, Hashable {
            var claim: String
            var volume: String
        }
    }

    let bound: [PersistentVolumeClaim]
    /// Claims that wait for their first consumer, in the order of the pod's volumes.
    let delayed: [PersistentVolumeClaim]

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        var claims: [PersistentVolumeClaim] = []
        for volume in pod.scheduling.volumes {
            guard let (name, isEphemeral) = pod.claimName(of: volume) else { continue }
            guard let claim = cluster.claim(name, in: pod.namespace) else {
                return .reject(
                    .unresolvable,
                    isEphemeral
                        ? "waiting for ephemeral volume controller to create the persistentvolumeclaim \"\(name)\""
                        : "persistentvolumeclaim \"\(name)\" not found")
            }
            if claim.phase == "Lost" {
                return .reject(
                    .unresolvable,
                    "persistentvolumeclaim \"\(name)\" bound to non-existent persistentvolume \"\(claim.volumeName)\"")
            }
            if claim.isTerminating {
                return .reject(.unresolvable, "persistentvolumeclaim \"\(name)\" is being deleted")
            }
            if isEphemeral, let problem = pod.ownershipProblem(of: claim) { return .reject(.unresolvable, problem) }
            claims.append(claim)
        }
        if claims.isEmpty { return .skip }
        var (bound, delayed): ([PersistentVolumeClaim], [PersistentVolumeClaim]) = ([], [])
        for claim in claims {
            if claim.isBound {
                bound.append(claim)
            } else if claim.volumeName.isEmpty,
                cluster.storageClasses[claim.storageClassName]?.waitsForConsumer == true
            {
                delayed.append(claim)
            } else {
                return .reject(.unresolvable, "pod has unbound immediate PersistentVolumeClaims")
            }
        }
        return .filter(Self(bound: bound, delayed: delayed))
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        var (hasReachable, hasVolumes) = (true, true)
        for claim in bound {
            guard let volume = cluster.volumes[claim.volumeName] else {
                hasVolumes = false
                break
            }
            if !volume.isReachable(from: node.node, csiNode: cluster.csiNodes[node.name]) {
                hasReachable = false
                break
            }
        }
        let (outcome, _) = bindings(on: node, cluster)
        var reasons: [String] = []
        if !hasReachable { reasons.append("node(s) didn't match PersistentVolume's node affinity") }
        if outcome == .noVolume { reasons.append("node(s) didn't find available persistent volumes to bind") }
        if outcome == .noSpace { reasons.append("node(s) did not have enough free storage") }
        if !hasVolumes {
            reasons.append("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)")
        }
        return reasons.isEmpty ? .pass : .reject(.unresolvable, reasons)
    }

    enum Outcome { case all, noVolume, noSpace }

    /// What the delayed claims would get on the node.
    func bindings(on node: NodeContents, _ cluster: ClusterState) -> (outcome: Outcome, bindings: Bindings) {
        var bindings = Bindings()
        if delayed.isEmpty { return (.all, bindings) }
        var toProvision: [PersistentVolumeClaim] = []
        var toFind: [PersistentVolumeClaim] = []
        for claim in delayed {
            let annotation = claim.metadata.annotations["volume.kubernetes.io/selected-node"]
            if let selected = cluster.selectedNodes[claim.fullName] ?? annotation {
                if selected != node.name { return (.noVolume, bindings) }
                toProvision.append(claim)
            } else {
                toFind.append(claim)
            }
        }
        // Small claims first, so that they leave the large volumes to the large ones; the sort is stable.
        let sorted = toFind.enumerated().sorted { left, right in
            let (small, large) = (left.element.requested ?? .zero, right.element.requested ?? .zero)
            return small != large ? small < large : left.offset < right.offset
        }
        var taken = Set<String>()
        for (_, claim) in sorted {
            if let volume = cluster.volumes.volume(for: claim, on: node.node, except: taken) {
                taken.insert(volume)
                bindings.chosen.append(.init(claim: claim.fullName, volume: volume))
            } else {
                toProvision.append(claim)
            }
        }
        for claim in toProvision {
            switch provision(claim, on: node, cluster) {
            case .all: bindings.provisioned.append(claim.fullName)
            case let refusal: return (refusal, bindings)
            }
        }
        return (.all, bindings)
    }

    private func provision(
        _ claim: PersistentVolumeClaim, on node: NodeContents, _ cluster: ClusterState
    ) -> Outcome {
        guard let storageClass = cluster.storageClasses[claim.storageClassName], !storageClass.provisioner.isEmpty,
            storageClass.provisioner != "kubernetes.io/no-provisioner",
            storageClass.allows(node.labels)
        else { return .noVolume }
        guard let requested = claim.requested, cluster.csiDrivers[storageClass.provisioner]?.tellsCapacity == true
        else { return .all }
        let hasSpace = cluster.storageCapacities.contains { capacity in
            guard capacity.storageClassName == storageClass.metadata.name,
                let limit = capacity.maximumVolumeSize ?? capacity.capacity
            else { return false }
            return limit.roundedUp >= requested.roundedUp
                && LabelSelector.matches(capacity.nodeTopology, node.labels)
        }
        return hasSpace ? .all : .noSpace
    }
}

extension StorageClass {
    /// Whether volumes may be provisioned for a node with these labels.
    fileprivate func allows(_ labels: [String: String]) -> Bool {
        allowedTopologies.isEmpty
            || allowedTopologies.contains { term in !term.isEmpty && term.allSatisfy { $0.matches(labels[$0.key]) } }
    }
}
