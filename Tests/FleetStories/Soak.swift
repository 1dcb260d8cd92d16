import BulkJSON
import FleetTestSupport
import Foundation
import PlacementEngine
import PlacementModel
import VendorCatalog

/// Millions of pods come and go on a fleet whose nodes leave and come back, whose labels and registers change, and whose pods ask
/// ever new things: memory and speed must not tell how long that has gone on.
struct Soak {
    private let fleet: Fleet
    private let engine: IndexedEngine
    private var random: RandomFleet
    private var nodes: [Node] = []
    private var running: [ResidentID] = []
    private var oldest = 0
    private var lives = 0
    private var pods = 0
    private var placing = Duration.zero
    private static let now = SmallFleet.now
    private static let podsPerRound = 1000

    init(nodes count: Int, seed: UInt64) throws {
        fleet = Fleet(catalog: try VendorCatalog(), parser: JSONParser())
        engine = IndexedEngine(cluster: fleet)
        random = RandomFleet(seed: seed, nodes: 0)
        for number in 0..<count { nodes.append(node("node-\(number)")) }
        for node in nodes { fleet.apply(.nodeAdded(node), at: Self.now) }
    }

    private mutating func node(_ name: String) -> Node {
        var node = random.node(named: name)
        node.metadata.labels["zone"] = "z\(random.index(below: 4))"
        node.allocatable["cpu"] = Quantity(integer: 128)
        return node
    }

    /// Runs until so many pods have left, and prints what it took at each mark.
    mutating func run(lives wanted: Int, marks: [Int]) {
        print("lives     resident MiB  told MiB  decisions/s  classes  pods running")
        var next = 0
        while next < marks.count && lives < wanted {
            round()
            if lives < marks[next] { continue }
            report()
            next += 1
        }
    }

    private mutating func round() {
        var ids: [Int32] = []
        for _ in 0..<20 {
            pods += 1
            var pod = random.pod(named: "pod-\(pods)")
            // What pods ask drifts: CPU by the thousandth, namespaces and ids of devices by time.
            pod.metadata.namespace = "team-\(pods / 5000)"
            pod.containers[0].requests["cpu"] = Quantity(integer: Int64(1 + pods / 300 % 7))
            pod.containers[0].requests["memory"] = Quantity(integer: Int64(pods / 20 % 100_003) << 20)
            if pods % 50 == 0 { pod.nodeSelector = ["zone": "z\(pods / 50 % 7)", "epoch": "e\(pods / 20_000)"] }
            if pods % 40 == 0 { pod.metadata.annotations["nvidia.com/use-gpuuuid"] = "gpu-\(pods)" }
            let requests = fleet.catalog.requests(of: pod, state: fleet.state)
            guard let key = try? fleet.classKey(of: pod, requests: requests, defaults: SchedulingDefaults()) else {
                continue
            }
            ids += Array(repeating: Int32(fleet.requestClass(key).id), count: Self.podsPerRound / 20)
        }
        var result = RoundResult()
        let start = ContinuousClock.now
        ids.withUnsafeBufferPointer { engine.place($0, clock: nil, into: &result) }
        placing += start.duration(to: .now)
        for outcome in result.outcomes where outcome.isPlaced {
            lives += 1
            running.append(outcome.resident)
        }
        // The oldest leave, so that about two thirds of what fits is taken.
        while running.count - oldest > nodes.count * 6 {
            fleet.remove(running[oldest])
            oldest += 1
        }
        if oldest > 100_000 {
            running.removeFirst(oldest)
            oldest = 0
        }
        change()
        fleet.forgetIdle { _ in false }
    }

    private mutating func change() {
        let place = random.index(below: nodes.count)
        switch random.index(below: 4) {
        case 0:
            fleet.apply(.nodeRemoved(name: nodes[place].name), at: Self.now)
            nodes[place] = node("node-\(random.index(below: 1_000_000))")
            fleet.apply(.nodeAdded(nodes[place]), at: Self.now)
        case 1:
            nodes[place] = node(nodes[place].name)
            fleet.apply(.nodeChanged(nodes[place]), at: Self.now)
        case 2:
            nodes[place].metadata.labels["zone"] = "z\(random.index(below: 9))"
            fleet.apply(.nodeChanged(nodes[place]), at: Self.now)
        default:
            guard let row = fleet.table.node(named: nodes[place].name),
                let device = fleet.table.devices(of: row).first
            else { return }
            let id = fleet.table.records[device].id
            fleet.apply(
                .deviceHealth(node: nodes[place].name, device: id, isHealthy: random.chance(oneIn: 2)), at: Self.now)
        }
    }

    private mutating func report() {
        let told = (fleet.memory + engine.memory).reduce(0) { $0 + $1.bytes }
        let seconds = Double(placing.components.seconds) + Double(placing.components.attoseconds) * 1e-18
        print(
            "\(lives)  \(Self.residentMiB)  \(told >> 20)  \(Int(Double(lives - livesBefore) / seconds))  "
                + "\(fleet.classCount)  \(fleet.residentCount)")
        for use in fleet.memory + engine.memory { print("    \(use.structure) \(use.bytes >> 10) KiB") }
        placing = .zero
        livesBefore = lives
    }

    private var livesBefore = 0

    /// Memory of the process, as the kernel counts it.
    private static var residentMiB: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return -1 }
        return ((Int(text.split(separator: " ")[1]) ?? 0) * 4096) >> 20
    }
}
