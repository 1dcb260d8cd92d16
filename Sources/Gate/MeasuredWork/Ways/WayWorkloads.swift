import BulkJSON
import FleetPlanning
import PlacementEngine
import PlacementModel
import SchedulerSession
import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

/// Whole ways, from the bytes of a snapshot to what is told of its pods: what a fast engine alone does not make fast.
enum WayWorkloads {
    static let all: [Workload] =
        [Way.place, .replay, .explain, .whatIf, .trace].flatMap { way in
            [false, true].map { hasQuotas in
                Workload(
                    "way/\(way.rawValue)/\(hasQuotas ? "quotas" : "plain")",
                    way.summary + (hasQuotas ? ", quotas in 4 of its namespaces" : ""), operation: "pod"
                ) { size, shelf in
                    try WayWorkload(
                        way,
                        [
                            try snapshot(
                                nodes: size.pick(smoke: 40, full: 1000), pods: size.pick(smoke: 400, full: 10_000),
                                classes: size.pick(smoke: 24, full: 512), hasQuotas: hasQuotas, shelf)
                        ], shelf.catalog)
                }
            }
        }
        + [Way.place, .replay, .explain, .whatIf, .trace].map { way in
            // The counts of a tenfold fleet stand beside those of the fleet: what grows with pods x nodes shows there.
            Workload(
                "way/\(way.rawValue)/growth", way.summary + ", on a fleet and on one of ten times the nodes",
                operation: "pod"
            ) { size, shelf in
                try WayWorkload(
                    way,
                    try [1, 10].map { factor in
                        try snapshot(
                            nodes: factor * size.pick(smoke: 12, full: 1000), pods: size.pick(smoke: 120, full: 2000),
                            classes: size.pick(smoke: 24, full: 256), hasQuotas: false, shelf)
                    }, shelf.catalog)
            }
        }

    private static func snapshot(
        nodes: Int, pods: Int, classes: Int, hasQuotas: Bool, _ shelf: TraceShelf
    ) throws -> [UInt8] {
        let trace = try SampleFleet.sharedIndex.trace(nodes: nodes, pods: pods, classes: classes, on: shelf)
        let bytes = try TraceSnapshot(
            of: trace, running: pods / 10, now: WallClock(unixSeconds: 1_767_225_600), catalog: shelf.catalog
        ).json
        return hasQuotas ? withQuotas(bytes) : bytes
    }

    /// The list with a quota in each of four namespaces; every fifth of a namespace's cards' memory is allowed.
    private static func withQuotas(_ list: [UInt8]) -> [UInt8] {
        guard let end = list.lastIndex(of: UInt8(ascii: "]")) else { return list }
        let quotas = (0..<4).map { number in
            #",{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q","namespace":"team-\#(number)"},"#
                + #""spec":{"hard":{"limits.nvidia.com/gpumem":"2000000","requests.cpu":"100000"}}}"#
        }.joined()
        return Array(list[..<end]) + Array(quotas.utf8) + Array(list[end...])
    }
}

/// What is done with a snapshot.
private enum Way: String {
    case place
    case replay
    case explain
    case whatIf = "whatif"
    case trace = "import"

    var summary: String {
        switch self {
        case .place: "bytes of a snapshot to a line about every pod"
        case .replay: "bytes of a snapshot to the decisions of a replay"
        case .explain: "bytes of a snapshot to the explanation of the last pod"
        case .whatIf: "bytes of a snapshot to what a drained node changes"
        case .trace: "bytes of a snapshot to a trace"
        }
    }
}

private final class WayWorkload: WorkloadRun {
    private static let now = WallClock(unixSeconds: 1_767_225_600)

    private let way: Way
    private let snapshots: [[UInt8]]
    private let catalog: VendorCatalog
    private var hash = DecisionHash()
    private var pods = 0
    private var counts: [String: Int64] = [:]

    init(_ way: Way, _ snapshots: [[UInt8]], _ catalog: VendorCatalog) throws {
        self.way = way
        self.snapshots = snapshots
        self.catalog = catalog
    }

    func reset() {
        hash = DecisionHash()
        pods = 0
        counts = [:]
    }

    func run() {
        for (number, bytes) in snapshots.enumerated() {
            let input = PlacementInput(bytes, source: "memory", parallelism: Parallelism(threads: 1))
            pods += input.pods.count
            // Traps are ours: the workload's own snapshots can be read.
            guard let done = try? go(input) else {
                preconditionFailure("a way that the workload's own snapshot blocks")
            }
            for (name, count) in done { counts[number == 0 ? name : name + "AtTenfold"] = Int64(count) }
        }
    }

    private func go(_ input: PlacementInput) throws -> [String: Int] {
        switch way {
        case .place:
            let session = session(input)
            var writer = JSONWriter(escapeHTML: false)
            session.placeAll { report in
                writer.removeAll(keepingCapacity: true)
                report.write(into: &writer)
                add(writer.bytes)
            }
            return work(of: session)
        case .replay:
            var options = ReplayOptions()
            options.timesPods = false
            let snapshot = SnapshotReplay(
                input, name: "memory", defaults: options.defaults, profile: options.profile, now: Self.now,
                catalog: catalog)
            let replay = try Replay(snapshot.prepare(), options: options)
            let summary = replay.run(clock: { 0 })
            add(Array(summary.decisionHash.utf8))
            return work(of: snapshot.session).merging(["exactChecks": summary.work.exactChecks]) { $1 }
        case .explain:
            let session = session(input)
            let explanation = try session.explain(.sequence(session.queue.count - 1))
            var writer = JSONWriter(escapeHTML: false)
            explanation.write(into: &writer)
            add(writer.bytes)
            return work(of: session)
        case .whatIf:
            let fleet = WhatIfFleet(input, now: Self.now, defaults: SchedulingDefaults(), catalog: catalog)
            var change = WhatIf.Change()
            change.removed = [input.nodes[0].node.name]
            let result = try WhatIf(fleet, change)
            for side in [result.before, result.after] {
                add(Array("\(side.placed) \(side.left) \(side.running) \(side.moves.count)".utf8))
            }
            return [:]
        case .trace:
            let result = KubernetesImporter.make(input, name: "memory", now: Self.now, catalog: catalog)
            add(Array("\(result.trace.nodes.count) \(result.trace.pods.count) \(result.trace.pods.shapes.count)".utf8))
            return ["shapes": result.trace.pods.shapes.count]
        }
    }

    private func session(_ input: PlacementInput) -> PlacementSession {
        PlacementSession(
            input, catalog: catalog, options: PlacementOptions(triesEmptyFleet: true, now: Self.now))
    }

    private func work(of session: PlacementSession) -> [String: Int] {
        let work = session.work
        return [
            "asksMade": work.asksMade, "nodesAskedForReasons": work.nodesAskedForReasons,
            "exactChecks": work.exactChecks,
        ]
    }

    private func add(_ bytes: [UInt8]) {
        for byte in bytes { hash.combine(UInt64(byte)) }
    }

    var outcome: WorkloadOutcome {
        var outcome = WorkloadOutcome(operations: pods, hash: hash.text)
        outcome.counts = counts
        return outcome
    }
}
