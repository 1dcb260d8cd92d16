import ArgumentParser
import BulkJSON
import Experiments
import Foundation
import PlacementEngine
import PlacementModel
import PlacementPolicies
import TraceReplay
import VendorCatalog

/// `berth ceiling`: what any placement could allocate, and how far below it policies stay.
struct CeilingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ceiling",
        abstract: "How much any placement could allocate at most, and how far policies stay below it.",
        discussion: """
            Each seed shuffles a trace's pods and draws more, as `berth sweep` does. When the pods offered ask --loads percent \
            of the fleet's devices, the ceiling is a proven upper bound on what any placement of them allocates; the \
            work-conserving one holds for placements that have all pods of load --work-conserving. The traces must be in \
            thousandths of devices, as openb's. docs/ceiling.md says what is proved and what is relaxed.

            Examples:
              berth ceiling openb --pods-variant default --seeds 42-46
              berth ceiling openb --policies FGD,BestFit --loads 90,100,110 \\
                --draws own --seeds 1-5
            """)

    enum OutputName: String, CaselessArgument {
        case table
        case json
    }

    @Argument(help: "Folders of traces.")
    var traces: [String]

    @Option(help: "Which pod lists of openb folders, separated by commas; all by default.")
    var podsVariant: String?

    @Option(
        help: ArgumentHelp(
            "Policies to measure, separated by commas: " + PolicyChoice.all.map(\.name).joined(separator: ", ") + "."))
    var policies = ""

    @Option(help: "Seeds: numbers and ranges, separated by commas.")
    var seeds = "42-51"

    @Option(help: "Percent of the fleet's devices asked, ascending, separated by commas.")
    var loads = LoadCurve.loads.map(String.init).joined(separator: ",")

    @Option(name: .customLong("work-conserving"), help: "Load whose pods the work-conserving ceiling requires.")
    var workConservingLoad = 90

    @Option(
        help: "published: a seed gives the published experiment's order; own: Berth's generator, for fresh samples.")
    var draws = DrawSource.published

    @Option(help: "Times a seed is run under a policy that draws nodes, averaged.")
    var repeats = 10

    @Option(help: "Pieces of work at a time.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "table for people, json for programs; both give means over seeds.")
    var output = OutputName.table

    func validate() throws {
        if traces.isEmpty { throw ValidationError("Name a trace folder.") }
        try require(repeats, in: InputLimits.repeats, "--repeats")
        try require(jobs, in: InputLimits.jobs, "--jobs")
        try require(workConservingLoad, in: InputLimits.loadPercent, "--work-conserving")
        _ = try loadList()
        _ = try SweepInputs.seeds(seeds)
        _ = try chosenPolicies()
        _ = try podsVariant.map { try listed($0, "--pods-variant") }
    }

    func run() throws {
        let loads = try loadList()
        let result = try reportingErrors {
            let catalog = try VendorCatalog.forTraces()
            let chosen = try chosenPolicies()
            // Enough pods for the highest load.
            let ratio = Double(max(loads.last ?? 0, workConservingLoad)) / 100
            let settings = GapSettings(
                sweep: SweepSettings(ratio: max(ratio, 1.3), draws: draws, repeats: repeats), loads: loads,
                workConservingLoad: workConservingLoad)
            let survey = GapSurvey(
                traces: try SweepInputs.traces(traces, podsVariant: podsVariant, catalog), policies: chosen,
                seeds: try SweepInputs.seeds(seeds), settings: settings, jobs: jobs)
            let progress = SweepProgress()
            defer { progress.finish("survey") }
            return try survey.run { progress.show($0, of: $1) }
        }
        let means = result.means(loads: loads)
        switch output {
        case .table: try StandardOutput.write(GapTable.text(means, loads: loads))
        case .json: try StandardOutput.write(GapTable.json(means, loads: loads))
        }
    }

    /// The policies to measure; none asks for the ceilings alone.
    private func chosenPolicies() throws -> [PolicyChoice] {
        policies.isEmpty ? [] : try berth.policies(policies, "--policies")
    }

    private func loadList() throws -> [Int] {
        let list = loads.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let numbers = list.compactMap { $0 }
        guard numbers.count == list.count, numbers.allSatisfy(InputLimits.loadPercent.contains),
            zip(numbers, numbers.dropFirst()).allSatisfy(<)
        else { throw ValidationError("--loads \"\(loads)\" is no ascending list of percentages from 1 to 1,000.") }
        return numbers
    }
}
