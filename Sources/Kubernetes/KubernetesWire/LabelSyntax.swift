/// How names and values of labels may be written, in the words of the API server.
///
/// - Source: apimachinery pkg/util/validation/validation.go, IsQualifiedName and IsValidLabelValue
enum LabelSyntax {
    private static let name =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    private static let value =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
        + "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    private static let prefix =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
        + "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

    /// What is wrong with the name of a label, a taint or a resource: a word, with a domain before it or not.
    static func problems(ofName text: String) -> [String] {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 2 {
            return [
                "a qualified name \(name) with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            ]
        }
        var problems: [String] = []
        if parts.count == 2 {
            if parts[0].isEmpty {
                problems.append("prefix part must be non-empty")
            } else if !isSubdomain(parts[0]) {
                problems.append("prefix part \(prefix)")
            }
        }
        let word = parts[parts.count - 1]
        if word.isEmpty {
            problems.append("name part must be non-empty")
        } else if word.utf8.count > 63 {
            problems.append("name part must be no more than 63 bytes")
        }
        if !isWord(word) { problems.append("name part \(name)") }
        return problems
    }

    static func problems(ofValue text: String) -> [String] {
        var problems: [String] = []
        if text.utf8.count > 63 { problems.append("must be no more than 63 bytes") }
        if !text.isEmpty && !isWord(Substring(text)) { problems.append(value) }
        return problems
    }

    private static func isWord(_ text: Substring) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last else { return false }
        return first.isAlphanumeric && last.isAlphanumeric
            && bytes.allSatisfy {
                $0.isAlphanumeric || [UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ".")].contains($0)
            }
    }

    private static func isSubdomain(_ text: Substring) -> Bool {
        text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                guard let first = label.utf8.first, let last = label.utf8.last else { return false }
                return first.isLowerAlphanumeric && last.isLowerAlphanumeric
                    && label.utf8.allSatisfy { $0.isLowerAlphanumeric || $0 == UInt8(ascii: "-") }
            }
    }
}

extension UInt8 {
    fileprivate var isLowerAlphanumeric: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }

    fileprivate var isAlphanumeric: Bool {
        isLowerAlphanumeric || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }
}
