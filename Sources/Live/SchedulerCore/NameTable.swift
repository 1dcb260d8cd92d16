/// Things by name, found by hash and walked in order of the names' bytes.
///
/// The only place of the core where a hash table is walked, and that in an order that does not depend on it. Names are compared byte
/// by byte: `String` would take two spellings of one letter for one name.
struct NameTable<Value> {
    private struct Key: Hashable {
        let text: String

        static func == (left: Key, right: Key) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private var values: [Key: Value] = [:]

    subscript(name: String) -> Value? {
        get { values[Key(text: name)] }
        set { values[Key(text: name)] = newValue }
    }

    var count: Int { values.count }

    /// All of them in order of their names. - Complexity: O(n log n)
    var inOrder: [Value] {
        values.sorted { $0.key.text.utf8.lexicographicallyPrecedes($1.key.text.utf8) }.map(\.value)
    }
}

/// Whether one text comes before another, byte by byte.
@inline(__always)
func precedes(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

/// Whether two texts are the same bytes.
@inline(__always)
func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
