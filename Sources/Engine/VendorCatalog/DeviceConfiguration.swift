import JSONText
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

    private let reads = ConfigurationReads()

    /// A text setting, `chartDefault` without a file, empty if the file leaves it out.
    func text(_ section: String, _ key: String, _ chartDefault: String) -> String {
        entry(section).map { $0.text(key) } ?? chartDefault
    }

    func integer(_ section: String, _ key: String, _ chartDefault: Int64) -> Int64 {
        entry(section).map { $0.integer(key) } ?? chartDefault
    }

    func flag(_ section: String, _ key: String, _ chartDefault: Bool) -> Bool {
        entry(section).map { $0.flag(key) } ?? chartDefault
    }

    /// The entries of a list: a section that is one, or the list under a key of a section; nil without a file.
    func list(_ section: String, _ key: String? = nil) -> [ConfigurationEntry]? {
        guard let tree else { return nil }
        if let key { return entry(section)?.list(key) }
        reads.note(section: section)
        return ConfigurationEntry(path: "", tree: tree, reads: reads).list(section)
    }

    /// A section of the file; nil without a file. One that the file leaves out is there without anything in it.
    private func entry(_ section: String) -> ConfigurationEntry? {
        guard let tree else { return nil }
        reads.note(section: section)
        let nothing = JSON.object(JSONObject())
        guard let value = tree[section], !value.isNull else {
            return ConfigurationEntry(path: section, tree: nothing, reads: reads)
        }
        if case .object = value { return ConfigurationEntry(path: section, tree: value, reads: reads) }
        reads.note(ConfigurationError(section: section, problem: "expected a mapping"))
        return ConfigurationEntry(path: section, tree: nothing, reads: reads)
    }

    /// Refuses what HAMi does not start with, and what looks like a slip.
    ///
    /// Comes after all vendors have been made: what they read is what a file may say.
    func check() throws(ConfigurationError) {
        if let tree { try reads.check(tree) }
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
}
