import JSONText

/// One request to the pretend API server, parsed no further than HTTP does.
public struct APIRequest: Sendable, Hashable {
    public enum Method: String, Sendable {
        case get = "GET", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE"
    }

    public var method: Method
    /// Path and query, as on the request line.
    public var target: String
    public var contentType: String
    public var accept: String
    /// The parsed body; null where there is none.
    public var body: JSON
    /// Who asks, as authentication found out.
    public var user: String

    public init(
        _ method: Method, _ target: String, body: JSON = .null, contentType: String = "application/json",
        accept: String = "application/json", user: String = "admin"
    ) {
        self.method = method
        self.target = target
        self.body = body
        self.contentType = contentType
        self.accept = accept
        self.user = user
    }
}

/// The path and the parameters of a request target.
struct RequestTarget {
    var segments: [String]
    var path: String
    /// In the order of the request.
    var parameters: [(name: String, value: String)]

    /// - Throws: a bad request where percent signs do not stand before two digits.
    init(_ target: String) throws(APIFailure) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        segments = []
        for part in parts[0].split(separator: "/") { segments.append(try Self.decoded(part, plusIsSpace: false)) }
        parameters = []
        guard parts.count > 1 else { return }
        for pair in parts[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters.append(
                (
                    try Self.decoded(sides[0], plusIsSpace: true),
                    sides.count > 1 ? try Self.decoded(sides[1], plusIsSpace: true) : ""
                ))
        }
    }

    subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    private static func decoded(_ text: Substring, plusIsSpace: Bool) throws(APIFailure) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(0x20)
            } else if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(Self.hexDigit),
                    let low = rest.popFirst().flatMap(Self.hexDigit)
                else { throw .badRequest("invalid URL escape in \"\(text)\"") }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}

/// What the pretend API server answers.
public struct APIReply: Sendable, Hashable {
    public var status: Int
    public var body: JSON
    /// The stream that a watch opened; its events are pulled with `PretendAPIServer.pull`.
    public var watch: WatchID?
    /// `text/plain` for the few answers that are no JSON; `body` is then a string.
    public var isPlainText = false

    init(_ status: Int, _ body: JSON, watch: WatchID? = nil, isPlainText: Bool = false) {
        self.status = status
        self.body = body
        self.watch = watch
        self.isPlainText = isPlainText
    }

    public var isSuccess: Bool { status < 300 }
    /// Seconds after which to ask again, where the answer says so.
    public var retryAfterSeconds: Int64? { body["details"]?["retryAfterSeconds"]?.int64 }
    /// The reason of a failure, such as `Conflict`.
    public var reason: String? { body["reason"]?.string }
    public var message: String? { body["message"]?.string }
}
