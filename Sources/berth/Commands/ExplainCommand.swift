import ArgumentParser
import BulkJSON
import DecisionExplanations
import Foundation
import KubernetesWire
import PlacementEngine
import PlacementModel
import PlacementPolicies
import SchedulerSession
import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

/// `berth explain`: why a pod went where it went, or nowhere.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain the decision about one pod of a placement or a replay.",
        discussion: """
            Places the pods before it, then shows the checks with how many nodes pass \
            each, and either the winner, its runners-up and its devices, or the nearest \
            node and exactly what it lacks. POD is name, namespace/name, or #17 for the \
            pod offered as number 17, from 0 (as `berth replay --decisions` counts).

            Examples:
              berth explain default/train --nodes nodes.json --pods pods.json
              berth explain train snapshot.json
              berth explain '#1200' --trace traces/mixed-fleet --clock virtual
              berth explain openb-pod-0017 --trace openb --policy FGD
            """)

    @Argument(help: "The pod: name, namespace/name, or #number.")
    var pod: String

    @Argument(help: ArgumentHelp("Files of a snapshot: nodes, pods, quotas, in any order.", valueName: "snapshot"))
    var snapshot: [String] = []

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Files with nodes; pods in them count too.", valueName: "file"))
    var nodes: [String] = []

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Files with pods, queued and running.", valueName: "file"))
    var pods: [String] = []

    @Option(help: ArgumentHelp("Folder of a trace to replay up to the pod, instead of files.", valueName: "folder"))
    var trace: String?

    @Option(
        help: ArgumentHelp(
            "Policy of the replay: \(PolicyChoice.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
    var policy = PolicyChoice.hami.name

    @Option(help: "Clock of the replay: backlog or virtual.")
    var clock = ReplayCommand.ClockName.backlog

    @Option(help: "Time between rounds of the virtual clock.")
    var interval = DurationText(milliseconds: 10_000)

    @Option(help: "Seed of policies that draw.")
    var seed: UInt64 = 0

    @Option(help: "Which pod list of an openb folder.")
    var podsVariant = "default"

    @OptionGroup var scheduling: SchedulingOptions

    @Flag(inversion: .prefixedNo, help: "Send pods of files through HAMi's admission webhook first.")
    var admit = true

    @Option(help: "table for people, json for programs.")
    var output = ReplayCommand.OutputName.table

    func validate() throws {
        if (snapshot + nodes).isEmpty == (trace == nil) {
            throw ValidationError("give a snapshot, or --nodes (and --pods), or --trace")
        }
        if trace != nil && !pods.isEmpty { throw ValidationError("--pods goes with --nodes, not with --trace") }
        if PolicyChoice.named(policy) == nil {
            throw ValidationError(
                "unknown policy '\(policy)'; known are \(PolicyChoice.all.map(\.name).joined(separator: ", "))")
        }
        if trace == nil && policy != PolicyChoice.hami.name { throw ValidationError("--policy needs --trace") }
    }

    func run() throws {
        let explanation = try trace.map { try explainReplay(of: $0) } ?? explainPlacement()
        switch output {
        case .table: StandardOutput.write(ExplainTable(explanation).text)
        case .json:
            var writer = JSONWriter(escapeHTML: false, pretty: true)
            explanation.write(into: &writer)
            writer.newline()
            StandardOutput.write(writer.bytes)
        }
    }

    private func explainPlacement() throws -> PodExplanation {
        let catalog = try scheduling.catalog()
        let input = try PlacementInput.reading(nodeFiles: snapshot + nodes, podFiles: snapshot + pods)
        let options = PlacementOptions(
            profile: scheduling.compatibility, defaults: scheduling.defaults, admits: admit, now: .system())
        let session = PlacementSession(input, catalog: catalog, options: options)
        for problem in session.problems { StandardError.write("warning: \(problem)") }
        do throws(PodReferenceError) { return try session.explain(PodReference(pod)) } catch {
            throw InputFailure(error.description)
        }
    }

    private func explainReplay(of folder: String) throws -> PodExplanation {
        let catalog = try scheduling.traceCatalog()
        return try reportingErrors {
            let trace =
                KubernetesImporter.isSnapshot(folder)
                ? try KubernetesImporter.readTelling([folder], catalog: catalog)
                : !Trace.isTrace(folder: folder) && OpenBImporter.isTrace(folder: folder)
                    ? try OpenBImporter.read(
                        OpenBImporter.Files(folder: folder, podsVariant: podsVariant), catalog: catalog)
                    : try Trace(folder: folder)
            var options = ReplayOptions()
            options.policy = PolicyChoice.named(policy) ?? .hami
            options.clock = clock == .backlog ? .backlog : .virtual(intervalMs: interval.milliseconds)
            options.defaults = scheduling.defaults
            options.profile = scheduling.compatibility
            options.seed = seed
            return try Replay.explain(PodReference(pod), of: trace, options: options, catalog: catalog)
        }
    }
}
