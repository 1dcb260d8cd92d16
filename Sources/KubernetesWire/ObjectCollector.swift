import BulkJSON
import PlacementModel

/// Where a document comes from.
struct DocumentPlace {
    var source: String
    /// Number of the document in its source, from 1.
    var document: Int
    /// Line in the source on which the document's first line stands, from 1.
    var firstLine: Int
    /// Whether ``firstLine`` tells the reader of a problem more than the source alone does.
    var namesLine: Bool
}

/// Sorts parsed documents into nodes, pods, quotas and the rest; unfolds lists.
struct ObjectCollector {
    var input = DecodedInput()
    let keepsManifests: Bool
    private var nodeNames: Set<String> = []
    private var podNames: Set<String> = []
    private var quotaNames: Set<String> = []

    /// Lists may stand in lists this deep; YAML aliases could otherwise unfold without end.
    private static let deepestList = 8

    init(keepsManifests: Bool) {
        self.keepsManifests = keepsManifests
    }

    /// Takes one document: an object, a list object, or an array of objects. Null documents are nothing.
    mutating func collect(_ value: some DocumentValue, at place: DocumentPlace) {
        collect(value, assumedKind: nil, at: place, position: [])
    }

    private mutating func collect(
        _ value: some DocumentValue, assumedKind: String?, at place: DocumentPlace, position: [Int]
    ) {
        switch value.documentKind {
        case .null: return
        case .array: collectElements(of: value, assumedKind: nil, at: place, position: position)
        case .object: collectObject(value, assumedKind: assumedKind, at: place, position: position)
        case .bool, .number, .string:
            input.objectCount += 1
            report(value.unexpected("an object with a kind"), in: value, kind: nil, at: place, position: position)
        }
    }

    private mutating func collectElements(
        of list: some DocumentValue, assumedKind: String?, at place: DocumentPlace, position: [Int]
    ) {
        guard position.count < Self.deepestList else {
            let problem = FieldProblem(
                "lists stand in lists more than \(Self.deepestList) deep", line: list.documentLine)
            return report(problem, in: list, kind: nil, at: place, position: position)
        }
        // The visitor throws nothing: every element reports its own problems.
        try? list.visitElements { (index, element) throws(FieldProblem) in
            collect(element, assumedKind: assumedKind, at: place, position: position + [index])
        }
    }

    private mutating func collectObject(
        _ value: some DocumentValue, assumedKind: String?, at place: DocumentPlace, position: [Int]
    ) {
        let (kind, apiVersion) = (value.member("kind")?.nonEmptyString, value.member("apiVersion")?.nonEmptyString)
        guard let kind = kind ?? assumedKind else {
            input.objectCount += 1
            let problem = FieldProblem.missing("kind", expected: "Node, Pod, ResourceQuota or List")
            return report(problem, in: value, kind: nil, at: place, position: position)
        }
        if kind.hasSuffix("List"), let items = value.member("items"), items.documentKind == .array {
            let itemKind = kind == "List" ? nil : String(kind.dropLast("List".count))
            return collectElements(of: items, assumedKind: itemKind, at: place, position: position)
        }
        if kind == "List" { return }
        let index = input.objectCount
        input.objectCount += 1
        if let apiVersion, apiVersion != "v1" {
            input.ignoredKinds[apiVersion + " " + kind, default: 0] += 1
            return
        }
        do {
            switch kind {
            case "Node": try add(NodeDecoder.decode(value), index: index)
            case "Pod": try addPod(value, index: index)
            case "ResourceQuota": try add(ResourceQuotaDecoder.decode(value))
            default: input.ignoredKinds[kind, default: 0] += 1
            }
        } catch {
            report(error, in: value, kind: kind, at: place, position: position)
        }
    }

    private mutating func add(_ node: Node, index: Int) throws(FieldProblem) {
        guard nodeNames.insert(node.name).inserted else { throw .duplicate("node") }
        input.nodes.append(node)
        input.nodeObjectIndices.append(index)
    }

    private mutating func addPod(_ value: some DocumentValue, index: Int) throws(FieldProblem) {
        let pod = try PodDecoder.decode(value)
        let manifest = keepsManifests ? Optional(try value.ownedTree()) : Optional.none
        guard podNames.insert(pod.fullName).inserted else { throw .duplicate("pod") }
        input.pods.append(DecodedPod(pod: pod, objectIndex: index, manifest: manifest))
    }

    private mutating func add(_ quota: ResourceQuota) throws(FieldProblem) {
        let name = quota.metadata.namespace + "/" + quota.metadata.name
        guard quotaNames.insert(name).inserted else { throw .duplicate("resource quota") }
        input.quotas.append(quota)
    }

    // MARK: - Problems

    private mutating func report(
        _ problem: FieldProblem, in value: some DocumentValue, kind: String?, at place: DocumentPlace, position: [Int]
    ) {
        let line = problem.line ?? value.documentLine
        input.problems.append(
            InputProblem(
                source: place.source,
                line: line.map { $0 + place.firstLine - 1 } ?? (place.namesLine ? place.firstLine : nil),
                object: name(of: value, kind: kind, at: place, position: position),
                field: problem.field, message: problem.message))
    }

    /// `Pod default/p1`, `Node n1`, or the place where there is no name.
    private func name(
        of value: some DocumentValue, kind: String?, at place: DocumentPlace, position: [Int]
    ) -> String {
        let metadata = value.member("metadata")
        guard let kind, let name = metadata?.member("name")?.nonEmptyString else {
            return "document \(place.document)" + position.map { ", item \($0 + 1)" }.joined()
        }
        if kind == "Node" { return "Node " + name }
        return kind + " " + (metadata?.member("namespace")?.nonEmptyString ?? "default") + "/" + name
    }
}

extension DocumentValue {
    /// The text of a string that has any.
    fileprivate var nonEmptyString: String? {
        guard documentKind == .string else { return nil }
        let text = documentText
        return text.isEmpty ? nil : text
    }
}

extension FieldProblem {
    fileprivate static func duplicate(_ noun: String) -> FieldProblem {
        FieldProblem("a \(noun) of this name was read before; the first one is kept")
            .inside(.field("name"), line: nil).inside(.field("metadata"), line: nil)
    }
}
