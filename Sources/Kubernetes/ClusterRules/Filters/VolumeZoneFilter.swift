import PlacementModel

/// Volumes with zone labels of old go only to nodes of that zone.
///
/// Reads the pod's claims and volumes and the node alone: changes with those objects.
/// - Source: volumezone/volume_zone.go
struct VolumeZoneFilter: PodFilter {
    static let plugin = FilterPlugin.volumeZone
    let topologies: [(key: String, values: Set<String>)]

    static let topologyKeys = [
        "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region",
        "topology.kubernetes.io/zone", "topology.kubernetes.io/region",
    ]

    static func prepare(_ pod: PodFacts, _ cluster: ClusterState) -> Preparation {
        var topologies: [(key: String, values: Set<String>)] = []
        for name in pod.claimNames {
            guard let claim = cluster.claim(name, in: pod.namespace), !claim.volumeName.isEmpty else { continue }
            guard let volume = cluster.volumes[claim.volumeName] else {
                return .reject(.unresolvable, "persistentvolume \"\(claim.volumeName)\" not found")
            }
            for key in topologyKeys {
                guard let label = volume.metadata.labels[key], let values = zones(in: label) else { continue }
                topologies.append((key, values))
            }
        }
        return topologies.isEmpty ? .skip : .filter(Self(topologies: topologies))
    }

    /// `a__b` names two zones; a label with an empty part names none.
    static func zones(in label: String) -> Set<String>? {
        var zones = Set<String>()
        var rest = Substring(label)
        while true {
            let end = rest.firstRange(of: "__")
            let part = String(rest[..<(end?.lowerBound ?? rest.endIndex)].trimmingSpaces)
            if part.isEmpty { return nil }
            zones.insert(part)
            guard let end else { return zones }
            rest = rest[end.upperBound...]
        }
    }

    func check(_ node: NodeContents, _ cluster: ClusterState) -> FilterAnswer {
        guard Self.topologyKeys.contains(where: { node.labels[$0] != nil }) else { return .pass }
        for (key, values) in topologies {
            let value = node.labels[key] ?? Self.successor(of: key).flatMap { node.labels[$0] }
            guard let value, values.contains(value) else {
                return .unresolvable("node(s) had no available volume zone")
            }
        }
        return .pass
    }

    /// The key that took the place of a beta one.
    private static func successor(of key: String) -> String? {
        switch key {
        case "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone"
        case "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region"
        default: nil
        }
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
