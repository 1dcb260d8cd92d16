import JSONText

/// What the API server adds to pods, and which changes of them it lets through.
///
/// - Source: pkg/registry/core/pod/strategy.go, pkg/apis/core/validation/validation.go
enum PodRules {
    static func withDefaults(_ pod: JSON) -> JSON {
        var pod = pod
        func fill(_ key: String, _ value: JSON) {
            if pod["spec"]?[key] == nil { pod[path: ["spec", key]] = value }
        }
        fill("schedulerName", "default-scheduler")
        fill("restartPolicy", "Always")
        fill("terminationGracePeriodSeconds", 30)
        fill("dnsPolicy", "ClusterFirst")
        fill("enableServiceLinks", true)
        fill("securityContext", [:])
        for list in ["initContainers", "containers"] {
            guard let containers = pod["spec"]?[list]?.array else { continue }
            pod[path: ["spec", list]] = .array(containers.map(withRequests))
        }
        let tolerations = pod["spec"]?["tolerations"]?.array ?? []
        pod[path: ["spec", "tolerations"]] = .array(tolerations + defaultTolerations(beside: tolerations))
        return pod
    }

    /// What is limited and not requested is requested as it is limited.
    private static func withRequests(_ container: JSON) -> JSON {
        var container = container
        if container["resources"] == nil { container[path: ["resources"]] = [:] }
        for (name, amount) in container["resources"]?["limits"]?.object?.members.map({ ($0.key, $0.value) }) ?? []
        where container["resources"]?["requests"]?[name] == nil {
            container[path: ["resources", "requests", name]] = amount
        }
        return container
    }

    /// Five minutes on nodes that are not ready or not reached, unless the pod says otherwise.
    private static func defaultTolerations(beside tolerations: [JSON]) -> [JSON] {
        ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].compactMap { key in
            let isSaid = tolerations.contains { toleration in
                let effect = toleration["effect"]?.string ?? ""
                let name = toleration["key"]?.string ?? ""
                return (name.isEmpty || name == key) && (effect.isEmpty || effect == "NoExecute")
            }
            guard !isSaid else { return nil }
            return [
                "key": .string(key), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300,
            ]
        }
    }

    /// A pod as it is stored for the first time.
    static func created(_ pod: JSON, at time: VirtualTime) throws(APIFailure) -> JSON {
        var problems: [APIFailure.FieldProblem] = []
        let containers = pod["spec"]?["containers"]?.array ?? []
        if containers.isEmpty { problems.append(.required("spec.containers")) }
        for (place, container) in containers.enumerated() {
            if (container["name"]?.string ?? "").isEmpty {
                problems.append(.required("spec.containers[\(place)].name"))
            }
        }
        if !gates(of: pod).isEmpty, !pod.nodeName.isEmpty {
            problems.append(
                .forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"))
        }
        guard problems.isEmpty else { throw .invalid(kind: "Pod", group: "", name: pod.name, problems) }
        var pod = pod
        pod[path: ["status"]] = ["phase": "Pending", "qosClass": .string(qualityOfService(containers))]
        if !gates(of: pod).isEmpty {
            pod.setCondition(
                "PodScheduled", "False", reason: "SchedulingGated",
                message: "Scheduling is blocked due to non-empty scheduling gates", at: time)
        }
        return pod
    }

    private static func qualityOfService(_ containers: [JSON]) -> String {
        func amounts(_ container: JSON, _ side: String) -> [String?] {
            ["cpu", "memory"].map { container["resources"]?[side]?[$0].map { $0.string ?? $0.text() } }
        }
        let all = containers.map { (requests: amounts($0, "requests"), limits: amounts($0, "limits")) }
        if all.allSatisfy({ $0.requests == [nil, nil] && $0.limits == [nil, nil] }) { return "BestEffort" }
        let isGuaranteed = all.allSatisfy { !$0.limits.contains(nil) && $0.limits == $0.requests }
        return isGuaranteed ? "Guaranteed" : "Burstable"
    }

    static func gates(of pod: JSON) -> [String] {
        pod["spec"]?["schedulingGates"]?.array?.compactMap { $0["name"]?.string } ?? []
    }

    /// - Throws: 422 for changes of what does not change.
    static func checkUpdate(from old: JSON, to new: JSON) throws(APIFailure) {
        var problems: [APIFailure.FieldProblem] = []
        let oldGates = gates(of: old)
        for gate in gates(of: new) where !oldGates.contains(gate) {
            problems.append(
                .forbidden("spec.schedulingGates", "only deletion is allowed, but found new scheduling gate '\(gate)'"))
        }
        if !isSameSpec(old, new) {
            problems.append(
                .forbidden(
                    "spec",
                    "pod updates may not change fields other than `spec.containers[*].image`,"
                        + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
                        + "`spec.tolerations` (only additions to existing tolerations),"
                        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
                ))
        }
        guard problems.isEmpty else { throw .invalid(kind: "Pod", group: "", name: old.name, problems) }
    }

    /// Whether two specs differ in nothing but what may change: images, gates that go, tolerations that come, and, while the
    /// pod is gated, the selector of its node and its affinity.
    private static func isSameSpec(_ old: JSON, _ new: JSON) -> Bool {
        func essence(_ pod: JSON) -> JSON {
            var pod = pod
            for list in ["containers", "initContainers"] {
                guard let containers = pod["spec"]?[list]?.array else { continue }
                pod[path: ["spec", list]] = .array(
                    containers.map { container in
                        var container = container
                        container[path: ["image"]] = nil
                        return container
                    })
            }
            for field in ["schedulingGates", "activeDeadlineSeconds", "tolerations"] {
                pod[path: ["spec", field]] = nil
            }
            if !gates(of: old).isEmpty {
                for field in ["nodeSelector", "affinity"] { pod[path: ["spec", field]] = nil }
            }
            return pod["spec"] ?? [:]
        }
        let tolerations = new["spec"]?["tolerations"]?.array ?? []
        let keepsTolerations = (old["spec"]?["tolerations"]?.array ?? []).allSatisfy { toleration in
            tolerations.contains { $0.isSame(as: toleration) }
        }
        return keepsTolerations && essence(old).isSame(as: essence(new))
    }
}
