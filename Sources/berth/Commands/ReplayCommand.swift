import ArgumentParser
import FileSystem
import Foundation
import PlacementEngine
import PlacementModel
import PlacementPolicies
import ReplayReport
import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

/// `berth replay`: a trace on an engine, with a report.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Replay a trace and report what was placed, how well and how fast.",
        discussion: """
            The input is a folder with trace.json, fleet.csv and pods.csv (see `berth trace`), \
            a folder with the published openb lists, or a snapshot as `berth place` reads it.

            Examples:
              berth replay traces/smoke
              berth replay examples/snapshot.json
              berth replay traces/mixed-fleet --clock virtual --interval 10s
              berth replay traces/mixed-fleet --report mixed-report
              berth replay openb --policy foresight --round-size 200
              berth replay openb --pods-variant gpushare40 --policy FGD --metrics out.csv
            """)

    enum ClockName: String, CaselessArgument {
        case backlog
        case virtual
    }

    enum OutputName: String, CaselessArgument {
        case table
        case json
    }

    @OptionGroup var cluster: ClusterInputOptions

    @Option(
        help: ArgumentHelp(
            "Engine: " + EngineChoice.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", ") + "."))
    var engine = EngineChoice.indexed.name

    @Option(
        help: ArgumentHelp(
            "Threads for index builds, independent pools and reference scans; without it, one a processor. Decisions do not depend on it.",
            valueName: "n"))
    var threads: Int?

    @OptionGroup var scheduling: SchedulingOptions

    @Option(help: "backlog queues all pods at once; virtual lets them come and go at the trace's times.")
    var clock = ClockName.backlog

    @Option(help: "Time between rounds of the virtual clock.")
    var interval = DurationText(milliseconds: 10_000)

    @Option(help: "Most pods in a round.")
    var roundSize = RoundDriver.usualRoundSize

    @Option(
        help: """
            What policy foresight may know: learned, the pods that have come so far; trace, the whole list, which is a look \
            at the future.
            """)
    var statistics = ReplayOptions.Statistics.learned

    @Flag(help: "Offer the backlog in random order instead of the trace's.")
    var shuffle = false

    @Option(help: "Only the first N pods.")
    var limit: Int?

    @Option(help: "Write every pod's node and devices to a CSV file (seq,pod,node,gpu_index).")
    var decisions: String?

    @Option(
        help: """
            Write metrics to a CSV file: for fleets in thousandths with --clock backlog allocation and fragmentation after \
            every pod, otherwise every measure at every sample.
            """)
    var metrics: String?

    @Flag(
        help:
            "Also find the most that any placement of the pods could have allocated (docs/ceiling.md); part of every report."
    )
    var ceiling = false
    @Option(help: ArgumentHelp("Write an HTML report, and its figures as JSON and CSV.", valueName: "dir"))
    var report: String?

    @Option(help: "table for people, json for programs.")
    var output = OutputName.table

    @Option(help: "Which pod list of an openb folder.")
    var podsVariant = "default"

    @Option(help: "CSV file with the pods of an openb folder in the order offered.")
    var order: String?

    @Option(help: "CSV file with the ranks of an openb folder's nodes; the lowest wins ties.")
    var nodeRanks: String?

    mutating func validate() throws {
        try SchedulingOptions.requireKnown(&engine, among: EngineChoice.all.map(\.name), "engine")
        try require(roundSize, in: InputLimits.roundSize, "--round-size")
        try require(threads, in: InputLimits.threads, "--threads")
        for (option, value) in [("--decisions", decisions), ("--metrics", metrics), ("--report", report)]
        where value?.isEmpty == true {
            throw ValidationError("\(option) names no file.")
        }
        if cluster.isEmpty { throw ValidationError("give the folder of a trace, or a snapshot") }
        if let limit, limit < 0 { throw ValidationError("--limit must not be negative.") }
        if shuffle && clock == .virtual { throw ValidationError("--shuffle needs --clock backlog.") }
    }

    func run() throws {
        try OutputPaths.check(
            inputs: cluster.snapshot + cluster.nodes + cluster.pods + [order, nodeRanks, scheduling.deviceConfig],
            outputs: [("--decisions", decisions), ("--metrics", metrics)]
                + OutputPaths.files(ReportFiles.names, in: report, for: "--report"))
        let catalog = try scheduling.traceCatalog()
        let summary = try reportingErrors {
            let replay = try makeReplay(catalog)
            let progress = ProgressLine()
            let summary = replay.run(progress: progress.map { line in { line.show($0, of: $1) } })
            progress?.clear()
            if let decisions, let log = summary.decisionLog {
                try TraceFiles.write(log.csv(replay.trace), to: decisions)
            }
            if let metrics, let csv = summary.fragmentation?.csv() ?? summary.metrics?.csv(summary.allocation) {
                try TraceFiles.write(csv, to: metrics)
            }
            if let report { try ReportFiles.write(summary, to: report, origin: PageOrigin.sentences) }
            return summary
        }
        switch output {
        case .table: try StandardOutput.write(ReplayTable.text(summary))
        case .json: try StandardOutput.write(summary.json())
        }
    }

    /// A snapshot is replayed on the fleet that `berth place` makes of it.
    private func makeReplay(_ catalog: VendorCatalog) throws -> Replay {
        let folder = try cluster.traceFolder()
        tellIdleOptions(folder)
        guard let folder else {
            let prepared = try SnapshotReplay.preparedTelling(cluster, options(), catalog: catalog)
            return try Replay(prepared, options: options(for: prepared.trace))
        }
        let trace = try load(folder, catalog)
        return try Replay(trace, options: options(for: trace), catalog: catalog)
    }

    private func tellIdleOptions(_ folder: String?) {
        let isOpenB = folder.map { !Trace.isTrace(folder: $0) && OpenBImporter.isTrace(folder: $0) } ?? false
        OptionsWithoutEffect.tell(
            [
                (interval != DurationText(milliseconds: 10_000) && clock == .backlog, "--interval", "--clock virtual"),
                (
                    statistics != .learned && scheduling.placementPolicy != .foresight, "--statistics",
                    "--policy foresight"
                ),
                (podsVariant != "default" && !isOpenB, "--pods-variant", "a folder of the openb lists"),
                (order != nil && !isOpenB, "--order", "a folder of the openb lists"),
                (nodeRanks != nil && !isOpenB, "--node-ranks", "a folder of the openb lists"),
                (!cluster.admit && folder != nil, "--no-admit", "a snapshot"),
            ] + scheduling.idle(shuffles: shuffle))
    }

    /// What is replayed, as a trace.
    func load(_ catalog: VendorCatalog) throws -> Trace {
        if let folder = try cluster.traceFolder() { return try load(folder, catalog) }
        return try KubernetesImporter.readTelling(cluster.snapshot, catalog: catalog)
    }

    private func load(_ folder: String, _ catalog: VendorCatalog) throws -> Trace {
        if !Trace.isTrace(folder: folder), OpenBImporter.isTrace(folder: folder) {
            let files = OpenBImporter.Files(
                folder: folder, podsVariant: podsVariant, order: order, nodeRanks: nodeRanks)
            return try OpenBImporter.read(files, catalog: catalog)
        }
        return try Trace(telling: folder)
    }

    /// With what is to be kept of a run on this trace.
    private func options(for trace: Trace) -> ReplayOptions {
        var options = options()
        options.keepsFragmentation = metrics != nil && clock == .backlog && trace.metadata.deviceModel == .milli
        options.keepsMetrics = report != nil || output == .json || metrics != nil && !options.keepsFragmentation
        return options
    }

    func options() -> ReplayOptions {
        var options = ReplayOptions()
        options.engine = EngineChoice.named(engine) ?? .indexed
        options.threads = max(threads ?? Parallelism.automatic.threads, 1)
        options.policy = scheduling.policyChoice
        options.defaults = scheduling.defaults
        options.profile = scheduling.compatibility
        options.clock = clock == .backlog ? .backlog : .virtual(intervalMs: interval.milliseconds)
        options.roundSize = roundSize
        options.statistics = statistics
        options.seed = scheduling.seed
        options.shufflesBacklog = shuffle
        options.podLimit = limit
        options.keepsDecisions = decisions != nil
        options.findsCeiling = ceiling || report != nil
        return options
    }
}
