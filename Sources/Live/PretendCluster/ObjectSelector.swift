import JSONText

/// Which objects a list or a watch shows: by labels and by a few fields.
struct ObjectSelector: Sendable {
    struct LabelRequirement: Sendable {
        enum Operation: Sendable { case isIn, notIn, exists, doesNotExist }
        var key: String
        var operation: Operation
        var values: [String] = []
    }

    var labels: [LabelRequirement] = []
    var fields: [(path: [String], value: String, isEqual: Bool)] = []

    var isEmpty: Bool { labels.isEmpty && fields.isEmpty }

    func matches(_ object: JSON) -> Bool {
        for field in fields {
            let value = object[path: field.path]
            let text: String
            switch value {
            case .bool(let flag): text = flag ? "true" : "false"
            case .string(let string): text = string
            default:
                text = field.path == ["spec", "unschedulable"] || field.path == ["spec", "hostNetwork"] ? "false" : ""
            }
            if (text == field.value) != field.isEqual { return false }
        }
        return labels.allSatisfy { requirement in
            let value = object.label(requirement.key)
            switch requirement.operation {
            case .isIn: return value.map(requirement.values.contains) ?? false
            case .notIn: return !(value.map(requirement.values.contains) ?? false)
            case .exists: return value != nil
            case .doesNotExist: return value == nil
            }
        }
    }

    // MARK: Reading

    /// Fields beyond name and namespace by which objects of a kind can be selected.
    private static func fieldNames(of kind: ResourceKind) -> [String] {
        switch kind.resource {
        case "pods":
            [
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName",
            ]
        case "nodes": ["spec.unschedulable"]
        case "namespaces": ["status.phase"]
        case "secrets": ["type"]
        case "events":
            [
                "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
                "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
                "reportingComponent", "type",
            ]
        default: []
        }
    }

    /// - Throws: a bad request in the words of the API server, for fields it knows no index of.
    init(labelSelector: String, fieldSelector: String, kind: ResourceKind) throws(APIFailure) {
        labels = try Self.labelRequirements(labelSelector)
        let known = ["metadata.name"] + (kind.isNamespaced ? ["metadata.namespace"] : []) + Self.fieldNames(of: kind)
        for term in fieldSelector.split(separator: ",") {
            let isEqual = !term.contains("!=")
            let sides = term.split(separator: isEqual ? "=" : "!", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2 else { throw .badRequest("invalid selector: '\(term)'; can't understand '\(term)'") }
            let name = String(sides[0])
            let value = String(sides[1].drop { $0 == "=" })
            guard known.contains(name) else {
                throw .badRequest(
                    "Unable to find \"\(kind.group.isEmpty ? "" : kind.group)/\(kind.version), Resource=\(kind.resource)\" "
                        + "that match label selector \"\(labelSelector)\", field selector \"\(fieldSelector)\": "
                        + "field label not supported: \(name)")
            }
            fields.append((name.split(separator: ".").map(String.init), value, isEqual))
        }
    }

    init() {}

    /// Commas between brackets part values, others part requirements.
    private static func terms(of text: String) -> [Substring] {
        var terms: [Substring] = []
        var start = text.startIndex
        var depth = 0
        for place in text.indices {
            switch text[place] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth == 0:
                terms.append(text[start..<place])
                start = text.index(after: place)
            default: break
            }
        }
        terms.append(text[start...])
        return terms.map { $0.trimmed }.filter { !$0.isEmpty }
    }

    private static func labelRequirements(_ text: String) throws(APIFailure) -> [LabelRequirement] {
        var requirements: [LabelRequirement] = []
        for term in terms(of: text) {
            if let bracket = term.firstIndex(of: "(") {
                let head = term[..<bracket].split(separator: " ")
                guard head.count == 2, term.last == ")", head[1] == "in" || head[1] == "notin" else {
                    throw .badRequest("unable to parse requirement: found '\(term)', expected: in, notin")
                }
                let values = term[term.index(after: bracket)...].dropLast().split(separator: ",").map {
                    String($0.trimmed)
                }
                requirements.append(
                    LabelRequirement(
                        key: String(head[0]), operation: head[1] == "in" ? .isIn : .notIn, values: values))
            } else if let sign = term.firstIndex(of: "="), sign != term.startIndex {
                let isNegative = term[term.index(before: sign)] == "!"
                let key = isNegative ? term[..<term.index(before: sign)] : term[..<sign]
                let value = term[sign...].drop { $0 == "=" }
                requirements.append(
                    LabelRequirement(
                        key: String(key.trimmed), operation: isNegative ? .notIn : .isIn,
                        values: [String(value.trimmed)]))
            } else if term.first == "!" {
                requirements.append(
                    LabelRequirement(key: String(term.dropFirst().trimmed), operation: .doesNotExist))
            } else if term.contains(" ") || term.contains("=") {
                throw .badRequest(
                    "unable to parse requirement: found '\(term)', expected: in, notin, =, ==, !=, gt, lt")
            } else {
                requirements.append(LabelRequirement(key: String(term), operation: .exists))
            }
        }
        return requirements
    }

    /// The selector of a budget: `matchLabels` and `matchExpressions`; nil for one that the API server cannot read.
    init?(labelSelector selector: JSON?) {
        guard let selector, selector.object != nil else { return nil }
        for (key, value) in selector["matchLabels"]?.texts ?? [] {
            labels.append(LabelRequirement(key: key, operation: .isIn, values: [value]))
        }
        for expression in selector["matchExpressions"]?.array ?? [] {
            guard let key = expression["key"]?.string else { return nil }
            let operation: LabelRequirement.Operation
            switch expression["operator"]?.string {
            case "In": operation = .isIn
            case "NotIn": operation = .notIn
            case "Exists": operation = .exists
            case "DoesNotExist": operation = .doesNotExist
            default: return nil
            }
            labels.append(
                LabelRequirement(
                    key: key, operation: operation, values: expression["values"]?.array?.compactMap(\.string) ?? []))
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
