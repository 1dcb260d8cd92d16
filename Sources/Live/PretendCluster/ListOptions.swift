/// The parameters of a list or a watch, checked as the API server checks them.
///
/// - Source: apimachinery pkg/apis/meta/internalversion/validation/validation.go
struct ListOptions {
    enum Match { case exact, notOlderThan }

    var selector = ObjectSelector()
    var isWatch = false
    /// Nil: not given. 0: any.
    var resourceVersion: Int64?
    var match: Match?
    var limit = 0
    /// Version and last key of the page before.
    var continuation: (version: Int64, after: ObjectKey)?
    var sendsInitialEvents: Bool?
    var allowsBookmarks = false
    var timeoutSeconds: Int64?

    static let names: Set<String> = [
        "watch", "resourceVersion", "resourceVersionMatch", "limit", "continue", "labelSelector", "fieldSelector",
        "allowWatchBookmarks", "sendInitialEvents", "timeoutSeconds", "pretty",
    ]

    init(_ target: RequestTarget, kind: ResourceKind) throws(APIFailure) {
        selector = try ObjectSelector(
            labelSelector: target["labelSelector"] ?? "", fieldSelector: target["fieldSelector"] ?? "", kind: kind)
        isWatch = Self.flag(target["watch"]) ?? false
        allowsBookmarks = Self.flag(target["allowWatchBookmarks"]) ?? false
        sendsInitialEvents = Self.flag(target["sendInitialEvents"])
        let version = target["resourceVersion"] ?? ""
        if !version.isEmpty {
            guard let number = Int64(version), number >= 0 else {
                throw .badRequest(
                    "invalid resource version: resourceVersion: Invalid value: \"\(version)\": strconv.ParseUint: parsing "
                        + "\"\(version)\": invalid syntax")
            }
            resourceVersion = number
        }
        if let text = target["limit"], !text.isEmpty {
            guard let number = Int(text) else { throw Self.noNumber(text) }
            limit = max(0, number)
        }
        if let text = target["timeoutSeconds"], !text.isEmpty {
            guard let number = Int64(text) else { throw Self.noNumber(text) }
            timeoutSeconds = number
        }
        let token = target["continue"] ?? ""
        try check(match: target["resourceVersionMatch"] ?? "", version: version, token: token)
        if !token.isEmpty && !isWatch {
            guard version.isEmpty || version == "0" else {
                throw .badRequest("specifying resource version is not allowed when using continue")
            }
            guard let read = ContinueToken.read(token) else {
                throw .badRequest("continue key is not valid: the token is none of this server's")
            }
            continuation = read
        }
    }

    private mutating func check(match text: String, version: String, token: String) throws(APIFailure) {
        var problems: [APIFailure.FieldProblem] = []
        let known = ["Exact": Match.exact, "NotOlderThan": .notOlderThan]
        match = known[text]
        if isWatch {
            if sendsInitialEvents != nil, match != .notOlderThan {
                problems.append(
                    .forbidden(
                        "resourceVersionMatch",
                        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"))
            }
            if !text.isEmpty {
                if sendsInitialEvents == nil {
                    problems.append(
                        .forbidden(
                            "resourceVersionMatch",
                            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"))
                }
                if match != .notOlderThan {
                    problems.append(
                        .unsupported("resourceVersionMatch", value: text, supported: ["NotOlderThan"]))
                }
                if !token.isEmpty {
                    problems.append(
                        .forbidden(
                            "resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"))
                }
            }
        } else {
            if !text.isEmpty {
                if version.isEmpty {
                    problems.append(
                        .forbidden(
                            "resourceVersionMatch",
                            "resourceVersionMatch is forbidden unless resourceVersion is provided"))
                }
                if !token.isEmpty {
                    problems.append(
                        .forbidden(
                            "resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"))
                }
                if match == nil {
                    problems.append(
                        .unsupported("resourceVersionMatch", value: text, supported: ["Exact", "NotOlderThan", ""]))
                }
                if match == .exact, version == "0" {
                    problems.append(
                        .forbidden(
                            "resourceVersionMatch",
                            "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""))
                }
            }
            if sendsInitialEvents != nil {
                problems.append(.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"))
            }
        }
        guard problems.isEmpty else {
            throw .invalid(kind: "ListOptions", group: "meta.k8s.io", name: "", problems)
        }
    }

    private static func noNumber(_ text: String) -> APIFailure {
        .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
    }

    /// Absent or empty means no; anything but `0` and `false` means yes.
    private static func flag(_ text: String?) -> Bool? {
        guard let text else { return nil }
        return !["", "0", "false"].contains(text.lowercased())
    }
}

/// The opaque text between the pages of a list: which version they show and where the last page ended.
enum ContinueToken {
    static func text(version: Int64, after key: ObjectKey) -> String {
        "\(version)."
            + "\(key.namespace)/\(key.name)".utf8.map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }.joined()
    }

    static func read(_ token: String) -> (version: Int64, after: ObjectKey)? {
        let parts = token.split(separator: ".")
        guard parts.count == 2, let version = Int64(parts[0]), parts[1].utf8.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        var rest = parts[1]
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        let sides = String(decoding: bytes, as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        return (version, ObjectKey(namespace: String(sides[0]), name: String(sides[1])))
    }
}
