import PlacementEngine
import PlacementModel
import PlacementPolicies
import RegressionGate
import Testing
import TraceReplay

/// The first decision that differs, and what is told about it.
@Suite struct FirstDifferenceTests {
    @Test func equalVariantsHaveNone() throws {
        var variants = try VariantsInProcess()
        variants.old.engine = .reference
        #expect(try variants.find(try generatedTrace()) == nil)
    }

    @Test func aChangedTieBreakIsNamed() throws {
        var variants = try VariantsInProcess()
        variants.newEngine = { ChangedEngine($0, .lastAmongEquals) }
        let trace = try generatedTrace()
        let located = try #require(try variants.find(trace))
        #expect(located.difference.kind == .node)
        // The trace was cut after the pod, and nothing before it differs.
        #expect(located.trace.pods.count == located.difference.sequence + 1)
        let before = located.trace.keeping(pods: 0..<located.difference.sequence, nodes: trace.nodes.indices)
        #expect(try variants.find(before) == nil)

        let state = try #require(try variants.state(located))
        #expect(state.isExact)
        #expect(state.nodes.map(\.name) == [located.difference.old.node, located.difference.new.node])
        #expect(state.nodes[0].row < state.nodes[1].row)
        let scores = state.nodes.map(\.verdict.score)
        #expect(scores[0] != nil && scores[0] == scores[1])
        #expect(state.nodes[0].verdict.devices == located.difference.old.devices)
        #expect(located.difference.finding(old: state, new: state).hasPrefix("A tie: both nodes score"))
    }

    @Test func otherRulesAreToldFromTies() throws {
        var variants = try VariantsInProcess()
        variants.new.defaults = SchedulingDefaults(nodePolicy: "spread")
        let located = try #require(try variants.find(try generatedTrace()))
        let old = try #require(try variants.state(located))
        let new = try #require(try DifferenceState.before(located, options: variants.new, catalog: variants.catalog))
        #expect(!old.prefersLowerScore && new.prefersLowerScore)
        #expect(located.difference.finding(old: old, new: new).hasPrefix("The variants' rules differ"))
    }

