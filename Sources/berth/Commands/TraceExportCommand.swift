import ArgumentParser
import FileSystem
import Foundation
import PlacementEngine
import TextEscaping
import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

/// `berth trace export`: a trace as the snapshot of a cluster.
struct TraceExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a trace as `kubectl get nodes,pods -A -o json` would show it.",
        discussion: """
            Nodes carry the registers that device plugins write; the pods that hold part of \
            the fleet from the start, and the first --running of the others, run with HAMi's \
            annotations; the rest is pending. The file is input for `berth place`, `explain`, \
            `whatif` and `replay`.

            Example:
              berth trace export traces/smoke --running 500 --output snapshot.json
            """)

    @Argument(help: "Folder of the trace, or file of a snapshot, which is imported first.")
    var trace: String

    @Option(help: "Pods that run already, in the trace's order.")
    var running = 0

    @Option(help: ArgumentHelp("File to write; standard output without it.", valueName: "file"))
    var output: String?

    func validate() throws {
        if running < 0 { throw ValidationError("--running must not be negative.") }
    }

    func run() throws {
        try OutputPaths.check(inputs: [trace], outputs: [("--output", output)])
        let catalog = try VendorCatalog.forTraces()
        let snapshot = try reportingErrors {
            // No reading of the clock: the same trace gives the same file.
            try TraceSnapshot(
                of: KubernetesImporter.isSnapshot(trace)
                    ? try KubernetesImporter.readTelling([trace], catalog: catalog) : try Trace(telling: trace),
                running: running, now: WallClock(unixSeconds: 1_767_225_600),
                catalog: catalog)
        }
        guard let output else { return try StandardOutput.write(snapshot.json) }
        try reportingErrors { try TraceFiles.write(snapshot.json, to: output) }
        let counted = NumberText.grouped
        try StandardOutput.write(
            "\(shown: output): \(counted(snapshot.nodes.count)) nodes, \(counted(snapshot.running)) pods running, "
                + "\(counted(snapshot.pods.count - snapshot.running)) pending\n")
    }
}
