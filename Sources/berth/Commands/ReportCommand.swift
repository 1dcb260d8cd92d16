import ArgumentParser
import FileSystem
import ReplayReport
import TextEscaping

/// `berth report`: saved replays side by side.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Compare saved replays in one HTML report.",
        discussion: """
            Reads what `berth replay --report DIR` saved as DIR/run.json, or what `berth replay --output json` printed. \
            Writes report.html, comparison.csv and comparison.json.

            Example:
              berth replay traces/mixed-fleet --node-policy binpack --report binpack
              berth replay traces/mixed-fleet --node-policy spread --report spread
              berth report binpack/run.json spread/run.json --output compared
            """)

    @Argument(help: "JSON files of replays, in the order shown.")
    var runs: [String]

    @Option(help: "Folder to write.")
    var output: String

    func run() throws {
        try OutputPaths.check(
            inputs: runs, outputs: OutputPaths.files(ReportFiles.names, in: output, for: "--output"))
        try reportingErrors { try ReportFiles.compare(runs, to: output, origin: PageOrigin.sentences) }
        try StandardOutput.write("\(shown: output)/report.html\n")
    }
}
