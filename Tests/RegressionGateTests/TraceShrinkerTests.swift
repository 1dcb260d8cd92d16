import PlacementEngine
import PlacementModel
import RegressionGate
import Testing
import TraceModel
import VendorCatalog

/// The smallest trace on which two variants still differ.
@Suite struct TraceShrinkerTests {
    /// No pod and no node can be left out.
    private func expectMinimal(_ trace: Trace, _ variants: VariantsInProcess) throws {
        for pod in 0..<trace.pods.count where trace.pods.count > 1 {
            let rest = (0..<trace.pods.count).filter { $0 != pod }
            let less = try variants.decide(trace.keeping(pods: rest, nodes: trace.nodes.indices))
            #expect(less.old.hash == less.new.hash, "pod \(trace.pods.name(pod)) is not needed")
        }
        for node in trace.nodes.indices where trace.nodes.count > 1 {
            let rest = trace.nodes.indices.filter { $0 != node }
            let less = try variants.decide(trace.keeping(pods: 0..<trace.pods.count, nodes: rest))
            let kind = DecisionDifference(less.old.rows, less.new.rows)?.kind
            #expect(less.old.hash == less.new.hash || kind != .node, "node \(trace.nodes[node].name) is not needed")
        }
    }

    @Test("a changed tie-break", arguments: [1, 2, 3] as [UInt64])
    func tieBreak(seed: UInt64) throws {
        var variants = try VariantsInProcess()
        variants.newEngine = { ChangedEngine($0, .lastAmongEquals) }
        let trace = try generatedTrace {
            $0.seed = seed
            $0.selectorShare = 0.3
            $0.gangShare = 0.3
        }
        let shrunk = try variants.shrink(try #require(try variants.find(trace)))
        #expect(shrunk.isMinimal)
        #expect(shrunk.located.difference.kind == .node)
        #expect(shrunk.trace.pods.count <= 20 && shrunk.trace.nodes.count <= 5)
        try expectMinimal(shrunk.trace, variants)
    }

    /// The difference needs pods that fill a node first: they stay.
    @Test func whatFillsTheNodeStays() throws {
        var variants = try VariantsInProcess()
        variants.newEngine = { ChangedEngine($0, .podsMax(4)) }
        let trace = try generatedTrace {
            $0.nodes = 8
            $0.pods = 120
            $0.vendors = [("nvidia", 1)]
        }
        let shrunk = try variants.shrink(try #require(try variants.find(trace)))
        #expect(shrunk.isMinimal)
        #expect(shrunk.trace.pods.count == 5, "four pods and the one that differs")
        #expect(shrunk.trace.nodes.count <= 2)
    }

    @Test func comingAndGoing() throws {
        var variants = try VariantsInProcess()
        variants.old.clock = .virtual(intervalMs: 10_000)
        variants.new.clock = .virtual(intervalMs: 10_000)
        variants.newEngine = { ChangedEngine($0, .lastAmongEquals) }
        let trace = try generatedTrace {
            $0.arrivalProcess = .poisson
            $0.meanDurationMinutes = 120
        }
        let shrunk = try variants.shrink(try #require(try variants.find(trace)))
        #expect(shrunk.trace.pods.count <= 20 && shrunk.trace.nodes.count <= 5)
    }

    @Test func theSameInputGivesTheSameTrace() throws {
        var variants = try VariantsInProcess()
        variants.new.defaults = SchedulingDefaults(devicePolicy: "binpack")
        let located = try #require(try variants.find(try generatedTrace()))
        let (first, second) = (try variants.shrink(located), try variants.shrink(located))
        #expect(first.checks == second.checks)
        #expect(first.trace.nodes == second.trace.nodes)
        #expect(first.located.difference == second.located.difference)
    }

    /// A limit of checks ends the search with a trace that still shows the difference, and says so.
    @Test func theLimitOfChecksHolds() throws {
        var variants = try VariantsInProcess()
        variants.newEngine = { ChangedEngine($0, .podsMax(4)) }
        let located = try #require(try variants.find(try generatedTrace { $0.vendors = [("nvidia", 1)] }))
        let shrunk = try variants.shrink(located, checksMax: 5)
        #expect(shrunk.checks == 5)
        #expect(!shrunk.isMinimal)
        let pair = try variants.decide(shrunk.trace)
        #expect(pair.old.hash != pair.new.hash)
    }

    /// Smaller traces on which a variant ends with an error are passed over.
    @Test func failingVariantsShowNothing() throws {
        struct Broken: Error {}
        var variants = try VariantsInProcess()
        variants.newEngine = { ChangedEngine($0, .lastAmongEquals) }
        let located = try #require(try variants.find(try generatedTrace()))
        var shrinker = TraceShrinker(located, isBacklog: true) { trace in
            if trace.nodes.count < 4 { throw Broken() }
            return try variants.decide(trace)
        }
        let shrunk = try shrinker.run()
        #expect(shrunk.trace.nodes.count == 4)
        #expect(shrunk.trace.pods.count <= 20)
    }

    @Test func theTraceIsRunnable() throws {
        var variants = try VariantsInProcess()
        variants.newEngine = { ChangedEngine($0, .lastAmongEquals) }
        let shrunk = try variants.shrink(try #require(try variants.find(try generatedTrace())))
        let scratch = try ScratchFolder()
        try shrunk.trace.write(folder: scratch.file("trace"))
        let pair = try variants.decide(try Trace(folder: scratch.file("trace")))
        #expect(DecisionDifference(pair.old.rows, pair.new.rows) == shrunk.located.difference)
    }
}

/// Cutting traces.
@Suite struct TraceCuttingTests {
    @Test func keepingEverythingChangesNothing() throws {
        let trace = try generatedTrace {
            $0.prefillShare = 0.2
            $0.gangShare = 0.3
            $0.selectorShare = 0.3
        }
        let same = trace.keeping(pods: 0..<trace.pods.count, nodes: trace.nodes.indices)
        #expect(same.nodes == trace.nodes)
        #expect((0..<trace.pods.count).allSatisfy { same.pods[$0] == trace.pods[$0] })
        #expect(trace.pods.placedOn.contains { $0 >= 0 }, "some pods run from the start")
    }

    @Test func residentsGoWithTheirNode() throws {
        let trace = try generatedTrace { $0.prefillShare = 0.3 }
        let row = try #require((0..<trace.pods.count).first { trace.pods.placedOn[$0] >= 0 })
        let node = Int(trace.pods.placedOn[row])
        let others = trace.nodes.indices.filter { $0 != node }
        let cut = trace.keeping(pods: 0..<trace.pods.count, nodes: others)
        let names = (0..<cut.pods.count).map { cut.pods.name($0) }
        #expect(!names.contains(trace.pods.name(row)))
        for pod in 0..<cut.pods.count where cut.pods.placedOn[pod] >= 0 {
            let before = try #require((0..<trace.pods.count).first { trace.pods.name($0) == cut.pods.name(pod) })
            #expect(cut.nodes[Int(cut.pods.placedOn[pod])].name == trace.nodes[Int(trace.pods.placedOn[before])].name)
        }
    }

    @Test func podsAreGivenInTheOrderOffered() throws {
        let trace = try generatedTrace { $0.pods = 30 }
        let offered = trace.asOffered([7, 3, 29])
        #expect((0..<3).map { offered.pods.name($0) } == [7, 3, 29].map { trace.pods.name($0) })
    }
}
