import ArgumentParser

/// `berth trace`: make, import and describe traces.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Make, import, export and describe traces.",
        discussion: """
            A trace is a folder with trace.json, fleet.csv and pods.csv.

            Example:
              berth trace info traces/smoke
            """,
        subcommands: [
            TraceGenerateCommand.self, TraceImportCommand.self, TraceExportCommand.self, TraceInfoCommand.self,
        ])
}
