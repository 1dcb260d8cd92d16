import ArgumentParser
import Foundation
import TraceReplay

/// Exit code of bad usage and bad input.
let badInputCode = ExitCode(2)

/// Runs a command's work; an error about the input becomes one line on standard error and exit code 2.
func reportingErrors<Value>(_ work: () throws -> Value) throws -> Value {
    do {
        return try work()
    } catch let error as TraceError {
        throw complain(error.description)
    } catch let error as GeneratorError {
        throw complain(error.description)
    }
}

private func complain(_ problem: String) -> ExitCode {
    FileHandle.standardError.write(Data("error: \(problem)\n".utf8))
    return badInputCode
}
