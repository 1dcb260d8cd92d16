/// What a taint does to pods that do not tolerate it.
public enum TaintEffect: String, Sendable, Hashable {
    case noSchedule = "NoSchedule"
    case preferNoSchedule = "PreferNoSchedule"
    case noExecute = "NoExecute"
}

public struct Taint: Sendable, Hashable {
    public var key: String
    public var value: String
    public var effect: TaintEffect

    public init(key: String, value: String = "", effect: TaintEffect) {
        self.key = key
        self.value = value
        self.effect = effect
    }

    /// The taint that `spec.unschedulable` stands for.
    public static let unschedulable = Taint(key: "node.kubernetes.io/unschedulable", effect: .noSchedule)
}

public struct Toleration: Sendable, Hashable {
    public enum Operator: String, Sendable, Hashable {
        case exists = "Exists"
        case equal = "Equal"
    }

    public var key: String
    public var `operator`: Operator
    public var value: String
    /// Nil tolerates every effect.
    public var effect: TaintEffect?

    public init(key: String = "", operator: Operator = .equal, value: String = "", effect: TaintEffect? = nil) {
        self.key = key
        self.operator = `operator`
        self.value = value
        self.effect = effect
    }

    /// Kubernetes' rule: effect and key must agree (empty key with `Exists` agrees with all), then the operator decides.
    public func tolerates(_ taint: Taint) -> Bool {
        if let effect, effect != taint.effect { return false }
        if !key.isEmpty, key != taint.key { return false }
        switch `operator` {
        case .exists: return true
        case .equal: return !key.isEmpty && value == taint.value
        }
    }
}

/// One requirement of a node selector term, on a label or on a field.
public struct NodeSelectorRequirement: Sendable, Hashable {
    public enum Operator: String, Sendable, Hashable {
        case `in` = "In"
        case notIn = "NotIn"
        case exists = "Exists"
        case doesNotExist = "DoesNotExist"
        case greaterThan = "Gt"
        case lessThan = "Lt"
    }

    public var key: String
    public var `operator`: Operator
    public var values: [String]

    public init(key: String, operator: Operator, values: [String] = []) {
        self.key = key
        self.operator = `operator`
        self.values = values
    }

    /// Whether a value (nil = the key is absent) meets the requirement.
    ///
    /// `Gt` and `Lt` compare as 64-bit integers; text that is none never matches.
    public func matches(_ value: String?) -> Bool {
        switch `operator` {
        case .in: return value.map(values.contains) ?? false
        case .notIn: return value.map { !values.contains($0) } ?? true
        case .exists: return value != nil
        case .doesNotExist: return value == nil
        case .greaterThan, .lessThan:
            guard let value, let left = Int64(value), values.count == 1, let right = Int64(values[0]) else {
                return false
            }
            return `operator` == .greaterThan ? left > right : left < right
        }
    }
}

/// Requirements that must hold together. A term without any matches no node, as in Kubernetes.
public struct NodeSelectorTerm: Sendable, Hashable {
    public var matchExpressions: [NodeSelectorRequirement]
    /// Only `metadata.name` is a known field.
    public var matchFields: [NodeSelectorRequirement]

    public init(matchExpressions: [NodeSelectorRequirement] = [], matchFields: [NodeSelectorRequirement] = []) {
        self.matchExpressions = matchExpressions
        self.matchFields = matchFields
    }

    public func matches(labels: [String: String], nodeName: String) -> Bool {
        if matchExpressions.isEmpty && matchFields.isEmpty { return false }
        return matchExpressions.allSatisfy { $0.matches(labels[$0.key]) }
            && matchFields.allSatisfy { $0.key == "metadata.name" && $0.matches(nodeName) }
    }
}
