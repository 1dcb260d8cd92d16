import BulkJSON
import FleetTestSupport
import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

@testable import DeviceTable

/// What must hold on any fleet, whatever the pods ask for.
@Suite struct FleetPropertyTests {
    /// Where HAMi itself lets a device hold more than it has; docs/hami-compatibility.md has the same table.
    static let allowed: [String: (limits: Set<String>, reason: String)] = [
        "XPU": (["slots"], "slices are bounded by memory alone; the registered count is never compared"),
        "Ascend910B3": (["cores"], "soft split counts to 100, whatever number of cores is registered"),
        "Ascend910B4": (["cores"], "soft split counts to 100, whatever number of cores is registered"),
        "Ascend310P": (["cores"], "soft split counts to 100, whatever number of cores is registered"),
        "AWSNeuron": (
            ["slots", "cores"],
            "several devices: positions in the ordered list serve as indexes, so a device in use can be given again"
        ),
        "NVIDIA": (["MIG memory", "MIG cores"], "a MIG pod is checked with what it asks and charged its profile"),
    ]

    /// A fleet after a random history: pods come and, one in four, go.
    struct History {
        let fleet: SmallFleet
        var placed: [SmallFleet.Placement] = []
        var answers: [String] = []

        init(seed: Int, profile: CompatibilityProfile = .hami2_10_0) throws {
            var random = RandomFleet(seed: UInt64(seed), nodes: 24)
            fleet = try SmallFleet(nodes: random.nodes, profile: profile)
            for number in 0..<160 {
                if !placed.isEmpty && random.chance(oneIn: 4) {
                    fleet.remove(placed.remove(at: random.index(below: placed.count)))
                }
                answers.append(fleet.place(random.pod(named: "p\(number)")))
                if let placement = fleet.last { placed.append(placement) }
            }
        }

        var table: DeviceTable { fleet.cluster.table }
    }

    @Test(arguments: 1...12) func noDeviceHoldsMoreThanItHas(_ seed: Int) throws {
        let history = try History(seed: seed)
        let table = history.table
        #expect(table.brokenInvariant() == nil, "seed \(seed)")
        #expect(history.placed.count > 20, "seed \(seed)")
        for device in 0..<table.deviceRowCount {
            let record = table.records[device]
            let allowed = Self.allowed[record.vendorWord]?.limits ?? []
            let prefix = record.mode == "mig" ? "MIG " : ""
            for (limit, used, total) in [
                ("slots", table.used[device], table.slots[device]),
                ("memory", table.usedMemoryMiB[device], table.totalMemoryMiB[device]),
                ("cores", table.usedCores[device], table.totalCores[device]),
            ] where used > total && !allowed.contains(prefix + limit) {
                Issue.record("seed \(seed): \(record.id) (\(record.vendorWord)) holds \(used) of \(total) \(limit)")
            }
            #expect(table.used[device] >= 0 && table.usedMemoryMiB[device] >= 0, "seed \(seed)")
        }
    }

    /// MIG instances of different pods never overlap. (Within a pod, init and app containers run one after another.)
    @Test(arguments: 1...12) func instancesDoNotOverlap(_ seed: Int) throws {
        let history = try History(seed: seed)
        var taken: [String: [(pod: Int, placement: SliceInterval)]] = [:]
        let parser = JSONParser()
        for (pod, placement) in history.placed.enumerated() {
            guard let text = placement.annotations["hami.io/vgpu-mig-allocations"] else { continue }
            for element in JSON(try parser.parse(text)).array ?? [] {
                let start = try #require(element["placement"]?["start"]?.int64)
                let size = try #require(element["placement"]?["size"]?.int64)
                let id = try #require(element["gpuUUID"]?.string)
                taken[id, default: []].append((pod, SliceInterval(start: UInt32(start), size: UInt32(size))))
            }
        }
        for placements in taken.values {
            for (place, one) in placements.enumerated() {
                for other in placements[..<place] where other.pod != one.pod {
                    #expect(!one.placement.overlaps(other.placement), "seed \(seed)")
                }
            }
        }
    }

    @Test(arguments: 1...12) func whatIsPlacedCanBeTakenBack(_ seed: Int) throws {
        var history = try History(seed: seed)
        var random = SeededGenerator(seed: UInt64(seed))
        // A round taken back by the journal leaves every bit as it was.
        let before = history.table.snapshot()
        let checkpoint = history.table.checkpoint()
        var more = RandomFleet(seed: UInt64(seed + 1000), nodes: 1)
        for number in 0..<40 { history.fleet.place(more.pod(named: "q\(number)")) }
        history.table.rollBack(to: checkpoint)
        #expect(history.table.snapshot() == before, "seed \(seed)")
        history.table.forgetJournal()
        // Pods that leave one by one leave an idle fleet. What MetaX expects of its cards outlives the pods.
        let idle = try SmallFleet(nodes: RandomFleet(seed: UInt64(seed), nodes: 24).nodes).cluster.table
        for placement in history.placed.shuffled(using: &random) { history.fleet.remove(placement) }
        #expect(history.table.snapshot(withNames: false) == idle.snapshot(withNames: false), "seed \(seed)")
        history.placed = []
    }

    /// A scheduler that reads the pods' annotations back finds the same usage.
    @Test(arguments: 1...12) func usageIsThatOfTheAnnotations(_ seed: Int) throws {
        let history = try History(seed: seed)
        let running = history.placed.map { placement in
            var pod = placement.pod
            pod.metadata.annotations.merge(placement.annotations) { $1 }
            return pod
        }
        let restored = try SmallFleet(nodes: RandomFleet(seed: UInt64(seed), nodes: 24).nodes, existing: running)
        let table = history.table
        let other = restored.cluster.table
        for device in 0..<table.deviceRowCount {
            let id = table.records[device].id
            #expect(table.used[device] == other.used[device], "seed \(seed) \(id)")
            #expect(table.usedMemoryMiB[device] == other.usedMemoryMiB[device], "seed \(seed) \(id)")
            #expect(table.usedCores[device] == other.usedCores[device], "seed \(seed) \(id)")
            #expect(table.isHealthy(device) == other.isHealthy(device), "seed \(seed) \(id)")
            let kept = [table, other].map { $0.kept(of: device, withNames: false) }
            #expect(kept[0] == kept[1], "seed \(seed) \(id)")
        }
    }

    @Test(arguments: 1...6) func decisionsRepeat(_ seed: Int) throws {
        for profile in CompatibilityProfile.all {
            let first = try History(seed: seed, profile: profile)
            let second = try History(seed: seed, profile: profile)
            #expect(first.answers == second.answers, "seed \(seed)")
            #expect(first.table.snapshot() == second.table.snapshot(), "seed \(seed)")
        }
    }

    /// The histories reach every device type; otherwise the properties would say little.
    @Test func everyTypeIsPlaced() throws {
        var words = Set<String>()
        for seed in 1...6 {
            let history = try History(seed: seed)
            for device in 0..<history.table.deviceRowCount where history.table.used[device] > 0 {
                words.insert(history.table.records[device].vendorWord)
            }
        }
        let missing = try Set(VendorCatalog().vendors.map(\.commonWord)).subtracting(words)
        #expect(
            missing == ["MR-V100", "MR-V50", "BI-V150", "Ascend910A", "Ascend910B2", "Ascend910B4-1"],
            "models with rules of a model that is placed")
    }
}
