import BulkJSON
import PlacementModel
import VendorCatalog
import Yams

extension DeviceConfiguration {
    /// Reads the text of HAMi's `device-config.yaml`.
    ///
    /// - Throws: ``ConfigurationError`` with the line and what was expected.
    public init(yaml text: String) throws(ConfigurationError) {
        let root: Yams.Node?
        do { root = try BoundedYAML.compose(text) } catch {
            throw ConfigurationError(section: "", problem: "\(error)")
        }
        guard let root, root.mapping != nil else {
            throw ConfigurationError(
                section: "", problem: "the device configuration is empty; expected a mapping of vendor sections")
        }
        self.init(tree: Self.tree(root))
    }

    private static func tree(_ node: Yams.Node) -> JSON {
        switch node {
        case .mapping(let mapping):
            return .object(JSONObject(mapping.map { ($0.key.string ?? "", tree($0.value)) }))
        case .sequence(let sequence): return .array(sequence.map(tree))
        case .scalar(let scalar):
            if scalar.style == .plain {
                if let number = Int64(scalar.string) { return .int(number) }
                if node.null != nil { return .null }
                if let flag = node.bool { return .bool(flag) }
                if let number = node.float { return .double(number) }
            }
            return .string(scalar.string)
        case .alias: return .null
        }
    }
}
