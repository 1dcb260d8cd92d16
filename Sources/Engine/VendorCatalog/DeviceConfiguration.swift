import BulkJSON
import PlacementModel

/// HAMi's `device-config.yaml`, read into a tree by the caller; without one, the chart's defaults.
///
/// Sections that a given file leaves out configure nothing: their vendors never match.
/// - Source: hami-core.md 6.4, hami-vendors.md 7.
public struct DeviceConfiguration: Sendable {
    /// Nil = the chart's defaults.
    public var tree: JSON?

    public static let chartDefaults = DeviceConfiguration(tree: nil)

    public init(tree: JSON?) { self.tree = tree }

    public var usesDefaults: Bool { tree == nil }

    /// A text setting, `chartDefault` without a file, empty if the file leaves it out.
    func text(_ section: String, _ key: String, _ chartDefault: String) -> String {
        guard let tree else { return chartDefault }
        return tree[section]?[key]?.scalarText ?? ""
    }

    func integer(_ section: String, _ key: String, _ chartDefault: Int64) -> Int64 {
        guard let tree else { return chartDefault }
        return tree[section]?[key]?.integer ?? 0
    }

    func flag(_ section: String, _ key: String, _ chartDefault: Bool) -> Bool {
        guard let tree else { return chartDefault }
        return tree[section]?[key]?.flag ?? false
    }

    /// The entries of a list under a path of keys; nil without a file.
    func list(_ path: [String]) -> [JSON]? {
        guard let tree else { return nil }
        var value: JSON? = tree
        for key in path { value = value?[key] }
        guard case .array(let items)? = value else { return [] }
        return items
    }

    /// Refuses a file without any section, as HAMi does.
    func validate() throws(ConfigurationError) {
        guard let tree else { return }
        guard case .object(let object) = tree, !object.isEmpty else {
            throw ConfigurationError(
                section: "", problem: "the device configuration is empty; expected vendor sections")
        }
        for member in object.members where member.key == "vnpus" || member.key == "iluvatars" {
            let (key, value) = (member.key, member.value)
            if key == "iluvatars", case .array = value { continue }
            if key == "vnpus", case .object = value { continue }
            if case .null = value { continue }
            throw ConfigurationError(
                section: key, problem: key == "vnpus" ? "expected a mapping with configs" : "expected a list")
        }
    }
}

extension JSON {
    /// The text of a YAML scalar.
    var scalarText: String? {
        switch self {
        case .string(let text): text
        case .int(let value): String(value)
        case .bool(let value): value ? "true" : "false"
        default: nil
        }
    }

    var integer: Int64? {
        switch self {
        case .int(let value): value
        case .double(let value): Int64(exactly: value)
        case .string(let text): Int64(text)
        default: nil
        }
    }

    var flag: Bool? {
        switch self {
        case .bool(let value): value
        case .string(let text): parseBool(text)
        default: nil
        }
    }
}
