import PlacementPolicies
@testable import Experiments
@testable import TraceModel
@testable import TraceGeneration
@testable import TraceImport
import PackingBound
import PlacementEngine
import Testing
import VendorCatalog

@testable import TraceReplay

@Suite struct CeilingTests {
    private let nodes =
        "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,T4\nn1,96000,393216,4,G2\nn2,96000,393216,4,G2\n"
    private let pods =
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\n"
        + "p0,4000,64,1,460,\np1,8000,64,1,1000,T4\np2,2000,64,0,0,\np3,4000,64,2,1000,G2|V100\np4,4000,64,1,810,\n"

    private func trace(_ folder: TraceFolder) throws -> Trace {
        try TraceFiles.makeFolder(folder.path)
        try TraceFiles.write(Array(nodes.utf8), to: folder.file("nodes.csv"))
        try TraceFiles.write(Array(pods.utf8), to: folder.file("pods.csv"))
        return try OpenBImporter.read(
            OpenBImporter.Files(nodes: folder.file("nodes.csv"), pods: folder.file("pods.csv")),
            catalog: try traceCatalog())
    }

    private func survey(_ folder: TraceFolder, jobs: Int) throws -> GapSurvey {
        GapSurvey(
            traces: [try SweepTrace(try trace(folder), catalog: try traceCatalog())],
            policies: ["FGD", "BestFit", "Random", "hami"].compactMap(PolicyChoice.named), seeds: Array(1...12),
            settings: GapSettings(sweep: SweepSettings(ratio: 1.5, repeats: 2), loads: [50, 90, 100, 120, 150]),
            jobs: jobs)
    }

    @Test func marksAreTheFirstPodsThatReachALoad() {
        let marks = LoadMark.marks(at: [10, 50, 60, 100], asked: [40, 10, 0, 460, 90, 395, 0], total: 1000)
        #expect(marks.map(\.load) == [10, 50, 60, 100])
        #expect(marks.map(\.pods) == [4, 4, 5, 7])
        #expect(marks.map(\.asked) == [510, 510, 600, 995])
        // A load missed by a point or more has no mark.
        #expect(LoadMark.marks(at: [50, 100], asked: [50, 49], total: 100).map(\.load) == [50])
    }

