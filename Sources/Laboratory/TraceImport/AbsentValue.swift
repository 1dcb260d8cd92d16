/// Texts that stand for a value that is not there, as people and their programs write it.
enum AbsentValue {
    private static let words = ["nan", "none", "null", "(null)", "nil", "n/a", "na", "unknown", "-", "\\n"]
    private static let longest = 7

    /// Whether a text is blank or one of the words, in capitals or not.
    static func isOne(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.firstIndex(where: { !isBlank($0) }) else { return true }
        let last = text.lastIndex { !isBlank($0) } ?? first
        guard last - first < longest else { return false }
        return words.contains { $0.utf8.elementsEqual(text[first...last].lazy.map(lowercased)) }
    }

    static func isOne(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { isOne($0) }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func lowercased(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }
}
