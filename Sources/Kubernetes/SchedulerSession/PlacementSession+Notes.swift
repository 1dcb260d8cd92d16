import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

// What the reader of a report should know besides the outcome: wishes that were written and have no effect.
extension PlacementSession {
    /// Containers that name a device resource from which no request could be read: they go on without a
    /// device; and amounts beyond what any device has.
    func unreadRequests(of pod: Pod, _ requests: [[DeviceRequest]]) -> [String] {
        var notes: [String] = []
        for (container, asked) in zip(pod.initContainers + pod.containers, requests) {
            let named = Set(container.limits.keys).union(container.requests.keys)
            for name in named.intersection(cluster.catalog.askedResources).sorted() {
                guard let quantity = container.limitOrRequest(name), !quantity.isZero else { continue }
                let place = "container \(container.name): "
                if !asked.contains(where: { cluster.catalog[$0.vendor].resourceNames.contains(name) }) {
                    notes.append(place + "no device request can be read from \(name): \(quantity)")
                } else if cluster.catalog.isPastDevices(quantity, of: name) {
                    notes.append(place + "\(name): \(quantity) is more than any device has")
                }
            }
        }
        return notes
    }

    func unofferedResources(of requestClass: RequestClass) -> [String] {
        requestClass.extended.compactMap { resource, amount in
            let name = cluster.table.resources[resource]
            if amount <= 0 || offeredResources.contains(name) { return nil }
            let question = hint.suggestion(for: name).map { "; did you mean \($0)?" } ?? ""
            return "no node offers \(name)\(question)"
        }
    }

    /// Annotations whose value means nothing to HAMi, and amounts that stand in annotations, where nobody reads them.
    func annotationNotes(of pod: Pod) -> [String] {
        var notes: [String] = []
        let annotations = pod.metadata.annotations
        if annotations.isEmpty { return notes }
        if let text = annotations[SchedulerAnnotations.nodePolicy], NodePolicy(named: text) == nil {
            notes.append("\(SchedulerAnnotations.nodePolicy): \(text) is no policy; nodes are packed (binpack)")
        }
        if let text = annotations[SchedulerAnnotations.devicePolicy] {
            let unknown = DevicePolicy.unknownParts(of: text)
            if !unknown.isEmpty {
                let meant = DevicePolicy(text)
                let means = meant.order == .spread ? "devices are spread" : "that part has no effect"
                let names = unknown.joined(separator: ", ")
                notes.append("\(SchedulerAnnotations.devicePolicy): \(names) is no policy; \(means)")
            }
        }
        if let text = annotations[SchedulerAnnotations.numaBind], parseBool(text) == nil {
            notes.append("\(SchedulerAnnotations.numaBind): \(text) is neither true nor false; it has no effect")
        }
        for name in annotations.keys.sorted() where cluster.catalog.managedResources.contains(name) {
            notes.append("annotation \(name) has no effect; amounts are asked for in resources.limits")
        }
        for name in annotations.keys.sorted() {
            guard let meant = annotationHint.suggestion(for: name), meant != name else { continue }
            notes.append("annotation \(name) has no effect; did you mean \(meant)?")
        }
        return notes
    }

    /// Annotations with which a pod says what it wants.
    static func wishAnnotations(of catalog: VendorCatalog) -> Set<String> {
        let ofVendors = catalog.vendors.flatMap { vendor in
            vendor.annotations.useUUID + vendor.annotations.noUseUUID + [
                vendor.annotations.useType, vendor.annotations.noUseType,
            ]
        }
        return Set(ofVendors).subtracting([""]).union([
            SchedulerAnnotations.nodePolicy, SchedulerAnnotations.devicePolicy, SchedulerAnnotations.numaBind,
            DeviceScoringWeights.annotation,
        ])
    }

    /// Keys of quotas that look like HAMi's and are not counted by it.
    static func problems(of quota: ResourceQuota, source: String, in cluster: Fleet) -> [InputProblem] {
        var problems: [InputProblem] = []
        let counted = Set(cluster.catalog.vendors.flatMap { [$0.resources.memory, $0.resources.cores] }).subtracting([
            ""
        ])
        let hint = NearestName(counted)
        func add(_ key: String, _ message: String) {
            problems.append(
                InputProblem(
                    source: source, object: "ResourceQuota \(quota.metadata.namespace)/\(quota.metadata.name)",
                    field: "spec.hard[\(key.debugDescription)]", message: message))
        }
        for (key, quantity) in quota.hard.sorted(by: { $0.key < $1.key }) {
            let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, ["limits", "requests"].contains(parts[0]), parts[1].contains("/") else { continue }
            if counted.contains(parts[1]) {
                if parts[0] == "requests" {
                    add(key, "HAMi does not count it; it counts limits.\(parts[1])")
                } else if quantity.exactInt64 == nil {
                    add(key, "\(quantity) is no whole number; HAMi does not count it")
                }
            } else if cluster.catalog.managedResources.contains(parts[1]) {
                add(key, "HAMi does not count it; it counts memory and cores")
            } else if let meant = hint.suggestion(for: parts[1]) ?? hint.beginning(of: parts[1]) {
                add(key, "HAMi does not count it; did you mean limits.\(meant)?")
            }
        }
        return problems
    }
}
