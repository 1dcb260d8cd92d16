import BulkJSON
import DecisionExplanations
import Experiments
import FleetPlanning
import Foundation
import KubernetesWire
import PlacementEngine
import PlacementModel
import RegressionGate
import ReplayReport
import SchedulerSession
import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

/// Something that reads input, and a text that it reads.
struct Reader: Sendable {
    let name: String
    /// Reads the input; an error is an answer, a trap or a wrong answer is not.
    let read: @Sendable (_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws -> Void
    /// Files of the repository to begin with; several take turns.
    let seeds: [String]

    static let all: [Reader] = [
        Reader(
            name: "snapshot", read: snapshot,
            seeds: ["Tests/Breaker/Seeds/snapshot.json", "Tests/Breaker/Seeds/snapshot.yaml"] + clusters),
        Reader(
            name: "import", read: importSnapshot,
            seeds: ["Tests/Breaker/Seeds/snapshot.json", "Tests/Breaker/Seeds/snapshot.yaml"] + clusters),
        Reader(name: "whatif", read: whatIf, seeds: ["Tests/Breaker/Seeds/snapshot.yaml"] + clusters),
        Reader(name: "redact", read: redact, seeds: ["Tests/Breaker/Seeds/snapshot.yaml"] + clusters),
        Reader(name: "doctor", read: doctor, seeds: ["Tests/Breaker/Seeds/snapshot.yaml"] + clusters),
        Reader(name: "explain", read: explain, seeds: ["Tests/Breaker/Seeds/snapshot.yaml"] + clusters),
        // Made up from the seed alone.
        Reader(name: "ends", read: ends, seeds: ["Tests/Breaker/Seeds/fleet.csv"]),
        Reader(name: "kube", read: kubeCase, seeds: (1...4).map { "Tests/Breaker/Seeds/kube-\($0).json" }),
        Reader(name: "case", read: oneCase, seeds: (1...4).map { "Tests/Breaker/Seeds/case-\($0).json" }),
        Reader(name: "config", read: configuration, seeds: ["Tests/Breaker/Seeds/device-config.yaml"]),
        Reader(name: "fleet", read: fleet, seeds: ["Tests/Breaker/Seeds/fleet.csv"]),
        Reader(name: "pods", read: pods, seeds: ["Tests/Breaker/Seeds/pods.csv"]),
        Reader(name: "openb", read: openb, seeds: ["Tests/Breaker/Seeds/openb-pods.csv"]),
        Reader(name: "thresholds", read: thresholds, seeds: ["Benchmarks/thresholds.yaml"]),
        Reader(name: "record", read: record, seeds: ["Tests/Breaker/Seeds/record.json"]),
        Reader(name: "run", read: run, seeds: ["Tests/Breaker/Seeds/run.json"]),
        Reader(name: "results", read: results, seeds: ["Tests/Breaker/Seeds/results.csv"]),
        Reader(name: "decisions", read: decisions, seeds: ["Tests/Breaker/Seeds/decisions.csv"]),
        Reader(name: "prices", read: prices, seeds: ["examples/prices.csv"]),
        Reader(name: "quantity", read: quantity, seeds: ["Tests/Breaker/Seeds/quantities.txt"]),
        Reader(name: "slurm", read: slurm, seeds: ["Tests/TraceReplayTests/Import/Golden/slurm/sacct.txt"]),
    ]

    /// Small clusters in which something was once read or decided wrongly, each named for it.
    private static let clusters = [
        "two-homes.yaml", "reserved.yaml", "pod-resources.yaml", "wishes.yaml", "webhook-ignored.yaml",
        "quantities.yaml",
        "typos.yaml", "resized.yaml", "drained.yaml", "rules.yaml", "finished-init.json", "lacking.json",
        "refused.json",
        "refused-specs.json", "required-affinity.json", "budget.json", "ends.yaml",
    ].map { "Tests/Breaker/Seeds/" + $0 }

    static func named(_ name: String) -> Reader? { all.first { $0.name == name } }
}

/// A wrong answer: what should be equal is not.
struct WrongAnswer: Error, CustomStringConvertible {
    var description: String
}

/// What the readers work with, made once a process.
struct Bench: Sendable {
    let root: String
    let folder: String
    let catalog: VendorCatalog
    let plain: VendorCatalog
    let now = WallClock(unixSeconds: 1_767_225_600)

