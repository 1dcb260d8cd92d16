import JSONText

/// Objects of the API server are JSON values; these are the ways into them.
extension JSON {
    /// The value behind some keys, nil where one of them is missing.
    public subscript(path path: [String]) -> JSON? {
        get {
            var value = self
            for key in path {
                guard let next = value[key] else { return nil }
                value = next
            }
            return value
        }
        set { set(newValue, at: path[...]) }
    }

    /// Puts a value behind some keys, making objects on the way; nil takes the last key away.
    private mutating func set(_ value: JSON?, at path: ArraySlice<String>) {
        guard let key = path.first else {
            self = value ?? .null
            return
        }
        var members = object ?? JSONObject()
        if path.count == 1 {
            members[key] = value
        } else {
            guard value != nil || members[key] != nil else { return }
            var child = members[key] ?? .object([:])
            child.set(value, at: path.dropFirst())
            members[key] = child
        }
        self = .object(members)
    }

    /// Whether two values mean the same: members of objects in any order.
    ///
    /// - Complexity: O(n x members of the widest object)
    public func isSame(as other: JSON) -> Bool {
        switch (self, other) {
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.members.allSatisfy { member in right[member.key].map(member.value.isSame) ?? false }
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        default: self == other
        }
    }

    /// The pairs of a map of texts, such as labels.
    public var texts: [(key: String, value: String)] {
        object?.members.compactMap { member in member.value.string.map { (member.key, $0) } } ?? []
    }
}

/// Fields that every object has.
extension JSON {
    public var name: String { self["metadata"]?["name"]?.string ?? "" }
    public var namespace: String { self["metadata"]?["namespace"]?.string ?? "" }
    public var uid: String { self["metadata"]?["uid"]?.string ?? "" }
    public var resourceVersion: String { self["metadata"]?["resourceVersion"]?.string ?? "" }
    public var isBeingDeleted: Bool { self["metadata"]?["deletionTimestamp"]?.string != nil }

    public func annotation(_ key: String) -> String? { self["metadata"]?["annotations"]?[key]?.string }
    public func label(_ key: String) -> String? { self["metadata"]?["labels"]?[key]?.string }

    public var generation: Int64? { self["metadata"]?["generation"]?.int64 }
    public var finalizers: [String] { self["metadata"]?["finalizers"]?.array?.compactMap(\.string) ?? [] }

    /// The node of a pod, empty while it has none.
    public var nodeName: String { self["spec"]?["nodeName"]?.string ?? "" }
    /// The phase of a pod or a namespace.
    public var phase: String { self["status"]?["phase"]?.string ?? "" }
    /// Whether a pod has run to its end.
    public var isFinished: Bool { phase == "Succeeded" || phase == "Failed" }

    /// The condition of a type, with its place.
    public func condition(_ type: String) -> (place: Int, value: JSON)? {
        guard let conditions = self["status"]?["conditions"]?.array,
            let place = conditions.firstIndex(where: { $0["type"]?.string == type })
        else { return nil }
        return (place, conditions[place])
    }

    /// Writes a condition over the one of its type; the time of transition moves only when the status does.
    mutating func setCondition(
        _ type: String, _ status: String, reason: String? = nil, message: String? = nil, at time: VirtualTime
    ) {
        let old = condition(type)
        var condition: JSONObject = ["type": .string(type), "status": .string(status)]
        let moved = old?.value["status"]?.string != status
        condition["lastTransitionTime"] =
            moved ? .string(time.text) : (old?.value["lastTransitionTime"] ?? .string(time.text))
        condition["reason"] = reason.map(JSON.string)
        condition["message"] = message.map(JSON.string)
        var conditions = self["status"]?["conditions"]?.array ?? []
        if let old { conditions[old.place] = .object(condition) } else { conditions.append(.object(condition)) }
        self[path: ["status", "conditions"]] = .array(conditions)
    }
}
