import ArgumentParser
import Foundation
import ReplayReport
import TextEscaping

/// The command line: parse, validate, call, print. Everything else lives in the libraries.
@main
struct BerthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth",
        abstract: "Batch placement for fleets of mixed accelerators, with HAMi's decisions.",
        discussion: """
            Berth reads files and changes nothing in a cluster.

            Examples:
              berth doctor examples/snapshot.json
              berth place examples/snapshot.json
              berth explain train-llm examples/snapshot.json
              berth whatif examples/snapshot.json --prices examples/prices.csv
              berth replay traces/smoke
            """,
        version: "berth " + BerthVersion.text,
        subcommands: [
            PlaceCommand.self, ExplainCommand.self, WhatIfCommand.self, DoctorCommand.self, SnapshotGroupCommand.self,
            ReplayCommand.self, ReportCommand.self, SweepCommand.self, CeilingCommand.self, TraceCommand.self,
            VendorsCommand.self, BenchCommand.self, CompareCommand.self, DevCommand.self,
        ])

    /// Runs the command; the one place that turns errors into exit codes.
    ///
    /// 0 all done (rejected pods are a normal result), 1 a gate or check failed, 2 bad usage or input.
    static func main() async {
        StandardStreams.prepare()
        let status = await status()
        // Work that was done, but whose warnings nobody could see, is not all done.
        let isIncomplete = status == ExitCode.success.rawValue && StandardError.hasLostMessages
        Foundation.exit(isIncomplete ? badInputCode.rawValue : status)
    }

    /// A message about the usage, which has several lines; none of them is a part of a word of the command line.
    private static func shown(_ message: String) -> String {
        var message = message
        for argument in CommandLine.arguments.dropFirst() {
            // A value may stand behind its option, as in --seeds=1.
            for word in [argument] + argument.split(separator: "=", maxSplits: 1).dropFirst().map(String.init) {
                let escaped = TerminalText.escaped(word)
                if escaped != word { message = message.replacing(word, with: escaped) }
            }
        }
        return message
    }

    private static func status() async -> Int32 {
        do {
            do {
                try SubcommandHint.check(Array(CommandLine.arguments.dropFirst()), root: Self.self)
                var command = try parseAsRoot()
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            } catch  where exitCode(for: error) == .success {
                // Help and version texts come as errors.
                let message = fullMessage(for: error)
                if !message.isEmpty { try StandardOutput.write(message + "\n") }
            }
            return ExitCode.success.rawValue
        } catch let failure as StreamFailure {
            if failure.isReaderGone { StandardStreams.endWithoutReader() }
            StandardError.write("Error: \(failure)")
            return badInputCode.rawValue
        } catch let failure as InputFailure {
            // A name in it must not pass for a line of its own.
            StandardError.write("Error: " + TerminalText.escaped(failure.message))
            return badInputCode.rawValue
        } catch {
            let code = exitCode(for: error)
            let message = shown(fullMessage(for: error))
            if !message.isEmpty { StandardError.write(message) }
            // 1 says that a gate or check failed; any other failure is one of usage or input.
            return error is ExitCode ? code.rawValue : badInputCode.rawValue
        }
    }
}
