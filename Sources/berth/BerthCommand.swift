import ArgumentParser
import Foundation

/// The command line: parse, validate, call, print. Everything else lives in the libraries.
@main
struct BerthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth",
        abstract: "Batch placement for fleets of mixed accelerators, with HAMi's decisions.",
        discussion: """
            Example:
              berth replay traces/smoke
            """,
        version: BerthVersion.text,
        subcommands: [PlaceCommand.self, ReplayCommand.self, SweepCommand.self, TraceCommand.self])

    /// Runs the command line. Bad usage exits with 2, as bad input does.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            exit(withError: badInputCode)
        }
    }
}

enum BerthVersion {
    static let text = "0.1.0"
}
