import ArgumentParser
import BulkJSON
import Experiments
import FileSystem
import Foundation
import PlacementEngine
import PlacementModel
import PlacementPolicies
import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

/// `berth sweep`: policies x traces x seeds, and the means.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Compare policies over traces and seeds, at 80 to 130 % of the fleet's devices asked.",
        discussion: """
            Each run shuffles a trace's pods, draws more (or drops some) until the devices asked are --tune times the \
            fleet's, and offers them one by one. A row a run is kept in --results; a sweep that was interrupted goes on \
            where it stopped. The traces must be in thousandths of devices, as openb's.

            Examples:
              berth sweep openb --results sweep.csv
              berth sweep openb --pods-variant default --policies FGD,BestFit \\
                --seeds 42-44 --results two.csv
              berth sweep openb --policies foresight,FGD --draws own \\
                --seeds 1-10 --reading marks --results marks.csv
              berth sweep openb --shard 1/4 --results shard-1.csv
              berth sweep --merge shard-1.csv shard-2.csv shard-3.csv shard-4.csv

            Past one machine, --plan writes the shards with a job array for Slurm and an \
            Indexed Job for Kubernetes; --merge joins the results to the table that one \
            machine would print:
              berth sweep openb --plan sweep --shards 16
              (cd sweep && sbatch slurm.sh)
              berth sweep --merge sweep
            """)

    enum OutputName: String, CaselessArgument {
        case table
        case json
        case csv
    }

    @Argument(help: "Folders of traces; with --merge, results files or the folder of a plan.")
    var inputs: [String]

    @Option(help: "Which pod lists of openb folders, separated by commas; all by default.")
    var podsVariant: String?

    @Option(
        help: ArgumentHelp(
            "Policies, separated by commas: " + PolicyChoice.all.map(\.name).joined(separator: ", ") + "."))
    var policies = "Random,GpuClustering,GpuPacking,DotProd,BestFit,FGD"

    @Option(help: "Seeds: numbers and ranges, separated by commas.")
    var seeds = "42-51"

    @Option(help: "Devices asked in all, as a multiple of the fleet's.")
    var tune = 1.3

    @Option(
        help: "published: a seed gives the published experiment's order; own: Berth's generator, for fresh samples.")
    var draws = DrawSource.published

    @Option(help: "Times a seed is run under a policy that draws nodes, averaged.")
    var repeats = 10

    @Option(help: "Pods of a round, for policies that look ahead.")
    var roundSize = 1000

    @Option(
        help: """
            published: the mean of the records within half a percent of a load; marks: rounds end when 90, 95, 100, 110 and \
            130 % have arrived, and are read there.
            """)
    var reading = LoadReading.published

    @Option(
        help: """
            What foresight may know: trace, the list that the runs are drawn from, as FGD; learned, the pods that have come.
            """)
    var statistics = ReplayOptions.Statistics.trace

    @Option(help: "Folder with openb's published results; the table then shows them and the differences.")
    var published: String?

    @Option(help: "Runs at a time.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "File with a row a run; rows that are there already are not run again.")
    var results: String?

    @Option(help: "Only the i-th of n parts of the runs, as i/n.")
    var shard: String?

    @Option(help: ArgumentHelp("Write the shards to a folder instead of running anything.", valueName: "folder"))
    var plan: String?

    @Option(help: "Shards of a plan.")
    var shards = 8

    @Option(help: "Container image in a plan's Kubernetes manifest; it needs berth and sh.")
    var image = "berth:latest"

    @Option(help: "Volume claim in a plan's Kubernetes manifest that holds the plan's folder.")
    var claim = "berth-sweep"

    @Flag(help: "Join the results files of shards instead of running anything.")
    var merge = false

    @Option(help: "table and json give means over seeds, csv a row a run.")
    var output = OutputName.table

    func validate() throws {
        if inputs.isEmpty { throw ValidationError("Name a trace folder.") }
        try require(shards, in: InputLimits.shards, "--shards")
        if plan != nil && (merge || results != nil || shard != nil) {
            throw ValidationError("--plan runs nothing; --merge, --results and --shard do not go with it.")
        }
        if merge && (results != nil || shard != nil) {
            throw ValidationError("--merge runs nothing; --results and --shard do not go with it.")
        }
        if !merge && plan == nil && results == nil {
            throw ValidationError("--results FILE is needed; it makes the sweep resumable.")
        }
        if results?.isEmpty == true { throw ValidationError("--results names no file.") }
        try require(tune, in: InputLimits.tune, "--tune")
        try require(repeats, in: InputLimits.repeats, "--repeats")
        try require(jobs, in: InputLimits.jobs, "--jobs")
        try require(roundSize, in: InputLimits.roundSize, "--round-size")
        _ = try SweepInputs.seeds(seeds)
        _ = try shardNumbers()
        _ = try chosenPolicies()
        _ = try podsVariant.map { try listed($0, "--pods-variant") }
    }

    func run() throws {
        if let plan { return try reportingErrors { try write(plan: plan) } }
        // Asked before the work, which may take long.
        let curves = try published.map { folder in
            try PathHint.requireThere(folder)
            return try reportingErrors { try PublishedCurves(folder: folder) }
        }
        let (rows, settings) = try reportingErrors { try merge ? merged() : sweep() }
        switch output {
        case .table:
            try StandardOutput.write(SweepTable.text(SweepMean.means(of: rows), curves))
        case .json: try StandardOutput.write(SweepTable.json(SweepMean.means(of: rows)))
        case .csv: try StandardOutput.write(Sweep.csv(rows, settings: settings))
        }
    }

    var settings: SweepSettings {
        SweepSettings(
            ratio: tune, draws: draws, repeats: repeats, roundSize: roundSize, reading: reading, statistics: statistics)
    }

    private func merged() throws -> ([SweepRow], SweepSettings) {
        if inputs.count == 1, TraceFiles.isFolder(inputs[0]) { return try SweepPlan.merge(folder: inputs[0]) }
        return (try Sweep.merge(inputs, settings: settings), settings)
    }

    private func sweep() throws -> ([SweepRow], SweepSettings) {
        try OutputPaths.check(inputs: inputs + [published], outputs: [("--results", results)])
        var sweep = try planned()
        (sweep.shard, sweep.shardCount) = try shardNumbers()
        let progress = SweepProgress()
        let rows = try sweep.run(resultsAt: results ?? "") { progress.show($0, of: $1) }
        progress.finish()
        return (rows, settings)
    }

    /// All runs that the options name.
    func planned() throws -> Sweep {
        let catalog = try VendorCatalog.forTraces()
        let traces = try SweepInputs.traces(inputs, podsVariant: podsVariant, catalog)
        let names = traces.map(\.name)
        if let twice = Dictionary(grouping: names, by: \.self).first(where: { $0.value.count > 1 })?.key {
            throw InputFailure("two traces are named \(twice); rows of a sweep are told apart by the name")
        }
        let sweep = Sweep(
            traces: traces, policies: try chosenPolicies(), seeds: try SweepInputs.seeds(seeds), settings: settings,
            jobs: jobs)
        if sweep.keys.isEmpty { throw InputFailure("there is nothing to run: no trace was found") }
        return sweep
    }

    private func chosenPolicies() throws -> [PolicyChoice] { try berth.policies(policies, "--policies") }

    /// The pod lists that the options choose of an openb folder.
    func podsVariants(of folder: String) throws -> [String] {
        try podsVariant.map { try listed($0, "--pods-variant") } ?? OpenBImporter.podsVariants(folder: folder)
    }

    private func shardNumbers() throws -> (Int, Int) {
        guard let shard else { return (0, 1) }
        let parts = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let number = parts[0], let count = parts[1], InputLimits.shards.contains(count),
            (1...count).contains(number)
        else { throw ValidationError("--shard must be i/n with 1 <= i <= n <= \(InputLimits.shards.upperBound).") }
        return (number - 1, count)
    }
}

extension DrawSource: CaselessArgument {}
extension LoadReading: CaselessArgument {}
extension ReplayOptions.Statistics: CaselessArgument {}