    init(root: String, folder: String) throws {
        self.root = root
        self.folder = folder
        catalog = try VendorCatalog.forTraces()
        plain = try VendorCatalog()
        try FileManager.default.createDirectory(atPath: folder + "/trace", withIntermediateDirectories: true)
    }

    /// Puts bytes into a file of the scratch folder, without the care that results get.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = folder + "/" + name
        _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
        return path
    }

    func seed(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: root + "/" + path))) }
}

// MARK: - Kubernetes

private func notation(_ input: [UInt8]) -> String { input.first == UInt8(ascii: "{") ? "s.json" : "s.yaml" }

private func snapshot(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let path = try bench.file(notation(input), input)
    let read = try PlacementInput(nodeFiles: [path], podFiles: [])
    func placements(_ engine: SessionEngine) -> [String] {
        var options = PlacementOptions(
            profile: draw % 4 == 0 ? .fixed : .hami2_10_0,
            defaults: SchedulingDefaults(
                nodePolicy: draw % 2 == 0 ? "binpack" : "spread",
                devicePolicy: ["spread", "binpack", "numa,binpack", "topology-aware"][Int(draw >> 8 % 4)]),
            engine: engine, now: bench.now)
        options.writesPatches = engine == .indexed
        let session = PlacementSession(read, catalog: bench.plain, options: options)
        var lines: [String] = []
        var writer = JSONWriter(escapeHTML: false)
        session.placeAll { report in
            if case .placed(let placement) = report.verdict {
                lines.append("\(report.pod) \(placement.node) \(placement.devices.map(\.id))")
            } else {
                lines.append("\(report.pod) -")
            }
            report.write(into: &writer)
        }
        return lines
    }
    let (fast, plain) = (placements(.indexed), placements(.reference))
    if fast != plain {
        let place = zip(fast, plain).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
        throw WrongAnswer(description: "indexed: \(fast[place]); reference: \(plain[place])")
    }
}

private func importSnapshot(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let path = try bench.file(notation(input), input)
    let trace = try KubernetesImporter.read([path], now: bench.now, catalog: bench.catalog).trace
    try trace.write(folder: bench.folder + "/imported")
    // What one command writes, the others read.
    let again: Trace
    do { again = try Trace(folder: bench.folder + "/imported") } catch {
        throw WrongAnswer(description: "what was imported cannot be read: \(error)")
    }
    try replayBothWays(again, draw, bench)
}

private func whatIf(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let path = try bench.file(notation(input), input)
    let read = try PlacementInput(nodeFiles: [path], podFiles: [])
    let fleet = WhatIfFleet(read, now: bench.now, defaults: SchedulingDefaults(), catalog: bench.catalog)
    let added = try fleet.describeNodes(["1x(8x T4; cpu=96)"])
    _ = try WhatIf(fleet, WhatIf.Change(added: added))
}

/// A redacted snapshot can be read, and has as many objects as decisions read.
private func redact(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let path = try bench.file(notation(input), input)
    // Twice, as where a folder and a file of it are given.
    let documents = InputReader.documents(ofFiles: draw % 4 == 0 ? [path, path] : [path]).documents
    var redaction = SnapshotRedaction(documents, catalog: bench.plain)
    var writer = JSONWriter(escapeHTML: false)
    writer.value(["kind": "List", "items": .array(documents.flatMap { redaction.objects(of: $0) })])
    let read = PlacementInput(writer.bytes, source: "r.json")
    PlacementSession(read, catalog: bench.plain, options: PlacementOptions(now: bench.now)).placeAll { _ in }
}

private func doctor(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let path = try bench.file(notation(input), input)
    let read = try PlacementInput(nodeFiles: [path], podFiles: [], collectsImages: true)
    let session = PlacementSession(read, catalog: bench.plain, options: PlacementOptions(now: bench.now))
    _ = ClusterDoctor(read, session).findings
}

