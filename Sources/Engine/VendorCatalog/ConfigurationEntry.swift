import JSONText
import PlacementModel
import Synchronization

/// A section of the device configuration, or an entry of a list in one, as vendors read it.
///
/// Every read is noted with the type that was wanted: after all vendors have been made, what stands in the file and was asked
/// for by nobody is known, and so is every value of another type.
struct ConfigurationEntry: Sendable {
    /// As in `nvidia` or `vnpus.configs[2]`.
    let path: String
    let tree: JSON
    let reads: ConfigurationReads

    /// A text, empty where it is left out. Numbers and flags are texts too, as in YAML.
    func text(_ key: String) -> String {
        guard let value = value(key) else { return "" }
        if let text = value.scalarText { return text }
        return wrong(key, value, "a text") ?? ""
    }

    /// A whole number, 0 where it is left out.
    func integer(_ key: String) -> Int64 {
        guard let value = value(key) else { return 0 }
        if case .int(let number) = value { return number }
        return wrong(key, value, "a whole number") ?? 0
    }

    /// A flag, false where it is left out.
    func flag(_ key: String) -> Bool {
        guard let value = value(key) else { return false }
        if case .bool(let flag) = value { return flag }
        return wrong(key, value, "true or false") ?? false
    }

    /// The entries of a list of mappings, none where it is left out.
    func list(_ key: String) -> [ConfigurationEntry] {
        guard let value = value(key) else { return [] }
        guard case .array(let items) = value else { return wrong(key, value, "a list") ?? [] }
        return items.enumerated().compactMap { number, item in
            let path = "\(place(of: key))[\(number)]"
            guard case .object = item else {
                reads.note(ConfigurationError(section: path, problem: "expected a mapping, found \(item.described)"))
                return nil
            }
            return ConfigurationEntry(path: path, tree: item, reads: reads)
        }
    }

    private func place(of key: String) -> String { path.isEmpty ? key : path + "." + key }

    private func value(_ key: String) -> JSON? {
        reads.note(key, of: self)
        guard let value = tree[key], !value.isNull else { return nil }
        return value
    }

    private func wrong<Value>(_ key: String, _ value: JSON, _ expected: String) -> Value? {
        reads.note(
            ConfigurationError(section: place(of: key), problem: "expected \(expected), found \(value.described)"))
        return nil
    }
}

/// What was read of a configuration, and what was wrong with it.
final class ConfigurationReads: Sendable {
    private struct Entry {
        var tree: JSON
        var keys: Set<String> = []
    }

    private struct State {
        var problems: [ConfigurationError] = []
        var entries: [String: Entry] = [:]
        var sections: Set<String> = []
    }

    private let state = Mutex(State())

    func note(section: String) { state.withLock { _ = $0.sections.insert(section) } }

    func note(_ problem: ConfigurationError) {
        state.withLock { if !$0.problems.contains(problem) { $0.problems.append(problem) } }
    }

    func note(_ key: String, of entry: ConfigurationEntry) {
        state.withLock { _ = $0.entries[entry.path, default: Entry(tree: entry.tree)].keys.insert(key) }
    }

    /// Refuses values of a wrong type, sections that no vendor reads, keys that differ little from one that is missing, and a
    /// file in which nothing is configured.
    ///
    /// - Source: hami-core.md 6.4
    func check(_ tree: JSON) throws(ConfigurationError) {
        let state = state.withLock { $0 }
        guard case .object(let object) = tree else {
            throw ConfigurationError(
                section: "", problem: "expected a mapping of vendor sections, found \(tree.described)")
        }
        for member in object.members where !state.sections.contains(member.key) {
            let lowered = state.sections.first { $0.lowercased() == member.key.lowercased() }
            let meant = lowered ?? NearestName(state.sections).suggestion(for: member.key)
            let help =
                meant.map { "; did you mean \($0)?" }
                ?? "; known are \(state.sections.sorted().joined(separator: ", "))"
            throw ConfigurationError(section: member.key, problem: "no device type has a section of this name\(help)")
        }
        if let problem = state.problems.first { throw problem }
        if object.members.allSatisfy({ $0.value.isNothing }) {
            throw ConfigurationError(
                section: "", problem: "all configurations are empty; expected vendor sections such as nvidia")
        }
        for (path, entry) in state.entries.sorted(by: { $0.key < $1.key }) where !path.isEmpty {
            let missing = NearestName(entry.keys.filter { entry.tree[$0] == nil })
            for member in entry.tree.object?.members ?? [] where !entry.keys.contains(member.key) {
                guard let meant = missing.suggestion(for: member.key) else { continue }
                throw ConfigurationError(
                    section: "\(path).\(member.key)", problem: "is read by no device type; did you mean \(meant)?")
            }
        }
    }
}

extension JSON {
    /// Whether a section configures nothing.
    fileprivate var isNothing: Bool {
        switch self {
        case .null: true
        case .object(let object): object.members.allSatisfy(\.value.isNothing)
        case .array(let items): items.isEmpty
        default: false
        }
    }

    /// The value in words.
    fileprivate var described: String {
        switch self {
        case .null: "nothing"
        case .bool(let flag): "\(flag)"
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): text.debugDescription
        case .array: "a list"
        case .object: "a mapping"
        }
    }
}
