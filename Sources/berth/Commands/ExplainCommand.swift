import ArgumentParser
import BulkJSON
import DecisionExplanations
import FileSystem
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
              berth explain train-llm examples/snapshot.json
              berth explain research/train-llm --nodes nodes.json --pods pods.json
              berth explain '#1200' traces/mixed-fleet --clock virtual
              berth explain openb-pod-0017 openb --policy FGD
            """)

    @Argument(help: "The pod: name, namespace/name, or #number.")
    var pod: String

    @OptionGroup var cluster: ClusterInputOptions

    @Option(help: ArgumentHelp("Folder of a trace to replay up to the pod, instead of files.", valueName: "folder"))
    var trace: String?

    @Option(help: "Clock of the replay: backlog or virtual.")
    var clock = ReplayCommand.ClockName.backlog

    @Option(help: "Time between rounds of the virtual clock.")
    var interval = DurationText(milliseconds: 10_000)

    @Option(help: "Which pod list of an openb folder.")
    var podsVariant = "default"

    @OptionGroup var scheduling: SchedulingOptions

    @Option(help: "table for people, json for programs.")
    var output = ReplayCommand.OutputName.table

    mutating func validate() throws {
        if cluster.isEmpty == (trace == nil) {
            if FileReading.kind(of: pod) != .missing {
                throw ValidationError("\(pod) stands where the pod is named: berth explain POD \(pod)")
            }
            throw ValidationError(
                "give a snapshot, or --nodes (and --pods), or the folder of a trace; \(SnapshotCommand.hint)")
        }
        if let trace { cluster.snapshot = [trace] }
        if let policy = scheduling.placementPolicy, policy.decidesWithQueue {
            throw ValidationError(
                "\(policy.name) decides a pod together with its queue; explain takes every other policy")
        }
    }

    func run() throws {
        let explanation = try explanation()
        switch output {
        case .table: try StandardOutput.write(ExplainTable(explanation).text)
        case .json:
            var writer = JSONWriter(escapeHTML: false, pretty: true)
            explanation.write(into: &writer)
            writer.newline()
            try StandardOutput.write(writer.bytes)
        }
    }

    /// A cluster is placed as `berth place` does it, or replayed where a clock is asked for.
    private func explanation() throws -> PodExplanation {
        let folder = try cluster.traceFolder()
        OptionsWithoutEffect.tell(
            [
                (interval != DurationText(milliseconds: 10_000) && clock == .backlog, "--interval", "--clock virtual"),
                (podsVariant != "default" && folder == nil, "--pods-variant", "a folder of the openb lists"),
                (!cluster.admit && folder != nil, "--no-admit", "a snapshot"),
            ] + scheduling.idle())
        if let folder { return try explainReplay(of: folder) }
        return try clock == .backlog ? explainPlacement() : explainReplay(of: nil)
    }

    private func explainPlacement() throws -> PodExplanation {
        let catalog = try scheduling.catalog()
        let input = try cluster.read()
        let options = PlacementOptions(
            profile: scheduling.compatibility, defaults: scheduling.defaults, policy: scheduling.placementPolicy,
            seed: scheduling.seed, admits: cluster.admit, now: .system())
        let session = PlacementSession(input, catalog: catalog, options: options)
        try session.requirePolicyWorks()
        Warnings.tellOfInput(session, notes: cluster.notes(on: input, session))
        do throws(PodReferenceError) { return try session.explain(PodReference(pod)) } catch {
            throw InputFailure(error.description)
        }
    }

    /// - Parameter folder: of a trace; nil = the snapshot.
    private func explainReplay(of folder: String?) throws -> PodExplanation {
        let catalog = try scheduling.traceCatalog()
        return try reportingErrors {
            var options = ReplayOptions()
            options.policy = scheduling.policyChoice
            options.clock = clock == .backlog ? .backlog : .virtual(intervalMs: interval.milliseconds)
            options.defaults = scheduling.defaults
            options.profile = scheduling.compatibility
            options.seed = scheduling.seed
            guard let folder else {
                let input = try cluster.read()
                var isTold = false
                return try Replay.explain(PodReference(pod), options: options) { () throws(TraceError) in
                    let snapshot = SnapshotReplay(
                        input, name: cluster.first, defaults: options.defaults, profile: options.profile,
                        admits: cluster.admit, now: .system(), catalog: catalog)
                    if !isTold {
                        Warnings.tellOfInput(snapshot.session, notes: cluster.notes(on: input, snapshot.session))
                    }
                    isTold = true
                    return try Replay(snapshot.prepare(), options: options)
                }
            }
            let trace =
                !Trace.isTrace(folder: folder) && OpenBImporter.isTrace(folder: folder)
                ? try OpenBImporter.read(
                    OpenBImporter.Files(folder: folder, podsVariant: podsVariant), catalog: catalog)
                : try Trace(folder: folder)
            return try Replay.explain(PodReference(pod), of: trace, options: options, catalog: catalog)
        }
    }
}