private func explain(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let path = try bench.file(notation(input), input)
    let read = try PlacementInput(nodeFiles: [path], podFiles: [])
    let session = PlacementSession(read, catalog: bench.plain, options: PlacementOptions(now: bench.now))
    var writer = JSONWriter(escapeHTML: false)
    try session.explain(PodReference("#\(draw % 5)")).write(into: &writer)
}

/// A trace of amounts at the ends of their ranges, and a cluster that shows it, with some more of its words exchanged.
private func ends(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    var made = EndsOfRanges(seed: draw)
    let trace = try trace(
        Array(made.fleet(bench.catalog).utf8), Array(made.pods(bench.catalog).utf8), bench, made.model)
    try replayBothWays(trace, draw, bench)
    var options = ReplayOptions()
    options.policy = PolicyChoice.all[Int(draw >> 16) % PolicyChoice.all.count]
    _ = try? Replay.explain(PodReference("#\(draw % 9)"), of: trace, options: options, catalog: bench.catalog)
    if made.isMilli { return }
    let running = Int(draw >> 32 % 20)
    let cluster = try TraceSnapshot(of: trace, running: running, now: bench.now, catalog: bench.catalog)
    try snapshot(Mutation(seed: draw).apply(to: cluster.json), draw, bench)
}

private func oneCase(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let runner = CaseRunner(profile: draw % 2 == 0 ? .hami2_10_0 : .fixed, now: bench.now)
    var writer = JSONWriter(escapeHTML: false)
    try input.withUnsafeBytes { try runner.run(line: $0, into: &writer) }
}

private func kubeCase(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let runner = ClusterCaseRunner(profile: draw % 2 == 0 ? .hami2_10_0 : .fixed)
    var writer = JSONWriter(escapeHTML: false)
    try input.withUnsafeBytes { try runner.run(line: $0, into: &writer) }
}

private func configuration(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    _ = try VendorCatalog(configuration: DeviceConfiguration(yaml: String(decoding: input, as: UTF8.self)))
}

private func quantity(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    for line in input.split(separator: 10) {
        guard let quantity = try? Quantity(parsing: String(decoding: line, as: UTF8.self)) else { continue }
        let again = try Quantity(parsing: quantity.canonical)
        // Parsing caps a number at 2^63 - 1 and rounds to billionths, so the second time nothing is left to do.
        if again.canonical != quantity.canonical { throw WrongAnswer(description: "\(quantity) reads as \(again)") }
        _ = (quantity.amount(CPUMilli.self, inThousandths: true), quantity.amount(AskedAmount.self), quantity.hashValue)
        _ = (quantity.exceeds(DeviceShareAmount.self), quantity.roundedUp, quantity.milliRoundedUp)
    }
}

// MARK: - Traces

private func trace(_ fleet: [UInt8], _ pods: [UInt8], _ bench: Bench, _ model: String = "hami") throws -> Trace {
    _ = try bench.file("trace/fleet.csv", fleet)
    _ = try bench.file("trace/pods.csv", pods)
    let description = """
        {"format":"berth-trace","formatVersion":1,"name":"t","origin":"o","licence":"l","deviceModel":"\(model)","checksums":
        {"fleet.csv":"\(SHA256.hexDigest(of: fleet))","pods.csv":"\(SHA256.hexDigest(of: pods))"}}
        """
    _ = try bench.file("trace/trace.json", Array(description.utf8))
    return try Trace(folder: bench.folder + "/trace")
}

private func fleet(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    try replayBothWays(try trace(input, try bench.seed("Tests/Breaker/Seeds/pods.csv"), bench), draw, bench)
}

private func pods(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    try replayBothWays(try trace(try bench.seed("Tests/Breaker/Seeds/fleet.csv"), input, bench), draw, bench)
}

private func openb(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let pods = try bench.file("openb_pod_list_a.csv", input)
    let trace = try OpenBImporter.read(
        OpenBImporter.Files(nodes: bench.root + "/Tests/Breaker/Seeds/openb-nodes.csv", pods: pods),
        catalog: bench.catalog)
    try replayBothWays(trace, draw, bench)
}

