import PlacementModel

/// What the API server holds against a pod's spec, in its words: the fields that say where a pod may run.
///
/// A pod with such a field never reaches a scheduler. What the webhook changes (resources of containers) is checked later,
/// of the pod as admission left it. Fields of a wrong type are left to the decoder.
/// - Source: pkg/apis/core/validation/validation.go and apimachinery pkg/apis/meta/v1/validation
struct SpecValidation {
    private(set) var problems: [SpecProblem] = []

    /// Checks one field of the spec.
    ///
    /// - Returns: whether it can be decoded: nothing is held against it.
    mutating func admits(_ key: MemberKey, _ value: some DocumentValue) -> Bool {
        let before = problems.count
        switch key {
        case "affinity": checkAffinity(value)
        case "tolerations": each(value, "spec.tolerations") { $0.checkToleration($1, $2) }
        case "topologySpreadConstraints": checkSpread(value)
        case "schedulingGates": checkGates(value)
        case "preemptionPolicy":
            require(value.documentText, of: ["PreemptLowerPriority", "Never"], "spec.preemptionPolicy")
        default: return true
        }
        return problems.count == before
    }

    /// Checks what depends on several fields of the spec.
    mutating func finish(_ spec: some DocumentValue) {
        let usesHostNetwork = spec.member("hostNetwork")?.documentBool ?? false
        for (list, key) in [("initContainers", "initContainers" as StaticString), ("containers", "containers")] {
            guard let containers = spec.member(key) else { continue }
            // Ports of the node may be named once in all containers, and by each init container on its own.
            var taken = Set<String>()
            each(containers, "spec.\(list)") { checks, container, path in
                if list == "initContainers" { taken = [] }
                guard let ports = container.member("ports") else { return }
                checks.each(ports, path + ".ports") { $0.checkPort($1, $2, usesHostNetwork, &taken) }
            }
        }
        if let name = spec.member("nodeName"), !name.documentText.isEmpty, let gates = spec.member("schedulingGates"),
            !gates.isEmptyCollection
        {
            forbid("spec.nodeName", "cannot be set until all schedulingGates have been cleared")
        }
    }

    // MARK: Affinity

    private mutating func checkAffinity(_ value: some DocumentValue) {
        let required: StaticString = "requiredDuringSchedulingIgnoredDuringExecution"
        let path = "spec.affinity"
        if let selector = value.member("nodeAffinity")?.member(required) {
            checkNodeSelector(selector, "\(path).nodeAffinity.\(required)")
        }
        for (name, key) in [("podAffinity", "podAffinity" as StaticString), ("podAntiAffinity", "podAntiAffinity")] {
            guard let terms = value.member(key)?.member(required) else { continue }
            each(terms, "\(path).\(name).\(required)") { checks, term, path in
                if let selector = term.member("labelSelector") {
                    checks.checkLabelSelector(selector, path + ".labelSelector")
                }
                if let selector = term.member("namespaceSelector") {
                    checks.checkLabelSelector(selector, path + ".namespaceSelector")
                }
                checks.checkLabelKeys(term, path)
                let key = term.member("topologyKey")?.documentText ?? ""
                if key.isEmpty { checks.add(path + ".topologyKey", "Required value", "can not be empty") }
                checks.checkName(key, path + ".topologyKey")
            }
        }
    }

    private mutating func checkNodeSelector(_ value: some DocumentValue, _ path: String) {
        guard let terms = value.member("nodeSelectorTerms"), !terms.isEmptyCollection else {
            return add(path + ".nodeSelectorTerms", "Required value", "must have at least one node selector term")
        }
        each(terms, path + ".nodeSelectorTerms") { checks, term, path in
            if let list = term.member("matchExpressions") {
                checks.each(list, path + ".matchExpressions") { $0.checkRequirement($1, $2) }
            }
            if let list = term.member("matchFields") {
                checks.each(list, path + ".matchFields") { $0.checkField($1, $2) }
            }
        }
    }

    private mutating func checkRequirement(_ value: some DocumentValue, _ path: String) {
        let comparison = value.member("operator")?.documentText ?? ""
        let values = Self.texts(value.member("values"))
        switch comparison {
        case "Gt", "Lt":
            if values.count != 1 {
                add(
                    path + ".values", "Required value",
                    "must be specified single value when `operator` is 'Lt' or 'Gt'")
            }
        default: checkSet(comparison, values, path)
        }
        checkName(value.member("key")?.documentText ?? "", path + ".key")
        checkValues(values, path)
    }

