import ArgumentParser

/// The command line: parse, validate, call, print. Everything else lives in the libraries.
@main
struct BerthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth",
        abstract: "Batch placement for fleets of mixed accelerators, with HAMi's decisions.",
        discussion: """
            Examples:
              berth place --nodes nodes.yaml --pods pods.yaml
              berth replay traces/smoke
            """,
        version: "berth " + BerthVersion.text,
        subcommands: [
            PlaceCommand.self, ExplainCommand.self, WhatIfCommand.self, VendorsCommand.self, ReplayCommand.self,
            ReportCommand.self, SweepCommand.self, CeilingCommand.self, TraceCommand.self, BenchCommand.self,
            CompareCommand.self,
        ])

    /// Runs the command; the one place that turns errors into exit codes.
    ///
    /// 0 all done (rejected pods are a normal result), 1 a gate or check failed, 2 bad usage or input.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code == .success {
                if !message.isEmpty { print(message) }
                return
            }
            if !message.isEmpty { StandardError.write(message) }
            let isBadInput = code == .validationFailure || error is InputFailure
            exit(withError: isBadInput ? badInputCode : code)
        }
    }
}

enum BerthVersion {
    static let text = "0.1.0"
}
