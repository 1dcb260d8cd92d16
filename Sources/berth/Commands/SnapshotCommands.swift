import ArgumentParser
import BulkJSON
import FileSystem
import KubernetesWire
import PlacementModel
import SchedulerSession
import TraceModel
import VendorCatalog

/// `berth snapshot`: what is done with a snapshot besides deciding.
struct SnapshotGroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Make a snapshot of a cluster fit to be handed on.",
        discussion: """
            This makes a snapshot:

              \(SnapshotCommand.text)

            Example:
              berth snapshot redact snapshot.json --output shared.json
            """,
        subcommands: [SnapshotRedactCommand.self])
}

/// `berth snapshot redact`: the same cluster without its names.
struct SnapshotRedactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redact",
        abstract: "Replace the names in a snapshot and drop what no decision reads.",
        discussion: """
            Names of nodes, pods, namespaces, devices and the like and values of labels are \
            replaced, each by the same word wherever it stands, so that decisions are the \
            same. Environment, arguments, images and whatever no decision reads are dropped. \
            Kept are amounts, times, models of devices, and the keys of labels, taints and \
            annotations: look at them before the file is handed on.

            Examples:
              berth snapshot redact examples/snapshot.json --output shared.json
              berth snapshot redact - < snapshot.json > shared.json
            """)

    @Argument(
        help: ArgumentHelp("Files of the snapshot, and folders of them; - is standard input.", valueName: "snapshot"))
    var snapshot: [String]

    @Option(help: ArgumentHelp("File to write; without it, standard output.", valueName: "file"))
    var output: String?

    func run() throws {
        try OutputPaths.check(inputs: snapshot, outputs: [("--output", output)])
        var files: [String] = []
        for path in snapshot {
            if path != "-" { try PathHint.requireThere(path) }
            let isFolder = path != "-" && FileReading.kind(of: path) == .folder
            files += isFolder ? try reportingErrors { try FileReading.files(inFolder: path) } : [path]
        }
        let (documents, problems) = InputReader.documents(ofFiles: files)
        Warnings.tell(problems)
        var redaction = SnapshotRedaction(documents, catalog: try VendorCatalog.reading(configurationFile: nil))
        let objects = documents.flatMap { redaction.objects(of: $0) }
        if objects.isEmpty {
            throw InputFailure("no object of a cluster could be read from \(snapshot.joined(separator: ", "))")
        }
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.value(["apiVersion": "v1", "kind": "List", "items": .array(objects)])
        writer.newline()
        guard let output else { return try StandardOutput.write(writer.bytes) }
        try reportingErrors { try TraceFiles.write(writer.bytes, to: output) }
    }
}