    @Test func noPolicyIsAboveTheCeiling() throws {
        let result = try survey(TraceFolder(), jobs: 2).run()
        #expect(result.ceilings.count == 12)
        #expect(result.gaps.count == 48)
        for gap in result.gaps {
            let ceiling = try #require(result.ceilings.first { $0.seed == gap.seed })
            #expect(gap.allocatedMilli.count == ceiling.moments.count)
            for (allocated, moment) in zip(gap.allocatedMilli, ceiling.moments) {
                #expect(allocated <= Double(moment.milli), "\(gap.policy), seed \(gap.seed), load \(moment.mark.load)")
                #expect(moment.milli <= min(moment.mark.asked, ceiling.totalMilli))
                if let workConserving = moment.workConservingMilli {
                    #expect(workConserving <= moment.milli)
                    if gap.isWorkConserving { #expect(allocated <= Double(workConserving)) }
                } else {
                    #expect(moment.mark.load < 90 || !gap.isWorkConserving)
                }
            }
        }
    }

    @Test func resultsDoNotDependOnJobs() throws {
        let one = try survey(TraceFolder(), jobs: 1).run()
        let two = try survey(TraceFolder(), jobs: 3).run()
        #expect(one.ceilings == two.ceilings)
        #expect(one.gaps == two.gaps)
    }

    @Test func podsGoToTheModelsTheyName() throws {
        let trace = try trace(TraceFolder())
        let packing = ResourcePacking(
            thousandthsOf: trace, workload: trace.pods.workload(catalog: try traceCatalog()))
        #expect(packing.total == 10_000)
        #expect(packing.pools.map(\.nodes) == [1, 2])
        let pools = packing.classOfShape.map { packing.classes[$0].options.map(\.pool) }
        #expect(pools == [[0, 1], [0], [0, 1], [1], [0, 1]])
        // Eight pods of two T4: two fit; of pods without devices none count.
        let ceiling = try PackingCeiling(
            packing.problem(arrived: packing.counts(ofShapes: [1, 1, 1, 1, 2, 2])))
        #expect(ceiling.reward == 2000)
    }

    /// More pods than fit, over all vendors that have slots, memory or cores.
    private func overloaded(seed: UInt64) throws -> Trace {
        let keys = Array(Set(try traceCatalog().vendors.map(\.traceProfile.key))).sorted().filter { $0 != "gpu-milli" }
        var options = GeneratorOptions()
        options.nodes = 2 * keys.count
        options.vendors = keys.map { ($0, 1) }
        options.pods = 60 * keys.count
        options.classes = 12 * keys.count
        options.seed = seed
        options.arrivalProcess = .poisson
        options.arrivalsPerHour = 3000
        options.meanDurationMinutes = 30
        options.prefillShare = 0.05
        options.selectorShare = 0.1
        return try TraceGenerator.generate(options, catalog: try traceCatalog())
    }

    /// On fleets of every vendor, HAMi's policies stay below the ceiling of each resource, whatever the order and clock.
    @Test(arguments: [UInt64(1), 2])
    func noReplayIsAboveItsCeiling(seed: UInt64) throws {
        let trace = try overloaded(seed: seed)
        var checked = 0
        for (nodePolicy, devicePolicy) in [("binpack", "binpack"), ("spread", "spread")] {
            for clock in [ReplayOptions.Clock.backlog, .virtual(intervalMs: 10_000)] {
                var options = ReplayOptions()
                options.defaults = SchedulingDefaults(nodePolicy: nodePolicy, devicePolicy: devicePolicy)
                options.clock = clock
                options.findsCeiling = true
                let summary = try Replay(trace, options: options, catalog: try traceCatalog()).run(
                    clock: steppingClock())
                let ceiling = try #require(summary.ceiling)
                for entry in ceiling.entries {
                    guard let most = entry.ceiling else { continue }
                    checked += 1
                    #expect(entry.allocated <= most, "\(entry.vendor) \(entry.resource), \(nodePolicy), \(clock)")
                    #expect(entry.workConserving.map { entry.allocated <= $0 && $0 <= most } ?? true)
                }
            }
        }
        #expect(checked > 100, "\(checked) ceilings")
    }

    /// What a pod is charged does not depend on who is there already, as the ceiling takes for granted.
    @Test func chargesAreThoseOfAnEmptyNode() throws {
        let trace = try overloaded(seed: 5)
        let catalog = try traceCatalog()
        let packings = try ResourcePacking.all(of: trace, ReplayOptions(), catalog: catalog)
        #expect(packings.count > 30)
        let cluster = try trace.makeCluster(catalog: catalog)
        let classifier = ShapeClassifier(trace, cluster: cluster, defaults: SchedulingDefaults())
        let engine = ReferenceEngine(cluster: cluster)
        var result = RoundResult()
        var compared = 0
        for pod in trace.pods.arrivalOrder() {
            let shape = Int(trace.pods.shape[Int(pod)])
            guard let requestClass = classifier.classes[shape], let choice = engine.choose(requestClass) else {
                continue
            }
            _ = engine.choose(requestClass, candidates: [choice.node])
            result.removeAll()
            let outcome = engine.commit(requestClass, into: &result)
            let first = Int(cluster.table.firstDevice[Int(outcome.node)])
            for packing in packings {
                let vendor = try #require(catalog.id(ofWord: packing.vendor))
                let taken = result.devices(of: outcome).filter {
                    Int(cluster.table.vendor[first + Int($0.device)]) == vendor.index
                }
                if taken.isEmpty { continue }
                compared += 1
                let amounts = taken.map { packing.resource == .memory ? $0.memoryMiB : $0.cores }
                let charged = amounts.reduce(0) { $0 + Int64($1) }
                let options = packing.classes[packing.classOfShape[shape]].options
                #expect(
                    options.contains { option in
                        option.reward == charged && option.cards == taken.count
                            && amounts.allSatisfy {
                                $0 >= (packing.resource == .memory ? option.slice.first : option.slice.second)
                            }
                    }, "\(packing.vendor) \(packing.resource): \(charged), \(amounts) of \(options)")
            }
        }
        #expect(compared > 300, "\(compared) charges")
    }

    /// Pods that leave are not counted, and what the moment's pods hold is what the ceiling is compared with.
    @Test func underTheVirtualClockTheFullestMomentCounts() throws {
        let folder = TraceFolder()
        let early = (0..<20).map { TraceText.pod("a\($0)", durationMs: 60_000) }.joined()
        try folder.write(
            fleet: TraceText.oneNode,
            pods: TraceText.podHeader + early + TraceText.pod("b", arrivalMs: 900_000, memoryMiB: 500))
        let trace = try Trace(folder: folder.path)
        var options = ReplayOptions()
        options.clock = .virtual(intervalMs: 10_000)
        options.findsCeiling = true
        let summary = try Replay(trace, options: options, catalog: try traceCatalog()).run(clock: steppingClock())
        let ceiling = try #require(summary.ceiling)
        #expect(ceiling.timeMs == 0)
        #expect(ceiling.pods == 20)
        #expect(ceiling.waiting == 18)
        // No pod asks cores.
        #expect(ceiling.entries.map(\.resource) == ["memory"])
        let memory = try #require(ceiling.entries.first)
        #expect((memory.total, memory.allocated, memory.ceiling) == (2000, 2000, 2000))
        #expect(memory.workConserving == nil)
    }
}
