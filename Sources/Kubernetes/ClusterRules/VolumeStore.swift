import PlacementModel

/// Persistent volumes by name, and by what a claim looks for: its class, the claim they are reserved for, the nodes that
/// reach them.
///
/// ```
/// class local    pinned  host: n1 -> [v0, v4], n2 -> [v1]     looked up by the node's own labels
///                anywhere  [v2]
/// reserved       default/data -> [v3]
/// ```
///
/// Changes with the volumes, and with every reservation that is made or given back.
struct VolumeStore: Sendable {
    private var list: [PersistentVolume] = []
    private var places: [String: Int] = [:]
    private var classes: [String: Shelf] = [:]
    /// By `namespace/name` of the claim, in the order given.
    private var reserved: [String: [Int]] = [:]

    /// The volumes of one class, in the order given.
    private struct Shelf: Sendable {
        /// By key and value of a label that a node must have to reach them.
        var pinned: [String: [String: [Int]]] = [:]
        var anywhere: [Int] = []
    }

    init(_ volumes: [PersistentVolume] = []) {
        for volume in volumes where places[volume.metadata.name] == nil {
            let place = list.count
            list.append(volume)
            places[volume.metadata.name] = place
            if let claim = volume.claim { reserved[claim.fullName, default: []].append(place) }
            if let pin = volume.pin {
                for value in Set(pin.values) {
                    classes[volume.storageClassName, default: Shelf()].pinned[pin.key, default: [:]][
                        value, default: []
                    ].append(place)
                }
            } else {
                classes[volume.storageClassName, default: Shelf()].anywhere.append(place)
            }
        }
    }

    subscript(name: String) -> PersistentVolume? { places[name].map { list[$0] } }

    mutating func setClaim(_ claim: PersistentVolume.ClaimReference?, of name: String) {
        guard let place = places[name] else { return }
        if let old = list[place].claim {
            reserved[old.fullName]?.removeAll { $0 == place }
            if reserved[old.fullName]?.isEmpty == true { reserved[old.fullName] = nil }
        }
        list[place].claim = claim
        guard let claim else { return }
        let known = reserved[claim.fullName] ?? []
        reserved[claim.fullName] = (known + [place]).sorted()
    }

    /// The volume that a claim would take on a node: the one reserved for it, or the smallest that does.
    ///
    /// - Parameter taken: volumes that earlier claims of the same pod take.
    /// - Complexity: O(volumes of the class that the node may reach)
    /// - Source: k8s.io/component-helpers/storage/volume/pv_helpers.go, FindMatchingVolume
    func volume(for claim: PersistentVolumeClaim, on node: Node, except taken: Set<String>) -> String? {
        let requested = claim.requested ?? .zero
        func mayServe(_ volume: PersistentVolume) -> Bool {
            volume.capacity >= requested && volume.volumeMode == claim.volumeMode && !volume.isTerminating
                && volume.attributesClassName == claim.attributesClassName
                && !taken.contains(volume.metadata.name)
        }
        for place in reserved[claim.fullName] ?? [] {
            let volume = list[place]
            guard volume.claim?.means(claim) == true, volume.storageClassName == claim.storageClassName,
                mayServe(volume)
            else { continue }
            return volume.isReachable(from: node, csiNode: nil) ? volume.metadata.name : nil
        }
        var smallest: Int?
        func consider(_ places: [Int]) {
            for place in places {
                if list[place].claim != nil { continue }
                if let known = smallest {
                    let (own, best) = (list[place].capacity, list[known].capacity)
                    if best < own || !(own < best) && known < place { continue }
                }
                let volume = list[place]
                guard volume.phase == "Available", mayServe(volume), volume.isReachable(from: node, csiNode: nil),
                    claim.selector?.matches(volume.metadata.labels) ?? true,
                    claim.accessModes.allSatisfy(volume.accessModes.contains)
                else { continue }
                smallest = place
            }
        }
        guard let shelf = classes[claim.storageClassName] else { return nil }
        consider(shelf.anywhere)
        for (key, values) in shelf.pinned {
            if let value = node.metadata.labels[key], let places = values[value] { consider(places) }
        }
        return smallest.map { list[$0].metadata.name }
    }
}

extension PersistentVolume.ClaimReference {
    var fullName: String { namespace + "/" + name }
}

extension PersistentVolume {
    /// A label that every node which reaches the volume has, with the values it may have.
    fileprivate var pin: (key: String, values: [String])? {
        guard let terms = nodeAffinity, terms.count == 1 else { return nil }
        return terms[0].matchExpressions.first { $0.operator == .in }.map { ($0.key, $0.values) }
    }
}
