import BulkJSON
import PlacementModel

/// Writes nodes and pods as `kubectl get nodes,pods -A -o json` does: one List, with the fields that placement reads.
public enum ListEncoder {
    /// - Complexity: linear in the objects. - Determinism: keys stand in byte order.
    public static func encode(nodes: [Node], pods: [Pod]) -> [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginObject()
        writer.text("apiVersion", "v1")
        writer.key("items")
        writer.beginArray()
        for node in nodes { write(node, into: &writer) }
        for pod in pods { write(pod, into: &writer) }
        writer.endArray()
        writer.text("kind", "List")
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    private static func write(_ node: Node, into writer: inout JSONWriter) {
        writer.beginObject()
        writer.text("apiVersion", "v1")
        writer.text("kind", "Node")
        write(node.metadata, isNamespaced: false, into: &writer)
        writer.key("spec")
        writer.beginObject()
        if !node.taints.isEmpty {
            writer.key("taints")
            writer.beginArray()
            for taint in node.taints {
                writer.beginObject()
                writer.text("effect", taint.effect.rawValue)
                writer.text("key", taint.key)
                if !taint.value.isEmpty { writer.text("value", taint.value) }
                writer.endObject()
            }
            writer.endArray()
        }
        if node.isUnschedulable {
            writer.key("unschedulable")
            writer.bool(true)
        }
        writer.endObject()
        writer.key("status")
        writer.beginObject()
        writer.texts("allocatable", node.allocatable.mapValues(\.canonical))
        writer.texts("capacity", node.capacity.mapValues(\.canonical))
        writer.endObject()
        writer.endObject()
    }

    private static func write(_ pod: Pod, into writer: inout JSONWriter) {
        writer.beginObject()
        writer.text("apiVersion", "v1")
        writer.text("kind", "Pod")
        write(pod.metadata, isNamespaced: true, into: &writer)
        writer.key("spec")
        writer.beginObject()
        write(pod.containers, "containers", into: &writer)
        if !pod.initContainers.isEmpty { write(pod.initContainers, "initContainers", into: &writer) }
        if !pod.nodeName.isEmpty { writer.text("nodeName", pod.nodeName) }
        if !pod.nodeSelector.isEmpty { writer.texts("nodeSelector", pod.nodeSelector) }
        if !pod.schedulerName.isEmpty { writer.text("schedulerName", pod.schedulerName) }
        writer.endObject()
        writer.key("status")
        writer.beginObject()
        writer.text("phase", pod.phase.rawValue)
        writer.endObject()
        writer.endObject()
    }

    private static func write(_ containers: [Container], _ key: String, into writer: inout JSONWriter) {
        writer.key(key)
        writer.beginArray()
        for container in containers {
            writer.beginObject()
            writer.text("name", container.name)
            writer.key("resources")
            writer.beginObject()
            writer.texts("limits", container.limits.mapValues(\.canonical))
            writer.texts("requests", container.requests.mapValues(\.canonical))
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ metadata: ObjectMeta, isNamespaced: Bool, into writer: inout JSONWriter) {
        writer.key("metadata")
        writer.beginObject()
        if !metadata.annotations.isEmpty { writer.texts("annotations", metadata.annotations) }
        if !metadata.labels.isEmpty { writer.texts("labels", metadata.labels) }
        writer.text("name", metadata.name)
        if isNamespaced { writer.text("namespace", metadata.namespace) }
        if !metadata.uid.isEmpty { writer.text("uid", metadata.uid) }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func text(_ key: String, _ text: String) {
        self.key(key)
        string(text)
    }

    fileprivate mutating func texts(_ key: String, _ texts: [String: String]) {
        self.key(key)
        beginObject()
        for (key, text) in texts.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            self.text(key, text)
        }
        endObject()
    }
}
