import ClusterSimulation
import PretendCluster
import Testing
import VendorCatalog

@Suite struct Simulations {
    private static let catalog = try? VendorCatalog()

    private func run(_ plan: SimulationPlan, tellsStory: Bool = false) throws -> Simulation {
        var simulation = Simulation(plan, catalog: try #require(Self.catalog), tellsStory: tellsStory)
        simulation.run()
        return simulation
    }

    /// A few seeds; `berth dev simulate` takes thousands.
    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func nothingIsBrokenAndAllComesToRest(seed: UInt64) throws {
        let simulation = try run(SimulationPlan(seed: seed))
        #expect(simulation.violations == [])
        #expect(simulation.cluster.grants.count > 5)
        #expect(simulation.stepCount > 300)
    }

    @Test func aSeedIsAStory() throws {
        let first = try run(SimulationPlan(seed: 4), tellsStory: true)
        let second = try run(SimulationPlan(seed: 4), tellsStory: true)
        #expect(first.actionHash == second.actionHash)
        #expect(first.cluster.story == second.cluster.story)
        #expect(first.actionHash != (try run(SimulationPlan(seed: 5))).actionHash)
    }

    /// Telling the story changes nothing in it.
    @Test func aStoryIsTheSameUntold() throws {
        #expect(
            try run(SimulationPlan(seed: 4)).actionHash == run(SimulationPlan(seed: 4), tellsStory: true).actionHash)
    }

    @Test func everyFaultIsInSomePlan() {
        var missing = Set(SimulationPlan.allFaults)
        for seed in 1...60 as ClosedRange<UInt64> { missing.subtract(SimulationPlan(seed: seed).faults) }
        #expect(missing.isEmpty)
        #expect(Set(SimulationPlan.allFaults).count == 22)
    }

    @Test func shrinkingKeepsWhatBreaks() {
        let plan = SimulationPlan(seed: 9)
        var runs = 0
        // A made-up fault: it needs one deletion and pods before it.
        let small = plan.shrunk { plan in
            runs += 1
            let kinds = plan.occasions.map(\.kind)
            let pods = kinds.firstIndex { if case .pods = $0 { true } else { false } }
            let deletion = kinds.lastIndex { if case .podDeleted = $0 { true } else { false } }
            guard let pods, let deletion else { return false }
            return pods < deletion && plan.nodeCount >= 2
        }
        #expect(small.occasions.count == 2)
        #expect(small.nodeCount == 2)
        if case .pods(let count, _, _) = small.occasions[0].kind { #expect(count == 1) }
        #expect(runs < 400)
    }

    @Test func aFaultThatIsTakenOutDoesNotFire() throws {
        let plan = try #require(
            (1...200 as ClosedRange<UInt64>).map(SimulationPlan.init).first { $0.faults.contains("429") })
        #expect(try run(plan.without("429")).fired.allSatisfy { $0.fault != "429" })
        #expect(!plan.without("429").faults.contains("429"))
    }
}
