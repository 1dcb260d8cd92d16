import ArgumentParser
import FileSystem
import Foundation
import RegressionGate
import ReplayReport
import SchedulerSession
import TraceGeneration
import TraceModel

/// Exit code of bad usage and bad input.
let badInputCode = ExitCode(2)

/// Input with which nothing can be done: told on standard error, ends with ``badInputCode``.
struct InputFailure: LocalizedError {
    var message: String

    init(_ message: String) { self.message = message }

    var errorDescription: String? { message }
}

/// Runs a command's work; an error about a trace or a saved run becomes an ``InputFailure``.
func reportingErrors<Value>(_ work: () throws -> Value) throws -> Value {
    do {
        return try work()
    } catch let error as TraceError where error.isReaderGone {
        throw StreamFailure(stream: error.file, code: EPIPE)
    } catch let error as TraceError {
        throw InputFailure(error.description)
    } catch let error as FileError where error.isReaderGone {
        throw StreamFailure(stream: error.path, code: EPIPE)
    } catch let error as FileError {
        throw InputFailure(error.description)
    } catch let error as GateError {
        throw InputFailure(error.description)
    } catch let error as GeneratorError {
        throw InputFailure(error.description)
    } catch let error as RunFileError {
        throw InputFailure(error.description)
    } catch let error as VariantError {
        throw InputFailure(error.description)
    }
}

extension PlacementSession {
    /// - Throws: ``InputFailure`` that says why the policy cannot work on the fleet.
    func requirePolicyWorks() throws(InputFailure) {
        if let policyProblem { throw InputFailure(policyProblem.description) }
    }
}
