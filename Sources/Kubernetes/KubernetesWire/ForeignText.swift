/// Contents that are no Kubernetes objects, known by their first bytes, and what to give instead.
enum ForeignText {
    /// What is wrong with the whole of a text; nil = nothing that is known here.
    static func problem(of bytes: UnsafeBufferPointer<UInt8>) -> String? {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return "expected UTF-8, found UTF-16"
        }
        for (name, magic, place) in archives where bytes.dropFirst(place).starts(with: magic) {
            return "looks like \(name); unpack it first"
        }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let words = String(decoding: line.prefix(200), as: UTF8.self).split(separator: " ")
        guard let first = words.first else { return nil }
        let titles = ["NAME", "NAMESPACE", "LAST"]
        if titles.contains(String(first)), words.dropFirst().allSatisfy({ $0 == $0.uppercased() }) {
            return "looks like a table of kubectl's, which leaves most out; get it with -o json"
        }
        let isName = words.count == 1 && ["node/", "pod/", "nodes/", "pods/"].contains { first.hasPrefix($0) }
        return isName ? "looks like a list of names (-o name); get the objects with -o json" : nil
    }

    private static let archives: [(name: String, magic: [UInt8], place: Int)] = [
        ("a zip archive", [0x50, 0x4B, 0x03, 0x04], 0), ("a tar archive", Array("ustar".utf8), 257),
        ("a 7z archive", [0x37, 0x7A, 0xBC, 0xAF], 0), ("an lz4 file", [0x04, 0x22, 0x4D, 0x18], 0),
    ]
}
