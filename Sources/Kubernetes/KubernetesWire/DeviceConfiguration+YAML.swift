import BulkJSON
import PlacementModel
import VendorCatalog
import Yams

extension DeviceConfiguration {
    /// The key under which the chart's ConfigMap holds the text.
    private static let configMapKey = "device-config.yaml"

    /// Reads the text of HAMi's `device-config.yaml`, or of the ConfigMap that holds it.
    ///
    /// - Throws: ``ConfigurationError`` with the line and what was expected.
    public init(yaml text: String) throws(ConfigurationError) {
        let root = try Self.mapping(text)
        guard root["kind"] == .string("ConfigMap") else {
            self.init(tree: root)
            return
        }
        guard let inner = root["data"]?[Self.configMapKey]?.string else {
            throw ConfigurationError(
                section: "", problem: "a ConfigMap without data[\"\(Self.configMapKey)\"], which is what is wanted")
        }
        do throws(ConfigurationError) { self.init(tree: try Self.mapping(inner)) } catch {
            throw ConfigurationError(section: "data[\"\(Self.configMapKey)\"]", problem: "\(error)")
        }
    }

    private static func mapping(_ text: String) throws(ConfigurationError) -> JSON {
        let root: Yams.Node?
        do { root = try Yams.compose(yaml: text) } catch let error as YamlError {
            throw ConfigurationError(section: "", problem: error.problem(at: 1).text)
        } catch { throw ConfigurationError(section: "", problem: "\(error)") }
        guard let root, root.mapping != nil else {
            throw ConfigurationError(
                section: "", problem: "the device configuration is empty; expected a mapping of vendor sections")
        }
        return tree(root)
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
