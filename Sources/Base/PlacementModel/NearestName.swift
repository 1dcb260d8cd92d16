/// Finds the known name that a misspelt one was meant to be.
public struct NearestName: Sendable {
    /// Changes of one character that still count as a slip.
    public static let distanceMax = 2

    private let known: [[UInt8]]

    public init(_ names: some Sequence<String>) {
        known = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The nearest known name within ``distanceMax``, the first in order among equals.
    public func suggestion(for name: String) -> String? {
        let written = Array(name.utf8)
        var best: (name: [UInt8], distance: Int)?
        for candidate in known {
            let distance = Self.distance(written, candidate)
            if distance <= Self.distanceMax && distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best.map { String(decoding: $0.name, as: UTF8.self) }
    }

    /// The longest known name of at least eight bytes that `name` begins with, as `gpumem` does `gpumemory`.
    public func beginning(of name: String) -> String? {
        let found = known.filter { $0.count >= 8 && name.utf8.starts(with: $0) }
        return found.max { $0.count < $1.count }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Insertions, deletions and replacements that turn one text into the other (Levenshtein), row by row.
    public static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        if abs(left.count - right.count) > distanceMax { return abs(left.count - right.count) }
        var row = Array(0...right.count)
        for (place, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = place + 1
            for column in right.indices {
                let replaced = diagonal + (byte == right[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
