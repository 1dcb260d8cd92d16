import BulkJSON
import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

/// One self-contained scheduling case: a cluster, pods in order, and what Filter is offered.
///
/// The form is that of the measured decision vectors; `berth place --stream` reads one a line.
public struct SchedulerCase: Sendable {
    /// Text of a device-config.yaml; nil = the chart's defaults.
    public var configuration: String?
    public var nodePolicy: String
    public var devicePolicy: String
    /// Every pod goes through the webhook first.
    public var admits: Bool
    public var nodes: [Node]
    public var existing: [Pod]
    public var quotas: [ResourceQuota]
    public var pods: [(pod: Pod, manifest: JSON)]
    /// Node names offered to Filter, by pod name; a pod that is missing is offered all nodes.
    public var candidates: [String: [String]]
    /// Pods that leave before a pod is scheduled, by its name.
    public var deleteBefore: [String: [String]]

    /// - Throws: ``CaseProblem`` naming the field and what was expected.
    public init(_ value: JSONValue) throws(CaseProblem) {
        guard value.kind == .object else { throw CaseProblem(field: "", message: "expected a case object") }
        configuration = try Self.text(value, "config")
        nodePolicy = try Self.text(value, "nodePolicy") ?? "binpack"
        devicePolicy = try Self.text(value, "gpuPolicy") ?? "spread"
        admits = value["admit"]?.bool ?? false
        nodes = try Self.decode(value, "nodes") { (node) throws(FieldProblem) in try NodeDecoder.decode(node) }
        existing = try Self.decode(value, "existing") { (pod) throws(FieldProblem) in try PodDecoder.decode(pod) }
        quotas = try Self.decode(value, "quotas") { (quota) throws(FieldProblem) in
            try ResourceQuotaDecoder.decode(quota)
        }
        pods = try Self.decode(value, "pods") { (pod) throws(FieldProblem) in
            (pod: try PodDecoder.decode(pod), manifest: JSON(pod))
        }
        candidates = try Self.lists(value, "candidates")
        deleteBefore = try Self.lists(value, "deleteBefore")
    }

    /// A line as JSON; a syntax error names its column.
    static func parse(_ line: UnsafeRawBufferPointer, _ parser: JSONParser) throws(CaseProblem) -> JSONValue {
        do { return try parser.parse(line) } catch {
            guard let found = JSONSyntax.problem(in: line) else {
                throw CaseProblem(field: "", message: error.description)
            }
            throw CaseProblem(field: "", message: "syntax error at column \(found.offset + 1): \(found.message)")
        }
    }

    static func text(_ value: JSONValue, _ key: String) throws(CaseProblem) -> String? {
        guard let member = value[key], !member.isNull else { return nil }
        guard let text = member.string else { throw CaseProblem(field: key, message: "expected text") }
        return text
    }

    static func decode<Object>(
        _ value: JSONValue, _ key: String, _ decode: (JSONValue) throws(FieldProblem) -> Object
    ) throws(CaseProblem) -> [Object] {
        guard let list = value[key], !list.isNull else { return [] }
        guard list.kind == .array else { throw CaseProblem(field: key, message: "expected a list") }
        var objects: [Object] = []
        for (place, element) in list.elements.enumerated() {
            do { objects.append(try decode(element)) } catch {
                let inner = error.field.isEmpty ? "" : (error.field.hasPrefix("[") ? "" : ".") + error.field
                throw CaseProblem(field: "\(key)[\(place)]\(inner)", message: error.message)
            }
        }
        return objects
    }

    private static func lists(_ value: JSONValue, _ key: String) throws(CaseProblem) -> [String: [String]] {
        guard let object = value[key], !object.isNull else { return [:] }
        guard object.kind == .object else { throw CaseProblem(field: key, message: "expected an object of lists") }
        var lists: [String: [String]] = [:]
        for (name, list) in object.members {
            guard list.kind == .array else { throw CaseProblem(field: "\(key).\(name)", message: "expected a list") }
            var items: [String] = []
            for element in list.elements {
                guard let item = element.string else {
                    throw CaseProblem(field: "\(key).\(name)", message: "expected texts")
                }
                items.append(item)
            }
            lists[name] = items
        }
        return lists
    }
}

/// What is wrong with a case.
public struct CaseProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var field: String
    public var message: String

    public init(field: String, message: String) {
        self.field = field
        self.message = message
    }

    public var description: String { field.isEmpty ? message : "\(field): \(message)" }
}
