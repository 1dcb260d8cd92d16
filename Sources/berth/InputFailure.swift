import Foundation

/// Input with which nothing can be done: told on standard error, exit code 2.
struct InputFailure: LocalizedError {
    var message: String

    init(_ message: String) { self.message = message }

    var errorDescription: String? { message }
}
