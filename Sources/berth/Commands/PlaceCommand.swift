import ArgumentParser
import Foundation
import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import VendorCatalog

/// `berth place`: queued pods onto a fleet, once.
struct PlaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "place",
        abstract: "Place queued pods on a fleet and print where they go, or why not.",
        discussion: """
            Reads nodes, pods and resource quotas as Kubernetes writes them: JSON or YAML, \
            lists or single objects, compressed or not. Pods that have a node already occupy \
            what they occupy; the others are placed in input order. This makes a snapshot:

              \(SnapshotCommand.text)

            Examples:
              berth place snapshot.json
              berth place examples/snapshot.json --explain
              berth place --nodes nodes.json --pods queue.yaml --output json

            With --stream every line of standard input is a case of its own:
              berth place --stream < cases.jsonl
              berth place --stream --form kube < cluster-cases.jsonl

            Exit codes: 0 done (rejected pods are a normal result), 2 bad usage or no usable input.
            """)

    @OptionGroup var cluster: ClusterInputOptions

    @OptionGroup var scheduling: SchedulingOptions

    @Option(
        help: ArgumentHelp(
            "How decisions are computed: indexed, or reference, which scans all nodes; they are equal.",
            valueName: "name"))
    var engine = SessionEngine.indexed.rawValue

    @Option(help: "table, json (one document) or ndjson (one pod a line).")
    var output = PlaceOutput.table

    @Flag(help: "Add the annotations and labels HAMi would patch onto each placed pod.")
    var annotations = false

    @Flag(help: "Tell every node's reason, the best scores, and why the winner won.")
    var explain = false

    @Flag(help: "Read one scheduling case a line on standard input, write one result a line.")
    var stream = false

    @Option(
        help: ArgumentHelp(
            "What a line of --stream is: a case for hami, or for kube, kube-scheduler's filters and preemption.",
            valueName: "form"))
    var form = StreamForm.hami

    @Flag(help: "Write \"<time>\" for clock values.")
    var redactTime = false

    mutating func validate() throws {
        try SchedulingOptions.requireKnown(&engine, among: SessionEngine.allCases.map(\.rawValue), "engine")
        if let policy = scheduling.placementPolicy {
            if explain {
                throw ValidationError(
                    "--explain tells HAMi's scores; `berth explain POD SNAPSHOT --policy \(policy.name)` tells those of a policy"
                )
            }
            if annotations {
                throw ValidationError("--annotations are what HAMi's scheduler writes; it goes with --policy hami")
            }
        }
        if stream {
            if !cluster.isEmpty {
                throw ValidationError("--stream reads standard input; files do not go with it")
            }
        } else if form != .hami {
            throw ValidationError("--form says what --stream reads; it does not go without it")
        } else if cluster.snapshot.isEmpty && (cluster.nodes.isEmpty || cluster.pods.isEmpty) {
            throw ValidationError("give a snapshot, or --nodes and --pods, or --stream; \(SnapshotCommand.hint)")
        }
    }

    func run() throws {
        let now = WallClock.system(redaction: redactTime ? "<time>" : nil)
        let profile = scheduling.compatibility
        let engine = SessionEngine(rawValue: engine) ?? .indexed
        OptionsWithoutEffect.tell(
            [
                (stream && annotations, "--annotations", "files; --stream always has them"),
                (stream && explain, "--explain", "files"),
                (stream && !cluster.admit, "--no-admit", "files; a case has `admit`"),
                (stream && output != .table, "--output", "files; --stream answers in JSON"),
                (stream && scheduling.placementPolicy != nil, "--policy", "files; --stream decides as HAMi"),
            ] + scheduling.idle())
        if stream { return try PlaceStream(profile: profile, form: form, engine: engine, now: now).run() }
        let catalog = try scheduling.catalog()
        if let trace = try cluster.traceFolder() {
            throw InputFailure("\(trace) is the folder of a trace; `berth replay \(trace)` places its pods")
        }
        let input = try cluster.read()
        let options = PlacementOptions(
            profile: profile, defaults: scheduling.defaults, engine: engine, policy: scheduling.placementPolicy,
            seed: scheduling.seed, admits: cluster.admit, writesPatches: annotations, explains: explain,
            triesEmptyFleet: output != .table, now: now)
        let session = PlacementSession(input, catalog: catalog, options: options)
        try session.requirePolicyWorks()
        try output.write(session, notes: cluster.notes(on: input, session))
    }
}
