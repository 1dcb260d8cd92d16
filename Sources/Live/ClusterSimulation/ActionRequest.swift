import JSONText
import KubernetesWire
import PretendCluster
import SchedulerCore

/// What an action is as a request, and what the reply is as an answer.
extension SchedulerAction {
    private static let mergePatch = "application/merge-patch+json"

    /// Nil for what is no request.
    var request: APIRequest? {
        switch self {
        case .lock(let patch), .release(let patch):
            return patchRequest(
                "/api/v1/nodes/\(patch.node)", version: patch.resourceVersion, annotations: patch.annotations)
        case .bind(let binding):
            let path = "/api/v1/namespaces/\(binding.namespace)/pods/\(binding.name)/binding"
            let body: JSON = [
                "metadata": [
                    "name": .string(binding.name), "uid": .string(binding.uid),
                    "resourceVersion": .string(binding.resourceVersion), "annotations": Self.map(binding.annotations),
                    "labels": Self.map(binding.labels),
                ],
                "target": ["kind": "Node", "name": .string(binding.node)],
            ]
            return APIRequest(.post, path, body: body, user: "scheduler")
        case .patch(let patch):
            return patchRequest(
                "/api/v1/namespaces/\(patch.namespace)/pods/\(patch.name)", version: patch.resourceVersion,
                annotations: patch.annotations)
        case .claimVolume(let patch):
            let path = Self.path(patch.object)
            switch patch.change {
            case .selectedNode(let node):
                return patchRequest(
                    path, version: patch.resourceVersion,
                    annotations: [AnnotationWrite("volume.kubernetes.io/selected-node", node)])
            case .claimReference(let namespace, let name, let uid):
                let reference: JSON = [
                    "namespace": .string(namespace), "name": .string(name), "uid": .string(uid),
                ]
                let body: JSON = [
                    "metadata": ["resourceVersion": .string(patch.resourceVersion)], "spec": ["claimRef": reference],
                ]
                return APIRequest(.patch, path, body: body, contentType: Self.mergePatch, user: "scheduler")
            }
        case .setCondition(let condition):
            let value: JSON = [
                "type": "PodScheduled", "status": "False", "reason": .string(condition.reason),
                "message": .string(condition.message),
            ]
            return APIRequest(
                .patch, "/api/v1/namespaces/\(condition.namespace)/pods/\(condition.name)/status",
                body: ["metadata": ["uid": .string(condition.uid)], "status": ["conditions": [value]]],
                contentType: "application/strategic-merge-patch+json", user: "scheduler")
        case .read(let identity): return APIRequest(.get, Self.path(identity), user: "scheduler")
        case .recordEvent, .wake: return nil
        }
    }

    /// Whether the action may change an object.
    var writes: Bool {
        switch self {
        case .lock, .release, .bind, .patch, .claimVolume, .setCondition: true
        case .read, .recordEvent, .wake: false
        }
    }

    /// Which object it is about.
    var target: String {
        switch self {
        case .lock(let patch), .release(let patch): "nodes/\(patch.node)"
        case .bind(let binding): "pods/\(binding.namespace)/\(binding.name)"
        case .patch(let patch): "pods/\(patch.namespace)/\(patch.name)"
        case .claimVolume(let patch): "\(patch.object.kind)/\(patch.object.namespace)/\(patch.object.name)"
        case .setCondition(let condition): "pods/\(condition.namespace)/\(condition.name)"
        case .read(let identity): "\(identity.kind)/\(identity.namespace)/\(identity.name)"
        case .recordEvent(let note): "\(note.about.kind)/\(note.about.namespace)/\(note.about.name)"
        case .wake: ""
        }
    }

    /// The action in a few words.
    var words: String {
        switch self {
        case .lock(let patch): "lock \(patch.node) for \(patch.annotations.compactMap(\.value).joined(separator: " "))"
        case .release(let patch): "release \(patch.node)"
        case .bind(let binding): "bind \(binding.namespace)/\(binding.name) to \(binding.node)"
        case .patch(let patch): "fence \(patch.namespace)/\(patch.name)"
        case .claimVolume(let patch): "claim \(patch.object.name)"
        case .setCondition(let condition): "tell \(condition.namespace)/\(condition.name): \(condition.message)"
        case .read(let identity): "read \(identity.kind) \(identity.name)"
        case .recordEvent(let note): "event about \(note.about.name): \(note.reason)"
        case .wake: "wake"
        }
    }

    private func patchRequest(_ path: String, version: String, annotations: [AnnotationWrite]) -> APIRequest {
        let body: JSON = [
            "metadata": ["resourceVersion": .string(version), "annotations": Self.map(annotations)]
        ]
        return APIRequest(.patch, path, body: body, contentType: Self.mergePatch, user: "scheduler")
    }

    private static func map(_ writes: [AnnotationWrite]) -> JSON {
        .object(JSONObject(writes.map { ($0.key, $0.value.map(JSON.string) ?? .null) }))
    }

    private static func path(_ identity: ObjectIdentity) -> String {
        switch identity.kind {
        case .pods: "/api/v1/namespaces/\(identity.namespace)/pods/\(identity.name)"
        case .nodes: "/api/v1/nodes/\(identity.name)"
        case .persistentVolumeClaims:
            "/api/v1/namespaces/\(identity.namespace)/persistentvolumeclaims/\(identity.name)"
        case .persistentVolumes: "/api/v1/persistentvolumes/\(identity.name)"
        default: preconditionFailure("no action is about \(identity.kind)")
        }
    }

    /// What the reply to its request means.
    func answer(to reply: APIReply) -> Answer {
        switch reply.status {
        case 200..<300:
            if case .bind = self { return .done(nil) }
            return .done(WatchFeed.decode(reply.body, target.utf8.starts(with: "nodes/".utf8) ? .nodes : decodedKind))
        case 404: return .gone
        case 409: return .conflict
        case 429: return .throttled(retryAfterSeconds: reply.retryAfterSeconds ?? 1)
        case 400..<500: return .refused(reply.message ?? "")
        default: return .unknown
        }
    }

    private var decodedKind: WatchedKind {
        switch self {
        case .read(let identity): identity.kind
        case .claimVolume(let patch): patch.object.kind
        case .lock, .release: .nodes
        default: .pods
        }
    }
}
