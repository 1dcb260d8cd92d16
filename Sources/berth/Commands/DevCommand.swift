import ArgumentParser

/// `berth dev`: tools for those who work on Berth itself.
struct DevCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Tools for those who work on Berth.",
        discussion: """
            Examples:
              berth dev simulate --seed 7 --story
            """,
        shouldDisplay: false,
        subcommands: [DevSimulateCommand.self])
}
