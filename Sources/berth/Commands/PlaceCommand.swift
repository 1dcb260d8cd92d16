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
            lists or single objects; - is standard input. Pods that have a node already \
            occupy what they occupy; the others are placed in input order.

            Examples:
              kubectl get nodes -o json > nodes.json
              kubectl get pods -A -o json > pods.json
              berth place --nodes nodes.json --pods pods.json
              berth place --nodes nodes.json --pods queue.yaml --explain
              berth place --nodes nodes.json --pods queue.yaml --output json

            With --stream every line of standard input is a case of its own:
              berth place --stream < cases.jsonl
              berth place --stream --form kube < cluster-cases.jsonl

            Exit codes: 0 done (rejected pods are a normal result), 2 bad usage or no usable input.
            """)

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Files with nodes.", valueName: "file"))
    var nodes: [String] = []

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Files with pods, queued and running.", valueName: "file"))
    var pods: [String] = []

    @Option(help: ArgumentHelp("The HAMi to follow: hami-2.10.0, or fixed (listed bugs repaired).", valueName: "name"))
    var profile = CompatibilityProfile.hami2_10_0.name

    @Option(help: ArgumentHelp("Node policy of pods that name none: binpack or spread.", valueName: "policy"))
    var nodePolicy = "binpack"

    @Option(
        help: ArgumentHelp(
            "Device policy of pods that name none: binpack, spread, mutex, numa, topology-aware, or a list with commas.",
            valueName: "policy"))
    var devicePolicy = "spread"

    @Option(help: ArgumentHelp("HAMi's device-config.yaml; without it, the chart's defaults.", valueName: "file"))
    var deviceConfig: String?

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

    @Flag(inversion: .prefixedNo, help: "Send pods through HAMi's admission webhook first, as a cluster does.")
    var admit = true

    @Flag(help: "Read one scheduling case a line on standard input, write one result a line.")
    var stream = false

    @Option(
        help: ArgumentHelp(
            "What a line of --stream is: a case for hami, or for kube, kube-scheduler's filters and preemption.",
            valueName: "form"))
    var form = StreamForm.hami

    @Flag(help: "Write \"<time>\" for clock values.")
    var redactTime = false

    func validate() throws {
        if CompatibilityProfile.named(profile) == nil {
            throw ValidationError(unknown("profile", profile, CompatibilityProfile.all.map(\.name)))
        }
        if NodePolicy(named: nodePolicy) == nil {
            throw ValidationError(unknown("node policy", nodePolicy, ["binpack", "spread"]))
        }
        for part in devicePolicy.split(separator: ",", omittingEmptySubsequences: false)
        where !DevicePolicy.names.contains(part.trimmingSpace) {
            throw ValidationError(unknown("device policy", String(part), DevicePolicy.names))
        }
        if SessionEngine(rawValue: engine) == nil {
            throw ValidationError(unknown("engine", engine, SessionEngine.allCases.map(\.rawValue)))
        }
        if stream {
            if !nodes.isEmpty || !pods.isEmpty {
                throw ValidationError("--stream reads standard input; --nodes and --pods do not go with it")
            }
        } else if form != .hami {
            throw ValidationError("--form says what --stream reads; it does not go without it")
        } else if nodes.isEmpty || pods.isEmpty {
            throw ValidationError("give --nodes and --pods, or --stream")
        }
    }

    private func unknown(_ what: String, _ value: String, _ known: [String]) -> String {
        "unknown \(what) '\(value)'; known are \(known.joined(separator: ", "))"
    }

    func run() throws {
        let now = WallClock.system(redaction: redactTime ? "<time>" : nil)
        let profile = CompatibilityProfile.named(profile) ?? .hami2_10_0
        let engine = SessionEngine(rawValue: engine) ?? .indexed
        if stream { return try PlaceStream(profile: profile, form: form, engine: engine, now: now).run() }
        let catalog = try VendorCatalog.reading(configurationFile: deviceConfig)
        let input = try PlacementInput.reading(nodeFiles: nodes, podFiles: pods)
        let options = PlacementOptions(
            profile: profile, defaults: SchedulingDefaults(nodePolicy: nodePolicy, devicePolicy: devicePolicy),
            engine: engine, admits: admit, writesPatches: annotations, explains: explain,
            triesEmptyFleet: output != .table, now: now)
        let session = PlacementSession(input, catalog: catalog, options: options)
        try output.write(session)
    }
}
