public import BulkJSON
public import Yams

/// A value of a YAML document.
///
/// Plain scalars are typed by the rules Kubernetes' tools use (`null`, `~`, `true`, `yes`, `on`, numbers); numbers keep
/// the text they were written in, so that a quantity such as `1.50`, `010` or `1e3` arrives as it stands. Merge keys
/// (`<<`) are followed.
public struct YAMLValue: DocumentValue {
    let node: Yams.Node

    public init(_ node: Yams.Node) {
        self.node = node
    }

    public var documentKind: DocumentKind {
        switch node {
        case .mapping: .object
        case .sequence: .array
        case .scalar(let scalar): PlainScalar.kind(of: scalar)
        case .alias: .null
        }
    }

    public var documentLine: Int? { node.mark?.line }

    public var documentCount: Int {
        switch node {
        case .mapping(let mapping): mapping.count
        case .sequence(let sequence): sequence.count
        case .scalar, .alias: 0
        }
    }

    public var documentBool: Bool {
        guard case .scalar(let scalar) = node else { return false }
        return PlainScalar.isTrue(scalar.string)
    }

    public func withDocumentText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        guard case .scalar(let scalar) = node else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
        var text = scalar.string
        return text.withUTF8(body)
    }

    public func visitMembers(_ body: (MemberKey, YAMLValue) throws(FieldProblem) -> Void) throws(FieldProblem) {
        guard case .mapping(let mapping) = node else { return }
        for (key, value) in mapping.members() {
            guard case .scalar(let scalar) = key else {
                throw FieldProblem("expected text as a key, found a list or an object", line: key.mark?.line)
            }
            var text = scalar.string
            let result = text.withUTF8 { bytes in
                Result { () throws(FieldProblem) in try body(MemberKey(bytes), YAMLValue(value)) }
            }
            try result.get()
        }
    }

    public func visitElements(_ body: (Int, YAMLValue) throws(FieldProblem) -> Void) throws(FieldProblem) {
        guard case .sequence(let sequence) = node else { return }
        for (index, element) in sequence.enumerated() { try body(index, YAMLValue(element)) }
    }

    /// - Complexity: linear in the values, whose number ``BoundedYAML`` has bounded.
    public func ownedTree() throws(FieldProblem) -> JSON {
        switch documentKind {
        case .null: return .null
        case .bool: return .bool(documentBool)
        case .string: return .string(documentText)
        case .number: return PlainScalar.number(documentText)
        case .array:
            var elements: [JSON] = []
            try visitElements { (_, element) throws(FieldProblem) in
                elements.append(try element.ownedTree())
            }
            return .array(elements)
        case .object:
            var object = JSONObject()
            try visitMembers { (key, value) throws(FieldProblem) in
                let tree = try value.ownedTree()
                object.members.append(JSONObject.Member(key: key.string, value: tree))
            }
            return .object(object)
        }
    }
}

extension Yams.Node.Mapping {
    /// The pairs with merge keys resolved: own keys win over merged ones, earlier merges over later ones.
    ///
    /// Merges within merges end where the document does: ``BoundedYAML`` has bounded depth and size.
    fileprivate func members() -> [(Yams.Node, Yams.Node)] {
        var own: [(Yams.Node, Yams.Node)] = []
        var merges: [Yams.Node] = []
        own.reserveCapacity(count)
        for (key, value) in self {
            if case .scalar(let scalar) = key, scalar.style == .plain, scalar.string == "<<" {
                if case .sequence(let list) = value { merges += Array(list) } else { merges.append(value) }
            } else {
                own.append((key, value))
            }
        }
        guard !merges.isEmpty else { return own }
        var known = Set(own.map(\.0))
        for case .mapping(let merged) in merges {
            for (key, value) in merged.members() where known.insert(key).inserted {
                own.append((key, value))
            }
        }
        return own
    }
}
