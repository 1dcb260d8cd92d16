import BulkJSON
import ClusterRules
import KubernetesWire
import PlacementModel

/// One self-contained case for kube-scheduler's filters: a cluster with its objects, and pods in order.
///
/// The form is that of the decisions measured on kube-scheduler; `berth place --stream --form kube` reads one a line.
public struct ClusterCase: Sendable {
    public var nodes: [Node]
    public var existing: [Pod]
    public var pods: [Pod]
    public var objects: ClusterObjects
    /// Default preemption runs for pods that fit nowhere.
    public var preempts: Bool
    /// Victims stay as terminating pods until the first round of repeated attempts is over.
    public var victimsLeaveLater: Bool

    /// - Throws: ``CaseProblem`` naming the field and what was expected.
    public init(_ value: JSONValue) throws(CaseProblem) {
        guard value.kind == .object else { throw CaseProblem(field: "", message: "expected a case object") }
        typealias Read = SchedulerCase
        nodes = try Read.decode(value, "nodes") { (node) throws(FieldProblem) in try NodeDecoder.decode(node) }
        existing = try Read.decode(value, "existing") { (pod) throws(FieldProblem) in try PodDecoder.decode(pod) }
        pods = try Read.decode(value, "pods") { (pod) throws(FieldProblem) in try PodDecoder.decode(pod) }
        objects = ClusterObjects()
        objects.namespaces = try Read.decode(value, "namespaces") { (object) throws(FieldProblem) in
            try PolicyDecoder.decodeNamespace(object)
        }
        objects.volumes = try Read.decode(value, "pvs") { (object) throws(FieldProblem) in
            try StorageDecoder.decodeVolume(object)
        }
        objects.claims = try Read.decode(value, "pvcs") { (object) throws(FieldProblem) in
            try StorageDecoder.decodeClaim(object)
        }
        objects.storageClasses = try Read.decode(value, "storageClasses") { (object) throws(FieldProblem) in
            try StorageDecoder.decodeClass(object)
        }
        objects.csiNodes = try Read.decode(value, "csiNodes") { (object) throws(FieldProblem) in
            try StorageDecoder.decodeCSINode(object)
        }
        objects.csiDrivers = try Read.decode(value, "csiDrivers") { (object) throws(FieldProblem) in
            try StorageDecoder.decodeCSIDriver(object)
        }
        objects.storageCapacities = try Read.decode(value, "csiStorageCapacities") { (object) throws(FieldProblem) in
            try StorageDecoder.decodeCapacity(object)
        }
        objects.attachments = try Read.decode(value, "volumeAttachments") { (object) throws(FieldProblem) in
            try StorageDecoder.decodeAttachment(object)
        }
        objects.disruptionBudgets = try Read.decode(value, "pdbs") { (object) throws(FieldProblem) in
            try PolicyDecoder.decodeBudget(object)
        }
        objects.priorityClasses = try Read.decode(value, "priorityClasses") { (object) throws(FieldProblem) in
            try PolicyDecoder.decodePriorityClass(object)
        }
        preempts = value["preemption"]?.bool ?? false
        victimsLeaveLater = try Read.text(value, "victimsLeave") == "later"
    }
}

/// Plays cases for kube-scheduler's filters and writes what it would have answered.
public final class ClusterCaseRunner {
    private let parser = JSONParser()
    private let profile: CompatibilityProfile

    public init(profile: CompatibilityProfile) { self.profile = profile }

    /// Reads one line: a case, or an object with a `case` member; writes one result object.
    ///
    /// - Throws: ``CaseProblem`` when the line is no case.
    public func run(line: UnsafeRawBufferPointer, into writer: inout JSONWriter) throws(CaseProblem) {
        let value = try SchedulerCase.parse(line, parser)
        var play = ClusterCasePlay(try ClusterCase(value["case"] ?? value), profile: profile)
        writer.beginObject()
        writer.key("results")
        writer.beginArray()
        play.run { $0.write(into: &writer) }
        writer.endArray()
        writer.endObject()
    }
}
