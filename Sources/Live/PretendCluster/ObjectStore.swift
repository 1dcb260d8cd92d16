import JSONText
import SeededNumbers

/// Where an object lies within its kind. Ordered by the bytes of namespace and name, as lists are.
public struct ObjectKey: Sendable, Hashable, Comparable {
    public var namespace: String
    public var name: String

    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        if left.namespace.utf8.elementsEqual(right.namespace.utf8) {
            return left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
        }
        return left.namespace.utf8.lexicographicallyPrecedes(right.namespace.utf8)
    }
}

/// The objects of all kinds and what happened to them, under one growing version.
///
/// ```
/// version      41        42        43        44
/// pods         + a       .         a'        - a        the changes of a kind, oldest first
/// nodes        .         + n       .         .
///                                   ^ a watch is a place in the changes of its kind
/// ```
///
/// A list as of an older version is the list of now with the changes since then taken back, as long as they are still
/// kept: `compact` forgets the oldest, and what asks for them then is told that it comes too late.
struct ObjectStore: Sendable {
    struct Change: Sendable {
        var version: Int64
        var key: ObjectKey
        var before: JSON?
        var after: JSON?
    }

    struct Shelf: Sendable {
        var objects: [ObjectKey: JSON] = [:]
        /// All keys, in order.
        var keys: [ObjectKey] = []
        /// Oldest first.
        var changes: [Change] = []
        /// The version of the last change that was forgotten.
        var forgottenVersion: Int64 = 0

        /// The place of the first change after a version. - Complexity: O(log changes)
        func firstChange(after version: Int64) -> Int {
            var low = 0
            var high = changes.count
            while low < high {
                let middle = (low + high) / 2
                if changes[middle].version <= version { low = middle + 1 } else { high = middle }
            }
            return low
        }

        fileprivate mutating func put(_ object: JSON?, at key: ObjectKey) {
            let isKnown = objects[key] != nil
            objects[key] = object
            if isKnown == (object != nil) { return }
            let place = keys.partitionPoint { $0 < key }
            if object != nil { keys.insert(key, at: place) } else { keys.remove(at: place) }
        }
    }

    /// The version of the last write.
    private(set) var version: Int64 = 1
    /// Nothing up to this version is remembered any more.
    private(set) var compactedVersion: Int64 = 0
    private(set) var shelves: [Shelf]
    private var generator: SeededGenerator
    /// Changes of a kind beyond this number are forgotten, the oldest first.
    var changesMax = 100_000

    init(kindCount: Int, seed: UInt64) {
        shelves = Array(repeating: Shelf(), count: kindCount)
        generator = SeededGenerator(seed: seed)
    }

    subscript(kind: Int, key: ObjectKey) -> JSON? { shelves[kind].objects[key] }

    /// Writes, replaces or (nil) removes an object under the next version, and returns what was written.
    @discardableResult
    mutating func write(_ object: JSON?, kind: Int, at key: ObjectKey) -> JSON {
        version += 1
        let before = shelves[kind].objects[key]
        var stamped = object ?? before ?? .null
        stamped[path: ["metadata", "resourceVersion"]] = .string(String(version))
        shelves[kind].put(object == nil ? nil : stamped, at: key)
        shelves[kind].changes.append(
            Change(version: version, key: key, before: before, after: object == nil ? nil : stamped))
        if shelves[kind].changes.count > 2 * changesMax {
            compact(upTo: shelves[kind].changes[shelves[kind].changes.count - changesMax - 1].version)
        }
        return stamped
    }

    /// Forgets what happened up to a version.
    mutating func compact(upTo version: Int64) {
        guard version > compactedVersion else { return }
        compactedVersion = min(version, self.version)
        for kind in shelves.indices {
            let count = shelves[kind].firstChange(after: compactedVersion)
            guard count > 0 else { continue }
            shelves[kind].forgottenVersion = shelves[kind].changes[count - 1].version
            shelves[kind].changes.removeFirst(count)
        }
    }

    /// The objects of a kind as they were at a version that is still remembered, in order of their keys.
    func objects(of kind: Int, asOf past: Int64) -> [(key: ObjectKey, object: JSON)] {
        let shelf = shelves[kind]
        var undone: [ObjectKey: JSON?] = [:]
        for change in shelf.changes[shelf.firstChange(after: past)...].reversed() {
            undone.updateValue(change.before, forKey: change.key)
        }
        if undone.isEmpty { return shelf.keys.map { ($0, shelf.objects[$0] ?? .null) } }
        let keys = (shelf.keys + undone.keys.filter { shelf.objects[$0] == nil }).sorted()
        return keys.compactMap { key in
            if let old = undone[key] { return old.map { (key, $0) } }
            return shelf.objects[key].map { (key, $0) }
        }
    }

    /// Goes back to an older version, as when a backup is restored: what came later never happened, and its versions are
    /// given again. - Precondition: the version is still remembered.
    mutating func restore(to past: Int64) {
        precondition(past >= compactedVersion && past <= version, "a version that is remembered")
        for kind in shelves.indices {
            let old = objects(of: kind, asOf: past)
            shelves[kind].changes.removeSubrange(shelves[kind].firstChange(after: past)...)
            shelves[kind].keys = old.map(\.key)
            shelves[kind].objects = Dictionary(uniqueKeysWithValues: old.map { ($0.key, $0.object) })
        }
        version = past
    }

    /// A uid that no other object has.
    mutating func newUID() -> String {
        let high = generator.next()
        let low = generator.next()
        let digits = Self.hex(high) + Self.hex(low)
        let parts = [digits.prefix(8), digits.dropFirst(8).prefix(4), "4" + digits.dropFirst(13).prefix(3)]
        let rest = ["a" + digits.dropFirst(17).prefix(3), digits.dropFirst(20)]
        return (parts + rest).joined(separator: "-")
    }

    /// Five letters that follow a `generateName`.
    mutating func newSuffix() -> String {
        let letters = Array("bcdfghjklmnpqrstvwxz2456789".utf8)
        return String(decoding: (0..<5).map { _ in letters[generator.below(letters.count)] }, as: UTF8.self)
    }

    private static func hex(_ word: UInt64) -> String {
        let text = String(word, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }
}

extension Array {
    /// The first place whose element does not precede. - Precondition: those that precede come first.
    func partitionPoint(_ precedes: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if precedes(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
