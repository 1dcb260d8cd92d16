import ArgumentParser

/// `berth bench`: how fast parts of the program are on this machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast Berth is here, and record it.",
        discussion: """
            Examples:
              berth bench record --output base.json
              berth bench decode
            """,
        subcommands: [BenchRecordCommand.self, BenchHistoryCommand.self, BenchDecodeCommand.self])
}
