import KubernetesWire
import PlacementModel

/// What the API server's admission fills into a pod that is created, from other objects: its priority, the overhead and
/// node constraints of its runtime class, and label keys merged into the selectors of its terms.
///
/// A pod with a uid has been created: it stands as it is stored. All others are manifests.
/// - Source: plugin/pkg/admission/priority, plugin/pkg/admission/runtimeclass, pkg/registry/core/pod/strategy.go
struct CreationDefaults {
    private let priorityClasses: [String: PriorityClass]
    private let defaultClass: PriorityClass?
    private let runtimeClasses: [String: RuntimeClass]
    /// Specs that a runtime class has changed, by the template they had.
    private var templates: [ObjectIdentifier: PodTemplate] = [:]

    /// Classes that every cluster has.
    private static let systemClasses: [String: Int32] = [
        "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
    ]

    init(_ objects: ClusterObjects) {
        priorityClasses = Dictionary(
            objects.priorityClasses.map { ($0.metadata.name, $0) }, uniquingKeysWith: { first, _ in first })
        // Of several defaults the lowest value counts.
        defaultClass = objects.priorityClasses.filter(\.isDefault).min { $0.value < $1.value }
        runtimeClasses = Dictionary(
            objects.runtimeClasses.map { ($0.metadata.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The pod with what is missing filled in; the same where nothing is.
    ///
    /// - Complexity: O(1) for a pod that has nothing of this kind.
    mutating func applied(to entry: PlacementInput.SourcedPod) -> PlacementInput.SourcedPod {
        guard entry.pod.metadata.uid.isEmpty else { return entry }
        var filled = entry
        if entry.pod.hasScheduling || defaultClass != nil {
            var scheduling = entry.pod.scheduling
            setPriority(of: &scheduling)
            scheduling.mergeLabelKeys(of: entry.pod.metadata.labels)
            if scheduling != entry.pod.scheduling {
                var pod = entry.pod
                pod.scheduling = scheduling
                filled = PlacementInput.SourcedPod(pod, source: entry.source, template: entry.template)
            }
        }
        if let name = entry.pod.runtimeClassName, let runtimeClass = runtimeClasses[name] {
            filled = applied(runtimeClass, to: filled)
        }
        return filled
    }

    private func setPriority(of scheduling: inout PodScheduling) {
        guard scheduling.priority == 0 else { return }
        let name = scheduling.priorityClassName
        if let value = Self.systemClasses[name] {
            scheduling.priority = value
        } else if let known = name.isEmpty ? defaultClass : priorityClasses[name] {
            scheduling.priority = known.value
            if known.neverPreempts { scheduling.neverPreempts = true }
        } else if !name.isEmpty, !priorityClasses.isEmpty {
            scheduling.refusals.append(
                SpecProblem(
                    field: "spec.priorityClassName",
                    message: "Forbidden: no PriorityClass with name \(name) was found"))
        }
    }

    private mutating func applied(
        _ runtimeClass: RuntimeClass, to entry: PlacementInput.SourcedPod
    ) -> PlacementInput.SourcedPod {
        var pod = entry.pod
        Self.apply(runtimeClass, to: &pod)
        if pod == entry.pod { return entry }
        let template = entry.template.map { template in
            let changed =
                templates[ObjectIdentifier(template)]
                ?? template.changed(by: "runtimeClass") { Self.apply(runtimeClass, to: &$0) }
            templates[ObjectIdentifier(template)] = changed
            return changed
        }
        return PlacementInput.SourcedPod(pod, source: entry.source, template: template)
    }

    private static func apply(_ runtimeClass: RuntimeClass, to pod: inout Pod) {
        func refuse(_ field: String, _ message: String) {
            pod.scheduling.refusals.append(SpecProblem(field: field, message: "Forbidden: " + message))
        }
        if pod.overhead.isEmpty {
            pod.overhead = runtimeClass.overhead
        } else if pod.overhead != runtimeClass.overhead {
            refuse("spec.overhead", "it is not that of RuntimeClass \(runtimeClass.metadata.name)")
        }
        for (key, value) in runtimeClass.nodeSelector.sorted(by: { $0.key < $1.key }) {
            if let own = pod.nodeSelector[key], own != value {
                refuse("spec.nodeSelector", "conflict: runtimeClass.scheduling.nodeSelector[\(key)] = \(value)")
            }
            pod.nodeSelector[key] = value
        }
        for toleration in runtimeClass.tolerations where !pod.tolerations.contains(toleration) {
            pod.tolerations.append(toleration)
        }
    }
}

extension PodScheduling {
    /// Merges the label keys of affinity terms into their selectors. Those of spread constraints are merged by the filter,
    /// with the same outcome.
    fileprivate mutating func mergeLabelKeys(of labels: [String: String]) {
        func merge(_ terms: inout [PodAffinityTerm]) {
            for place in terms.indices {
                let term = terms[place]
                if term.matchLabelKeys.isEmpty && term.mismatchLabelKeys.isEmpty { continue }
                terms[place].selector = term.selector?.merging(term.matchLabelKeys, of: labels)
                    .merging(term.mismatchLabelKeys, of: labels, as: .notIn)
            }
        }
        merge(&affinity)
        merge(&antiAffinity)
    }
}
