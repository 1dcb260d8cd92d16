import ArgumentParser
import FileSystem
import Foundation
import MeasuredWork
import PlacementModel
import RegressionGate
import TraceModel
import TraceReplay
import VendorCatalog

/// `berth bench record`: what this build does here, in a file that can be compared.
struct BenchRecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record exact counts, decisions, quality and times of the workloads in one file.",
        discussion: """
            Exact counts, decision hashes and quality hold on any machine. Times are taken in turn with a calibration \
            kernel, so that they can be told relative to what the machine could do at that moment; --append adds the \
            times of a further process to a record of the same build. With --trace, replays of your own traces are \
            recorded instead of the built-in workloads.

            Examples:
              berth bench record --output base.json
              berth bench record --counts-only --output Benchmarks/baseline.json
              berth bench record --trace my-trace --policy hami \\
                --node-policy spread --output new.json
            """)

    @Option(help: ArgumentHelp("File to write.", valueName: "file"))
    var output: String?

    @Option(help: "smoke (seconds) or full.")
    var size = WorkloadSize.full

    @Option(help: "Times each workload is timed.")
    var samples = 10

    @Flag(help: "No times: what a repository keeps as its baseline.")
    var countsOnly = false

    @Flag(help: "Add the times to those already in the file.")
    var append = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            """
            Two named pipes: before each timed run a byte is awaited from the first, after it one is put into the \
            second, so that two builds take turns; see Scripts/compare-in-turn.sh.
            """, valueName: "pipe"))
    var turns: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Only workloads of these names; * stands for any text.", valueName: "name"))
    var only: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Folders of traces whose replays are recorded instead.", valueName: "folder"))
    var trace: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Policies for --trace: " + PolicyChoice.all.map(\.name).joined(separator: ", ") + "."))
    var policy: [String] = []

    @Option(help: "Order between nodes for --trace: binpack or spread.")
    var nodePolicy = "binpack"

    @Option(help: ArgumentHelp("Repository whose commit is written down.", valueName: "folder"))
    var repository = "."

    @Flag(help: "List the workloads and stop.")
    var list = false

    func validate() throws {
        try require(samples, in: InputLimits.samples, "--samples")
        if output == nil && !list { throw ValidationError("Name the file to write: --output FILE.") }
        if countsOnly && append { throw ValidationError("--append adds times; --counts-only has none.") }
        if turns.count != 0 && turns.count != 2 { throw ValidationError("--turns takes two named pipes.") }
        for name in policy where PolicyChoice.named(name) == nil {
            let known = PolicyChoice.all.map(\.name).joined(separator: ", ")
            throw ValidationError("Unknown policy \"\(name)\"; known: \(known).")
        }
        if !["binpack", "spread"].contains(nodePolicy) { throw ValidationError("--node-policy is binpack or spread.") }
        if trace.isEmpty && !policy.isEmpty { throw ValidationError("--policy goes with --trace.") }
    }

    func run() throws {
        let shelf = try TraceShelf()
        let workloads = try reportingErrors { try chosen(shelf) }
        if list {
            var table = TextTable([("workload", .left), ("operation", .left), ("what it is", .left)])
            for workload in workloads { table.add([workload.name, workload.operation, workload.summary]) }
            return try StandardOutput.write(table.text())
        }
        guard let output else { return }
        try OutputPaths.check(inputs: trace + turns, outputs: [("--output", output)])
        let record = try reportingErrors {
            let progress = ProgressLine("runs")
            let pipes = turns.isEmpty ? nil : try TurnPipes(wait: turns[0], pass: turns[1])
            let recorder = Recorder(size: size, samples: countsOnly ? 0 : samples, turns: pipes)
            var record = try recorder.record(
                workloads, shelf: shelf, revision: .ofRepository(at: repository),
                progress: progress.map { line in { line.show($0, of: $1) } })
            progress?.clear()
            if append && TraceFiles.exists(output) {
                var earlier = try BenchmarkRecord(file: output)
                try earlier.add(record, file: output)
                record = earlier
            }
            try TraceFiles.write(record.json(), to: output)
            return record
        }
        try StandardOutput.write(RecordTable.text(record))
    }

    private func chosen(_ shelf: TraceShelf) throws -> [Workload] {
        var workloads = Workload.all
        if !trace.isEmpty {
            let policies = (policy.isEmpty ? [PolicyChoice.hami.name] : policy).compactMap(PolicyChoice.named)
            workloads = try Workload.replays(ofTraces: trace, policies: policies, nodePolicy: nodePolicy)
        }
        if only.isEmpty { return workloads }
        for pattern in only where !workloads.contains(where: { NamePattern.matches(pattern, $0.name) }) {
            throw InputFailure("no workload is named \(pattern); berth bench record --list tells the names")
        }
        return workloads.filter { workload in only.contains { NamePattern.matches($0, workload.name) } }
    }
}

extension WorkloadSize: CaselessArgument {}
