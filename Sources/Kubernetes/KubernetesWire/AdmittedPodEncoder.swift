public import BulkJSON
public import PlacementModel

/// Writes a pod the way it leaves HAMi's webhook: the manifest, overlaid with what admission may change.
///
/// Overlaid are the quantities of every container and of the overhead in canonical form (numbers become text), variables
/// that were added, the scheduler's name, the runtime class and the annotations. As Go's encoder does, empty maps, lists
/// and names are left out, `resources` is always there, and null members are dropped. The rest of the manifest stays as it
/// is, in its order.
public enum AdmittedPodEncoder {
    /// The `spec` and, unless there are none, the `metadata.annotations` of `pod` after admission.
    ///
    /// - Parameters:
    ///   - manifest: the object `pod` was read from; its containers stand in the same order.
    ///   - pod: the pod as admission left it.
    public static func encode(manifest: JSON, pod: Pod) -> (spec: JSON, annotations: JSON?) {
        var spec = (manifest["spec"]?.withoutNulls.object) ?? JSONObject()
        overlay(pod.initContainers, on: "initContainers", in: &spec)
        overlay(pod.containers, on: "containers", in: &spec)
        spec["overhead"] = quantities(pod.overhead, over: spec["overhead"])
        spec["schedulerName"] = pod.schedulerName.isEmpty ? Optional.none : .string(pod.schedulerName)
        spec["runtimeClassName"] = pod.runtimeClassName.map { .string($0) }
        return (.object(spec), annotations(of: pod, over: manifest["metadata"]?["annotations"]))
    }

    private static func overlay(_ containers: [Container], on key: String, in spec: inout JSONObject) {
        guard case .array(var list)? = spec[key] else { return }
        for (index, container) in containers.enumerated() where index < list.count {
            guard case .object(var manifest) = list[index] else { continue }
            overlay(container, on: &manifest)
            list[index] = .object(manifest)
        }
        spec[key] = list.isEmpty && key == "initContainers" ? Optional.none : .array(list)
    }

    private static func overlay(_ container: Container, on manifest: inout JSONObject) {
        var resources = manifest["resources"]?.object ?? JSONObject()
        resources["limits"] = quantities(container.limits, over: resources["limits"])
        resources["requests"] = quantities(container.requests, over: resources["requests"])
        manifest["resources"] = .object(resources)
        let environment = (manifest["env"]?.array ?? []) + container.addedEnvironment.map(variable)
        manifest["env"] = environment.isEmpty ? Optional.none : .array(environment)
    }

    private static func variable(_ variable: EnvironmentVariable) -> JSON {
        var object = JSONObject([("name", .string(variable.name))])
        if !variable.value.isEmpty { object["value"] = .string(variable.value) }
        return .object(object)
    }

    /// Nil for an empty map.
    private static func quantities(_ quantities: [String: Quantity], over manifest: JSON?) -> JSON? {
        map(quantities.mapValues { .string($0.canonical) }, over: manifest)
    }

    private static func annotations(of pod: Pod, over manifest: JSON?) -> JSON? {
        map(pod.metadata.annotations.mapValues { .string($0) }, over: manifest)
    }

    /// `values` in the order of the manifest, new keys behind in ascending order; nil for an empty map.
    private static func map(_ values: [String: JSON], over manifest: JSON?) -> JSON? {
        if values.isEmpty { return Optional.none }
        var rest = values
        var object = JSONObject()
        for member in manifest?.object ?? JSONObject() {
            guard let value = rest.removeValue(forKey: member.key) else { continue }
            object.members.append(JSONObject.Member(key: member.key, value: value))
        }
        for (key, value) in rest.sorted(by: { $0.key < $1.key }) {
            object.members.append(JSONObject.Member(key: key, value: value))
        }
        return .object(object)
    }
}

extension JSON {
    /// The tree without members and elements that are null.
    fileprivate var withoutNulls: JSON {
        switch self {
        case .array(let elements):
            return .array(elements.filter { !$0.isNull }.map(\.withoutNulls))
        case .object(let object):
            return .object(
                JSONObject(object.members.lazy.filter { !$0.value.isNull }.map { ($0.key, $0.value.withoutNulls) }))
        default: return self
        }
    }
}
