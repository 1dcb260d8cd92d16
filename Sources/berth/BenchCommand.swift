import ArgumentParser

/// `berth bench`: how fast parts of the program are on this machine.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast this machine is.",
        discussion: """
            Example:
              berth bench decode
            """,
        subcommands: [BenchDecodeCommand.self])
}