    /// The operators that selectors over labels have too.
    private mutating func checkSet(_ comparison: String, _ values: [String], _ path: String) {
        switch comparison {
        case "In", "NotIn":
            if values.isEmpty {
                add(path + ".values", "Required value", "must be specified when `operator` is 'In' or 'NotIn'")
            }
        case "Exists", "DoesNotExist":
            if !values.isEmpty {
                forbid(path + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
            }
        default: reject(comparison, path + ".operator", "not a valid selector operator")
        }
    }

    private mutating func checkField(_ value: some DocumentValue, _ path: String) {
        switch value.member("operator")?.documentText ?? "" {
        case "In", "NotIn":
            if Self.texts(value.member("values")).count != 1 {
                add(
                    path + ".values", "Required value",
                    "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")
            }
        case let other: reject(other, path + ".operator", "not a valid selector operator")
        }
        let key = value.member("key")?.documentText ?? ""
        if key != "metadata.name" { reject(key, path + ".key", "not a valid field selector key") }
    }

    private mutating func checkLabelSelector(_ value: some DocumentValue, _ path: String) {
        if let labels = value.member("matchLabels") {
            var pairs: [(String, String)] = []
            try? labels.visitMembers { (key, value) throws(FieldProblem) in
                pairs.append((key.string, value.documentText))
            }
            for (key, value) in pairs {
                checkName(key, path + ".matchLabels")
                for problem in LabelSyntax.problems(ofValue: value) { reject(value, path + ".matchLabels", problem) }
            }
        }
        guard let list = value.member("matchExpressions") else { return }
        each(list, path + ".matchExpressions") { checks, requirement, path in
            let values = Self.texts(requirement.member("values"))
            checks.checkSet(requirement.member("operator")?.documentText ?? "", values, path)
            checks.checkName(requirement.member("key")?.documentText ?? "", path + ".key")
            checks.checkValues(values, path)
        }
    }

    /// `matchLabelKeys` and `mismatchLabelKeys`, which are merged into the selector.
    private mutating func checkLabelKeys(_ term: some DocumentValue, _ path: String) {
        let (same, other) = (Self.texts(term.member("matchLabelKeys")), Self.texts(term.member("mismatchLabelKeys")))
        if same.isEmpty && other.isEmpty { return }
        guard let selector = term.member("labelSelector") else {
            for (name, keys) in [("matchLabelKeys", same), ("mismatchLabelKeys", other)] where !keys.isEmpty {
                forbid("\(path).\(name)", "must not be specified when labelSelector is not set")
            }
            return
        }
        var selected = Set<String>()
        try? selector.member("matchLabels")?.visitMembers { (key, _) throws(FieldProblem) in
            selected.insert(key.string)
        }
        try? selector.member("matchExpressions")?.visitElements { (_, requirement) throws(FieldProblem) in
            let (key, comparison) = (
                requirement.member("key")?.documentText ?? "", requirement.member("operator")?.documentText
            )
            // In a pod that is stored the keys have been merged already.
            let merged =
                Self.texts(requirement.member("values")).count == 1
                && (comparison == "In" && same.contains(key) || comparison == "NotIn" && other.contains(key))
            if !merged { selected.insert(key) }
        }
        for (place, key) in same.enumerated() where selected.contains(key) || other.contains(key) {
            reject(key, "\(path)[\(place)]", "exists in both matchLabelKeys and labelSelector")
        }
        for (place, key) in other.enumerated() where selected.contains(key) {
            reject(key, "\(path)[\(place)]", "exists in both mismatchLabelKeys and labelSelector")
        }
        for (place, key) in same.enumerated() where other.contains(key) {
            reject(key, "\(path).matchLabelKeys[\(place)]", "exists in both matchLabelKeys and mismatchLabelKeys")
        }
    }

    // MARK: Spread, tolerations, gates, ports

    private mutating func checkSpread(_ list: some DocumentValue) {
        var known: [(pair: String, path: String)] = []
        each(list, "spec.topologySpreadConstraints") { checks, constraint, path in
            func text(_ key: StaticString) -> String { constraint.member(key)?.documentText ?? "" }
            let skew = Int64(text("maxSkew")) ?? 0
            if skew <= 0 {
                checks.add(path + ".maxSkew", "Invalid value: \(skew)", "must be greater than zero")
            }
            let (key, action) = (text("topologyKey"), text("whenUnsatisfiable"))
            if key.isEmpty { checks.add(path + ".topologyKey", "Required value", "can not be empty") }
            checks.require(action, of: ["DoNotSchedule", "ScheduleAnyway"], path + ".whenUnsatisfiable")
            let pair = "{\(key), \(action)}"
            if let first = known.first(where: { $0.pair == pair }) {
                checks.add(
                    first.path + ".{topologyKey, whenUnsatisfiable}", "Duplicate value: \(pair.debugDescription)", "")
            }
            known.append((pair, path))
            if let domains = Int64(text("minDomains")) {
                if domains <= 0 {
                    checks.add(path + ".minDomains", "Invalid value: \(domains)", "must be greater than zero")
                } else if action != "DoNotSchedule" {
                    checks.add(
                        path + ".minDomains", "Invalid value: \(domains)",
                        "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not \(action)")
                }
            }
            for (name, policy) in [
                ("nodeAffinityPolicy", text("nodeAffinityPolicy")), ("nodeTaintsPolicy", text("nodeTaintsPolicy")),
            ] where !policy.isEmpty { checks.require(policy, of: ["Honor", "Ignore"], "\(path).\(name)") }
            checks.checkLabelKeys(constraint, path)
            if let selector = constraint.member("labelSelector") {
                checks.checkLabelSelector(selector, path + ".labelSelector")
            }
        }
    }

    private mutating func checkToleration(_ value: some DocumentValue, _ path: String) {
        func text(_ key: StaticString) -> String { value.member(key)?.documentText ?? "" }
        let (comparison, effect) = (text("operator"), text("effect"))
        if text("key").isEmpty {
            if comparison != "Exists" {
                reject(
                    comparison, path + ".operator",
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\"")
            }
        } else {
            checkName(text("key"), path + ".key")
        }
        if value.member("tolerationSeconds") != nil && effect != "NoExecute" {
            reject(effect, path + ".effect", "effect must be 'NoExecute' when `tolerationSeconds` is set")
        }
        switch comparison {
        case "", "Equal":
            for problem in LabelSyntax.problems(ofValue: text("value")) {
                reject(text("value"), path + ".operator", problem)
            }
        case "Exists":
            if !text("value").isEmpty {
                reject(text("value"), path + ".operator", "value must be empty when `operator` is 'Exists'")
            }
        // `Lt` and `Gt` are known to the server and refused with the words for unknown ones, unless a gate is open.
        default: refuse(comparison, supported: ["Equal", "Exists", "Lt", "Gt"], path + ".operator")
        }
        if !effect.isEmpty { require(effect, of: ["NoSchedule", "PreferNoSchedule", "NoExecute"], path + ".effect") }
    }

    private mutating func checkGates(_ list: some DocumentValue) {
        var known = Set<String>()
        each(list, "spec.schedulingGates") { checks, gate, path in
            let name = gate.member("name")?.documentText ?? ""
            checks.checkName(name, path)
            if !known.insert(name).inserted {
                checks.add(path, "Duplicate value: \(name.debugDescription)", "")
            }
        }
    }

    private mutating func checkPort(
        _ value: some DocumentValue, _ path: String, _ usesHostNetwork: Bool, _ taken: inout Set<String>
    ) {
        let range = "must be between 1 and 65535, inclusive"
        func number(_ key: StaticString) -> Int64 { value.member(key).flatMap { Int64($0.documentText) } ?? 0 }
        let (container, host) = (number("containerPort"), number("hostPort"))
        let transport = value.member("protocol")?.documentText ?? "TCP"
        if container != 0, !(1...65535).contains(container) {
            add(path + ".containerPort", "Invalid value: \(container)", range)
        }
        require(transport, of: ["SCTP", "TCP", "UDP"], path + ".protocol")
        if host == 0 { return }
        if !(1...65535).contains(host) {
            add(path + ".hostPort", "Invalid value: \(host)", range)
        } else if usesHostNetwork && host != container {
            add(path + ".hostPort", "Invalid value: \(host)", "must match `containerPort` when `hostNetwork` is true")
        }
        let name = "\(transport)/\(value.member("hostIP")?.documentText ?? "")/\(host)"
        if !taken.insert(name).inserted {
            add(path + ".hostPort", "Duplicate value: \(name.debugDescription)", "")
        }
    }

    // MARK: Words

    private mutating func each<Value: DocumentValue>(
        _ list: Value, _ path: String, _ body: (inout SpecValidation, Value, String) -> Void
    ) {
        try? list.visitElements { (index, value) throws(FieldProblem) in
            if value.documentKind == .object { body(&self, value, "\(path)[\(index)]") }
        }
    }

    private static func texts(_ list: (some DocumentValue)?) -> [String] {
        var texts: [String] = []
        try? list?.visitElements { (_, value) throws(FieldProblem) in texts.append(value.documentText) }
        return texts
    }

    private mutating func checkName(_ name: String, _ path: String) {
        for problem in LabelSyntax.problems(ofName: name) { reject(name, path, problem) }
    }

    private mutating func checkValues(_ values: [String], _ path: String) {
        for (place, value) in values.enumerated() {
            for problem in LabelSyntax.problems(ofValue: value) { reject(value, "\(path).values[\(place)]", problem) }
        }
    }

    private mutating func require(_ text: String, of supported: [String], _ path: String) {
        if !supported.contains(text) { refuse(text, supported: supported, path) }
    }

    private mutating func refuse(_ text: String, supported: [String], _ path: String) {
        let list = supported.map(\.debugDescription).joined(separator: ", ")
        add(path, "Unsupported value: \(text.debugDescription)", "supported values: \(list)")
    }

    private mutating func reject(_ text: String, _ path: String, _ why: String) {
        add(path, "Invalid value: \(text.debugDescription)", why)
    }

    private mutating func forbid(_ path: String, _ why: String) { add(path, "Forbidden", why) }

    private mutating func add(_ path: String, _ kind: String, _ why: String) {
        problems.append(SpecProblem(field: path, message: why.isEmpty ? kind : kind + ": " + why))
    }
}
