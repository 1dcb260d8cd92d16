import PlacementModel

/// Disks that one node cannot mount twice, and claims that one pod of the whole cluster may use.
///
/// Counts: users of each `ReadWriteOncePod` claim over all nodes, and disks per node. Changes when a pod with such volumes
/// is bound or goes, and with the claim object.
/// - Source: volumerestrictions/volume_restrictions.go
struct VolumeRestrictionsFilter: PodFilter {
    static let plugin = FilterPlugin.volumeRestrictions
    let disks: [PodVolume.Source]
    /// Names of the pod's claims that only one pod may use.
    let exclusiveClaims: Set<String>
    /// How many of them somebody uses.
    var usedClaims: Int

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        var exclusive = Set<String>()
        for name in pod.claimNames {
            guard let claim = cluster.claim(name, in: pod.namespace) else {
                return .reject(.unresolvable, "persistentvolumeclaim \"\(name)\" not found")
            }
            if claim.accessModes.contains("ReadWriteOncePod") { exclusive.insert(name) }
        }
        let used = exclusive.count { cluster.isUsed(claim: $0, in: pod.namespace) }
        let disks = pod.scheduling.volumes.map(\.source).filter(Self.isExclusive)
        if used == 0 && disks.isEmpty { return .skip }
        return .filter(Self(disks: disks, exclusiveClaims: exclusive, usedClaims: used))
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        for disk in disks {
            for resident in node.residents {
                for other in resident.scheduling.volumes where Self.conflict(disk, other.source) {
                    return .unschedulable("node(s) had no available disk")
                }
            }
        }
        if usedClaims > 0 {
            return .unschedulable(
                "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by "
                    + "another pod")
        }
        return .pass
    }

    private static func isExclusive(_ source: PodVolume.Source) -> Bool {
        switch source {
        case .gcePersistentDisk, .awsElasticBlockStore, .iscsi, .rbd: true
        case .claim, .ephemeral: false
        }
    }

    private static func conflict(_ left: PodVolume.Source, _ right: PodVolume.Source) -> Bool {
        switch (left, right) {
        case (.gcePersistentDisk(let name, let reads), .gcePersistentDisk(let other, let othersRead)):
            name == other && !(reads && othersRead)
        case (.awsElasticBlockStore(let id, _), .awsElasticBlockStore(let other, _)): id == other
        case (.iscsi(let iqn, let reads), .iscsi(let other, let othersRead)): iqn == other && !(reads && othersRead)
        case (
            .rbd(let monitors, let pool, let image, let reads),
            .rbd(let others, let otherPool, let otherImage, let othersRead)
        ):
            pool == otherPool && image == otherImage && !(reads && othersRead)
                && monitors.contains(where: others.contains)
        default: false
        }
    }

    // The hooks compare names of claims alone, whatever the namespace.
    mutating func add(_ resident: PodFacts, to node: NodeContents) { count(resident, 1) }
    mutating func remove(_ resident: PodFacts, from node: NodeContents) { count(resident, -1) }

    private mutating func count(_ resident: PodFacts, _ sign: Int) {
        usedClaims += sign * resident.claimNames.filter(exclusiveClaims.contains).count
    }
}
