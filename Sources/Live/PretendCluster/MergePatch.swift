import JSONText

/// JSON Merge Patch: objects are merged member by member, null takes away, everything else replaces.
///
/// - Source: RFC 7396
enum MergePatch {
    static func applied(_ patch: JSON, to target: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var members = target.object ?? JSONObject()
        for change in changes {
            members[change.key] =
                change.value.isNull ? nil : applied(change.value, to: members[change.key] ?? .object([:]))
        }
        return .object(members)
    }
}

/// Strategic merge patch: a merge patch that knows by which key the elements of some lists are the same.
///
/// Directives: `$patch` (`replace`, `delete`, `merge`) in maps and elements, `$retainKeys`, `$deleteFromPrimitiveList/<list>`,
/// `$setElementOrder/<list>`.
/// - Source: apimachinery pkg/util/strategicpatch; the keys are those of `patchMergeKey` in k8s.io/api
enum StrategicMergePatch {
    /// By the name of the list.
    private static let mergeKeys: [String: String] = [
        "containers": "name", "initContainers": "name", "ephemeralContainers": "name", "volumes": "name", "env": "name",
        "imagePullSecrets": "name", "schedulingGates": "name", "resourceClaims": "name", "conditions": "type",
        "addresses": "type", "ports": "containerPort", "volumeMounts": "mountPath", "volumeDevices": "devicePath",
        "ownerReferences": "uid", "podIPs": "ip", "hostIPs": "ip", "hostAliases": "ip",
        "topologySpreadConstraints": "topologyKey",
    ]
    /// Lists of texts that are sets.
    private static let sets: Set<String> = ["finalizers"]

    static func applied(_ patch: JSON, to target: JSON) throws(APIFailure) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var members = target.object ?? JSONObject()
        switch changes["$patch"]?.string {
        case "delete": return .null
        case "replace":
            var replacement = changes
            replacement["$patch"] = nil
            return .object(replacement)
        case nil, "merge": break
        case let other?: throw .badRequest("Unknown patch type found: \(other)")
        }
        if let kept = changes["$retainKeys"]?.array?.compactMap(\.string) {
            members.members.removeAll { !kept.contains($0.key) }
        }
        for change in changes where !change.key.utf8.starts(with: "$".utf8) {
            members[change.key] = try merged(change.value, into: members[change.key], list: change.key)
        }
        for change in changes {
            let parts = change.key.split(separator: "/", maxSplits: 1)
            guard parts.count == 2, let names = change.value.array else { continue }
            let list = String(parts[1])
            if parts[0] == "$deleteFromPrimitiveList" {
                let kept = members[list]?.array?.filter { !names.contains($0) }
                members[list] = kept.map(JSON.array)
            } else if parts[0] == "$setElementOrder", let elements = members[list]?.array {
                members[list] = .array(ordered(elements, as: names, list: list))
            }
        }
        return .object(members)
    }

    private static func merged(_ change: JSON, into old: JSON?, list: String) throws(APIFailure) -> JSON? {
        switch change {
        case .null: return nil
        case .object:
            let value = try applied(change, to: old ?? .object([:]))
            return value.isNull ? nil : value
        case .array(let elements):
            if sets.contains(list) {
                var set = old?.array ?? []
                for element in elements where !set.contains(element) { set.append(element) }
                return .array(set)
            }
            guard let key = mergeKeys[list] else { return change }
            return .array(try merged(elements, into: old?.array ?? [], by: key))
        default: return change
        }
    }

    private static func merged(_ changes: [JSON], into old: [JSON], by key: String) throws(APIFailure) -> [JSON] {
        var elements = old
        if let place = changes.firstIndex(where: { $0["$patch"]?.string == "replace" && $0[key] == nil }) {
            return changes.enumerated().filter { $0.offset != place }.map(\.element)
        }
        for change in changes {
            guard let name = change[key] else {
                throw .badRequest("map: \(change.text()) does not contain declared merge key: \(key)")
            }
            let place = elements.firstIndex { $0[key] == name }
            if change["$patch"]?.string == "delete" {
                if let place { elements.remove(at: place) }
            } else if let place {
                elements[place] = try applied(change, to: elements[place])
            } else {
                elements.append(try applied(change, to: .object([:])))
            }
        }
        return elements
    }

    /// Elements that the order names come in that order, at the places such elements had; others stay where they are.
    private static func ordered(_ elements: [JSON], as order: [JSON], list: String) -> [JSON] {
        let key = mergeKeys[list]
        func rank(_ element: JSON) -> Int? {
            order.firstIndex { name in key.map { name[$0] == element[$0] } ?? (name == element) }
        }
        let ranked = elements.compactMap { element in rank(element).map { (rank: $0, element: element) } }
        var next = ranked.sorted { $0.rank < $1.rank }.makeIterator()
        return elements.map { rank($0) == nil ? $0 : next.next()?.element ?? $0 }
    }
}
