import BulkJSON
import PlacementModel

/// What was made of one object of a document, before it is known whether its name is taken.
struct DecodedObject: Sendable {
    enum Content: Sendable {
        case node(Node)
        case pod(Pod, template: PodTemplate?, manifest: JSON?)
        case quota(ResourceQuota)
        case cluster(ClusterObject)
        /// An object of a kind placement has no use for.
        case ignored(kind: String)
        /// A list, whose elements follow; it is no object itself.
        case list
        /// The API server's answer in place of objects.
        case answer(String)
        /// A workload whose pods follow; it is no object itself.
        case workload(String, pods: Int)
        case problem(FieldProblem)
        /// A list that cannot be unfolded; it is no object itself.
        case brokenList(FieldProblem)
    }

    var content: Content
    /// `Pod default/p1`; nil where there is no name.
    var name: String?
    /// From the document down through lists, from 0.
    var position: [Int]
    /// The object's line in its document, where known.
    var line: Int?
}

/// Turns parsed documents into objects; unfolds lists.
///
/// What it makes of one value depends on that value alone, so that parts of a document may be decoded apart; but for the room
/// that workloads share, which whoever decodes a document or a part of one gives anew.
struct ObjectDecoder {
    let keepsManifests: Bool
    /// For the pods that workloads stand for.
    let room = WorkloadRoom()
    private let pool = TextPool()
    private let shelf = TemplateShelf()

    /// Lists may stand in lists this deep; YAML aliases could otherwise unfold without end.
    private static let deepestList = 8

    init(keepsManifests: Bool) { self.keepsManifests = keepsManifests }

    /// Appends the objects of one value: an object, a list object, or an array of objects. Null is nothing.
    ///
    /// - Parameters:
    ///   - assumedKind: the kind of objects that name none, as in a `PodList`.
    ///   - position: where in the document the value stands; empty for the document itself.
    func decode(
        _ value: some DocumentValue, assumedKind: String?, position: [Int], into objects: inout [DecodedObject]
    ) {
        switch value.documentKind {
        case .null: return
        case .array:
            objects.append(object(.list, value, kind: nil, position))
            decodeElements(of: value, assumedKind: nil, position: position, into: &objects)
        case .object: decodeObject(value, assumedKind: assumedKind, position: position, into: &objects)
        case .bool, .number, .string:
            let problem = value.unexpected("an object with a kind")
            objects.append(object(.problem(problem), value, kind: nil, position))
        }
    }

    private func decodeElements(
        of list: some DocumentValue, assumedKind: String?, position: [Int], into objects: inout [DecodedObject]
    ) {
        guard position.count < Self.deepestList else {
            let problem = FieldProblem(
                "lists stand in lists more than \(Self.deepestList) deep", line: list.documentLine)
            return objects.append(object(.brokenList(problem), list, kind: nil, position))
        }
        // The visitor throws nothing: every element reports its own problems.
        try? list.visitElements { (index, element) throws(FieldProblem) in
            decode(element, assumedKind: assumedKind, position: position + [index], into: &objects)
        }
    }

    private func decodeObject(
        _ value: some DocumentValue, assumedKind: String?, position: [Int], into objects: inout [DecodedObject]
    ) {
        let header = ObjectHeader(value)
        guard let kind = header.kind ?? assumedKind else {
            let problem = FieldProblem.missing("kind", expected: "Node, Pod, ResourceQuota or List")
            return objects.append(object(.problem(problem), value, kind: nil, position))
        }
        if kind.hasSuffix("List") {
            let items = value.member("items")
            if items == nil || items?.documentKind == .array {
                objects.append(object(.list, value, kind: kind, position))
            }
            // `items: null` is what an empty list looks like when Go prints it.
            guard let items else { return }
            if items.documentKind == .array {
                return decodeElements(
                    of: items, assumedKind: ObjectHeader.kindOfItems(in: kind), position: position, into: &objects)
            }
        }
        if kind == "List" { return }
        if kind == "Status" {
            let message = value.member("message")?.documentText ?? ""
            return objects.append(object(.answer(message), value, kind: kind, position))
        }
        if let workload = WorkloadExpansion(value, kind: kind, apiVersion: header.apiVersion) {
            return expand(workload, value, kind: kind, position, into: &objects)
        }
        do {
            let content = try content(of: value, kind: kind, version: header.apiVersion)
            objects.append(object(content, value, kind: kind, position))
        } catch {
            objects.append(object(.problem(error), value, kind: kind, position))
        }
    }

    /// Appends the pods that a workload's controller would make.
    private func expand(
        _ workload: WorkloadExpansion, _ value: some DocumentValue, kind: String, _ position: [Int],
        into objects: inout [DecodedObject]
    ) {
        do throws(FieldProblem) {
            let pods = try workload.pods(value)
            guard room.take(pods.count) else { throw WorkloadRoom.problem(line: value.documentLine) }
            objects.append(object(.workload(workload.name, pods: pods.count), value, kind: kind, position))
            for pod in pods {
                objects.append(object(.pod(pod.stored, template: nil, manifest: nil), value, kind: "Pod", position))
            }
        } catch { objects.append(object(.problem(error), value, kind: kind, position)) }
    }

    private func content(
        of value: some DocumentValue, kind: String, version: String?
    ) throws(FieldProblem) -> DecodedObject.Content {
        if version == nil || version == "v1", let content = try coreContent(of: value, kind: kind) { return content }
        if let found = try ClusterObject.decode(value, kind: kind, version: version) { return .cluster(found) }
        guard let version, version != "v1" else { return .ignored(kind: kind) }
        return .ignored(kind: version + " " + kind)
    }

    /// An object of one of the kinds that stand for most of any input; nil for the others.
    private func coreContent(
        of value: some DocumentValue, kind: String
    ) throws(FieldProblem) -> DecodedObject.Content? {
        switch kind {
        case "Node": return .node(try NodeDecoder.decode(value, pool).stored)
        case "Pod":
            let (pod, template) = try PodDecoder.decode(value, pool, shelf)
            return .pod(pod, template: template, manifest: keepsManifests ? try value.ownedTree() : nil)
        case "ResourceQuota": return .quota(try ResourceQuotaDecoder.decode(value).stored)
        default: return nil
        }
    }

    private func object(
        _ content: DecodedObject.Content, _ value: some DocumentValue, kind: String?, _ position: [Int]
    ) -> DecodedObject {
        var name: String?
        if let kind, case .problem = content { name = Self.name(of: value, kind: kind) }
        return DecodedObject(content: content, name: name, position: position, line: value.documentLine)
    }

    /// `Pod default/p1`, `Node n1`; nil where there is no name.
    private static func name(of value: some DocumentValue, kind: String) -> String? {
        let metadata = value.member("metadata")
        guard let name = metadata?.member("name")?.nonEmptyString else { return nil }
        if !ClusterObject.isNamespaced(kind) { return kind + " " + name }
        return kind + " " + (metadata?.member("namespace")?.nonEmptyString ?? "default") + "/" + name
    }
}

/// Kind and version of an object, as far as it states them.
struct ObjectHeader {
    var kind: String?
    var apiVersion: String?

    init(_ value: some DocumentValue) {
        kind = value.member("kind")?.nonEmptyString
        apiVersion = value.member("apiVersion")?.nonEmptyString
    }

    /// The kind of the items of a list that do not say; a plain `List` holds anything.
    static func kindOfItems(in list: String) -> String? {
        list == "List" ? nil : String(list.dropLast("List".count))
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
