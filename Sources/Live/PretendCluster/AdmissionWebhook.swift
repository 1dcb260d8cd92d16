import JSONText

/// A mutating webhook that is called when a pod is made, without the HTTP between.
///
/// - Source: hami-service.md section 4: what an API server makes of the replies
public struct AdmissionWebhook: Sendable {
    public enum Answer: Sendable {
        /// Allowed, with a JSON Patch (empty: as it is).
        case allowed(patch: [JSON])
        case denied(message: String, code: Int)
        /// Nobody answered, or not in time.
        case failed
    }

    public enum FailurePolicy: Sendable { case ignore, fail }

    public var name: String
    public var failurePolicy: FailurePolicy
    public var call: @Sendable (_ pod: JSON, _ isDryRun: Bool) -> Answer

    public init(
        name: String, failurePolicy: FailurePolicy = .ignore,
        call: @escaping @Sendable (_ pod: JSON, _ isDryRun: Bool) -> Answer
    ) {
        self.name = name
        self.failurePolicy = failurePolicy
        self.call = call
    }

    /// The pod as the webhook leaves it.
    func admit(_ pod: JSON, isDryRun: Bool) throws(APIFailure) -> JSON {
        switch call(pod, isDryRun) {
        case .allowed(let patch):
            guard !patch.isEmpty else { return pod }
            do {
                return try JSONPatch(.array(patch)).applied(to: pod)
            } catch {
                throw APIFailure(500, "InternalError", "Internal error occurred: \(error.message)")
            }
        case .denied(let message, let code):
            throw APIFailure(
                code, code == 403 ? "Forbidden" : "", "admission webhook \"\(name)\" denied the request: \(message)")
        case .failed:
            guard failurePolicy == .fail else { return pod }
            throw APIFailure(
                500, "InternalError", "Internal error occurred: failed calling webhook \"\(name)\": no answer",
                details: ["causes": [["message": .string("failed calling webhook \"\(name)\": no answer")]]])
        }
    }
}