    @Test func otherDevicesOfANodeAreNamed() throws {
        var variants = try VariantsInProcess()
        variants.new.defaults = SchedulingDefaults(devicePolicy: "binpack")
        let located = try #require(try variants.find(try generatedTrace()))
        #expect(located.difference.kind == .devices)
        let old = try #require(try variants.state(located))
        let new = try #require(try DifferenceState.before(located, options: variants.new, catalog: variants.catalog))
        #expect(old.nodes.map(\.name) == [located.difference.old.node])
        #expect(located.difference.finding(old: old, new: new).contains("rules differ"))
        // Under the old rules alone it is a departure; with exchanged devices of an empty node, one between equals.
        #expect(
            located.difference.finding(old: old, new: old).hasSuffix("This build would give the old variant's devices.")
        )
        let fresh = try #require(old.nodes.first).devices.filter { $0.usedSlots == 0 }.map { Int32($0.place) }
        try #require(fresh.count > 1)
        var tie = located.difference
        tie.old.devices = [fresh[0]]
        tie.new.devices = [fresh[1]]
        #expect(tie.finding(old: old, new: old).hasPrefix("A tie between devices in equal states."))
    }

    @Test func aRefusalIsNamed() throws {
        var variants = try VariantsInProcess()
        variants.newEngine = { ChangedEngine($0, .podsMax(3)) }
        let trace = try generatedTrace {
            $0.nodes = 2
            $0.pods = 60
            $0.vendors = [("nvidia", 1)]
        }
        var located = try #require(try variants.find(trace))
        // On two nodes the limit first moves a pod to the other node; on one it refuses it.
        located = try #require(try variants.find(trace.keeping(pods: 0..<trace.pods.count, nodes: [0])))
        #expect(located.difference.kind == .onlyOldPlaces)
        let state = try #require(try variants.state(located))
        #expect(state.nodes.map(\.name) == [trace.nodes[0].name])
        #expect(state.nodes[0].verdict.refusal == nil)
        #expect(state.nodes[0].devices.reduce(0) { $0 + Int($1.usedSlots) } >= 3)
        #expect(located.difference.finding(old: state, new: state).contains("refuses a pod that fits"))
        #expect(!state.asks.isEmpty)
    }

    @Test func policiesOverThousandthsAreScored() throws {
        var variants = try VariantsInProcess()
        variants.old.policy = try #require(PolicyChoice.named("BestFit"))
        variants.new.policy = try #require(PolicyChoice.named("DotProd"))
        let trace = try generatedTrace {
            $0.preset = .gpuShare2023
            $0.nodes = 30
            $0.devicesPerNode = nil
        }
        let located = try #require(try variants.find(trace))
        let old = try #require(try variants.state(located))
        let new = try #require(try DifferenceState.before(located, options: variants.new, catalog: variants.catalog))
        #expect(old.isExact && new.isExact)
        #expect(old.nodes.map(\.devices) == new.nodes.map(\.devices))
        if located.difference.kind == .node {
            // Each variant's node is the best by its own policy.
            #expect(try #require(old.nodes[0].verdict.score) >= #require(old.nodes[1].verdict.score))
            #expect(try #require(new.nodes[1].verdict.score) >= #require(new.nodes[0].verdict.score))
        }
    }

    /// When pods come and go, the pod is found by the shortest queue that differs.
    @Test func comingAndGoing() throws {
        var variants = try VariantsInProcess()
        variants.old.clock = .virtual(intervalMs: 10_000)
        variants.new.clock = .virtual(intervalMs: 10_000)
        variants.newEngine = { ChangedEngine($0, .podsMax(12)) }
        let trace = try generatedTrace {
            $0.nodes = 3
            $0.arrivalProcess = .poisson
            $0.meanDurationMinutes = 5
        }
        let located = try #require(try variants.find(trace))
        #expect(located.trace.pods.count == located.difference.sequence + 1)
        let shorter = located.trace.keeping(pods: 0..<located.difference.sequence, nodes: trace.nodes.indices)
        let pair = try variants.decide(shorter)
        #expect(pair.old.hash == pair.new.hash)
        #expect(try variants.state(located) != nil)
    }

    /// Amounts are in the hash alone; the pod is found by the hash of shorter queues, in few replays.
    @Test("differences of amounts", arguments: [0, 1, 2, 63, 64, 77, 148, 149])
    func amounts(place: Int) throws {
        let trace = try generatedTrace()
        let pod = trace.pods.name(place)
        var replays = 0
        let located = try LocatedDifference.find(in: trace, isBacklog: true) { part in
            replays += 1
            let rows = (0..<part.pods.count).map { DecisionRow(pod: part.pods.name($0), node: "n", devices: [0]) }
            let differs = rows.contains { $0.pod == pod }
            return (VariantDecisions(hash: "a", rows: rows), VariantDecisions(hash: differs ? "b" : "a", rows: rows))
        }
        #expect(located?.difference.sequence == place)
        #expect(located?.difference.pod == pod)
        #expect(located?.difference.kind == .amounts)
        #expect(replays <= 20)
    }

    @Test func kinds() {
        func kind(_ old: String?, _ new: String?, _ devices: [Int32] = [0]) -> DecisionDifference.Kind {
            DecisionDifference(
                sequence: 0, old: DecisionRow(pod: "p", node: old, devices: [0]),
                new: DecisionRow(pod: "p", node: new, devices: devices)
            ).kind
        }
        #expect(kind("a", "b") == .node)
        #expect(kind("a", nil) == .onlyOldPlaces)
        #expect(kind(nil, "b") == .onlyNewPlaces)
        #expect(kind("a", "a", [1]) == .devices)
        #expect(kind("a", "a") == .amounts)
        #expect(kind(nil, nil) == .amounts)
    }
}
