import ArgumentParser

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
        subcommands: [PlaceCommand.self])
}

enum BerthVersion {
    static let text = "0.1.0"
}