/// Both engines on one trace, under options that the draw chooses.
private func replayBothWays(_ trace: Trace, _ draw: UInt64, _ bench: Bench) throws {
    var options = ReplayOptions()
    options.policy = PolicyChoice.all[Int(draw >> 16) % PolicyChoice.all.count]
    options.defaults = SchedulingDefaults(
        nodePolicy: draw % 2 == 0 ? "binpack" : "spread",
        devicePolicy: ["spread", "binpack", "numa,binpack", "mutex"][Int(draw >> 4) % 4])
    options.clock = draw >> 8 % 3 == 0 ? .virtual(intervalMs: 3_600_000) : .backlog
    options.profile = draw >> 12 % 4 == 0 ? .fixed : .hami2_10_0
    options.keepsMetrics = draw >> 20 % 2 == 0
    options.findsCeiling = draw >> 22 % 8 == 0
    options.keepsDecisions = true
    let fast = try Replay(trace, options: options, catalog: bench.catalog).run()
    options.engine = .reference
    options.findsCeiling = false
    let plain = try Replay(trace, options: options, catalog: bench.catalog).run()
    if fast.decisionHash != plain.decisionHash {
        throw WrongAnswer(
            description: "\(options.policy.name), node \(options.defaults.nodePolicy), device "
                + "\(options.defaults.devicePolicy), \(options.clock): indexed \(fast.decisionHash), reference "
                + plain.decisionHash)
    }
    if options.keepsMetrics {
        _ = ReportPage.html([try RunRecord(json: String(decoding: fast.json(), as: UTF8.self), file: "run.json")])
    }
}

private func slurm(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    guard let source = TraceSources.named("slurm") else { return }
    let path = try bench.file("sacct.txt", input)
    var options = ImportOptions()
    options.fleet = try DescribedNodes.parse("2x(8x T4)")
    options.skipsBadRows = draw % 2 == 0
    _ = try source.read(SourceFiles([path], of: source), options: options, catalog: bench.catalog)
}

private func decisions(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    _ = try DecisionRow.read(csv: input, file: "d.csv")
}

// MARK: - Results

private func thresholds(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    _ = try Thresholds(file: try bench.file("t.yaml", input))
}

private func record(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let record = try BenchmarkRecord(file: try bench.file("r.json", input))
    let limits = try Thresholds(file: bench.root + "/Benchmarks/thresholds.yaml")
    let base = try BenchmarkRecord(file: bench.root + "/Tests/Breaker/Seeds/record.json")
    let comparison = try Comparison(base: base, new: record, thresholds: limits, looks: 1, newFile: "r.json")
    _ = (comparison.markdown(), comparison.junit(), comparison.json())
    // What is written of it is what was read.
    let again = try BenchmarkRecord(file: try bench.file("again.json", record.json()))
    if again.json() != record.json() { throw WrongAnswer(description: "a record changes on its way") }
}

private func run(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let run = try RunRecord(json: String(decoding: input, as: UTF8.self), file: "run.json")
    _ = ReportPage.html([run, run])
}

private func results(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let path = try bench.file("rows.csv", input)
    let rows = try Sweep.merge([path], settings: SweepSettings(ratio: 1.2))
    _ = SweepMean.means(of: rows)
    // What is written of them is what was read.
    _ = try bench.file("again.csv", Sweep.csv(rows, settings: SweepSettings(ratio: 1.2)))
    let again = try Sweep.merge([bench.folder + "/again.csv"], settings: SweepSettings(ratio: 1.2))
    if again != rows { throw WrongAnswer(description: "rows change on their way") }
}

private func prices(_ input: [UInt8], _ draw: UInt64, _ bench: Bench) throws {
    let seed = try bench.seed("Tests/Breaker/Seeds/snapshot.yaml")
    let read = try PlacementInput(nodeFiles: [try bench.file("s.yaml", seed)], podFiles: [])
    let fleet = WhatIfFleet(read, now: bench.now, defaults: SchedulingDefaults(), catalog: bench.catalog)
    _ = try PriceList(try bench.file("p.csv", input), fleet: fleet)
}
