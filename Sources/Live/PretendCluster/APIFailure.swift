import JSONText

/// A refusal of the API server: what becomes a `Status` body.
///
/// Texts, reasons and details are those of Kubernetes 1.36.
/// - Source: apimachinery pkg/api/errors/errors.go
public struct APIFailure: Error, Sendable, Hashable {
    public var code: Int
    /// Empty where Kubernetes knows none.
    public var reason: String
    public var message: String
    public var details: JSONObject?
    /// A token with which a list that expired can be continued, for its metadata.
    public var continueToken: String?
    /// No Status but plain text: what the router answers to paths that nobody serves.
    public var isPlainText = false

    public init(_ code: Int, _ reason: String, _ message: String, details: JSONObject? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details
    }

    public var status: JSON {
        if isPlainText { return .string(message) }
        var metadata = JSONObject()
        if let continueToken { metadata["continue"] = .string(continueToken) }
        var body: JSONObject = [
            "kind": "Status", "apiVersion": "v1", "metadata": .object(metadata), "status": "Failure",
            "message": .string(message),
        ]
        if !reason.isEmpty { body["reason"] = .string(reason) }
        if let details { body["details"] = .object(details) }
        body["code"] = .int(Int64(code))
        return .object(body)
    }

    /// The body of a success that has no object to show.
    static func success(code: Int? = nil, details: JSONObject? = nil) -> JSON {
        var body: JSONObject = ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success"]
        if let details { body["details"] = .object(details) }
        if let code { body["code"] = .int(Int64(code)) }
        return .object(body)
    }
}

/// What a failure is about: `pods "a"`, `leases.coordination.k8s.io "b"`.
struct FailureSubject {
    var group: String
    var resource: String
    var name: String

    var quoted: String { "\(group.isEmpty ? resource : "\(resource).\(group)") \"\(name)\"" }

    /// Name, group and kind (by which Kubernetes means the resource here) of a Status.
    var details: JSONObject {
        var details = JSONObject()
        if !name.isEmpty { details["name"] = .string(name) }
        if !group.isEmpty { details["group"] = .string(group) }
        details["kind"] = .string(resource)
        return details
    }
}

extension APIFailure {
    static func badRequest(_ message: String) -> APIFailure { APIFailure(400, "BadRequest", message) }

    static func notFound(_ subject: FailureSubject) -> APIFailure {
        APIFailure(404, "NotFound", "\(subject.quoted) not found", details: subject.details)
    }

    static func alreadyExists(_ subject: FailureSubject) -> APIFailure {
        APIFailure(409, "AlreadyExists", "\(subject.quoted) already exists", details: subject.details)
    }

    static func conflict(_ subject: FailureSubject, _ why: String) -> APIFailure {
        APIFailure(
            409, "Conflict", "Operation cannot be fulfilled on \(subject.quoted): \(why)", details: subject.details)
    }

    static func forbidden(_ subject: FailureSubject, _ why: String) -> APIFailure {
        APIFailure(403, "Forbidden", "\(subject.quoted) is forbidden: \(why)", details: subject.details)
    }

    /// One field that validation refuses.
    struct FieldProblem {
        var reason: String
        var field: String
        var message: String

        static func invalid(_ field: String, value: String, _ why: String) -> FieldProblem {
            FieldProblem(reason: "FieldValueInvalid", field: field, message: "Invalid value: \(value): \(why)")
        }
        static func forbidden(_ field: String, _ why: String) -> FieldProblem {
            FieldProblem(reason: "FieldValueForbidden", field: field, message: "Forbidden: \(why)")
        }
        static func required(_ field: String, _ why: String = "") -> FieldProblem {
            FieldProblem(
                reason: "FieldValueRequired", field: field,
                message: why.isEmpty ? "Required value" : "Required value: \(why)")
        }
        static func unsupported(_ field: String, value: String, supported: [String]) -> FieldProblem {
            FieldProblem(
                reason: "FieldValueNotSupported", field: field,
                message: "Unsupported value: \"\(value)\": supported values: "
                    + supported.map { "\"\($0)\"" }.joined(separator: ", "))
        }

        var text: String { "\(field): \(message)" }
    }

    /// 422 about fields; `kind` is the type here, not the resource.
    static func invalid(kind: String, group: String, name: String, _ problems: [FieldProblem]) -> APIFailure {
        let texts = problems.map(\.text)
        let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        var details = JSONObject()
        if !name.isEmpty { details["name"] = .string(name) }
        if !group.isEmpty { details["group"] = .string(group) }
        details["kind"] = .string(kind)
        details["causes"] = .array(
            problems.map {
                ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)]
            })
        return APIFailure(
            422, "Invalid", "\(group.isEmpty ? kind : "\(kind).\(group)") \"\(name)\" is invalid: \(list)",
            details: details)
    }

    static func tooManyRequests(_ message: String, retryAfterSeconds: Int64) -> APIFailure {
        APIFailure(
            429, "TooManyRequests", message,
            details: retryAfterSeconds > 0 ? ["retryAfterSeconds": .int(retryAfterSeconds)] : [:])
    }

    static func expired(_ message: String) -> APIFailure { APIFailure(410, "Expired", message) }

    /// What was asked is real, but not pretended here: never answered as if it were.
    static func unknown(_ what: String) -> APIFailure {
        APIFailure(501, "NotImplemented", "the pretend cluster does not know \(what)")
    }

    /// The router's answer to a path that nobody serves.
    static var noSuchPath: APIFailure {
        var failure = APIFailure(404, "", "404 page not found\n")
        failure.isPlainText = true
        return failure
    }

    /// A group is served, the resource is not.
    static var noSuchResource: APIFailure {
        APIFailure(404, "NotFound", "the server could not find the requested resource", details: [:])
    }

    static func tooLargeVersion(_ asked: Int64, current: Int64) -> APIFailure {
        APIFailure(
            504, "Timeout", "Too large resource version: \(asked), current: \(current)",
            details: [
                "causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]],
                "retryAfterSeconds": 1,
            ])
    }
}
