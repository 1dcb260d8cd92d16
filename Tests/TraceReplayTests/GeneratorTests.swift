@testable import SeededNumbers
@testable import TraceModel
@testable import TraceGeneration
import Testing
import VendorCatalog

@testable import TraceReplay

@Suite struct GeneratorTests {
    private func options() -> GeneratorOptions {
        var options = GeneratorOptions()
        options.nodes = 12
        options.vendors = [("nvidia", 2), ("cambricon", 1), ("iluvatar", 1)]
        options.pods = 400
        options.classes = 40
        options.seed = 11
        options.arrivalProcess = .bursty
        options.meanDurationMinutes = 30
        options.durationDistribution = .lognormal
        options.prefillShare = 0.02
        options.selectorShare = 0.2
        options.gangShare = 0.3
        return options
    }

    private func generate(_ options: GeneratorOptions) throws -> Trace {
        try TraceGenerator.generate(options, catalog: try traceCatalog())
    }

    /// The same seed must give the same bytes on every machine and in every release of the format. A change of the
    /// generator changes this value; the checked-in traces are then made again.
    @Test func outputIsFixedForASeed() throws {
        let trace = try generate(options())
        let digest = SHA256.hexDigest(of: trace.fleetCSV() + trace.podsCSV())
        #expect(digest == "81b08629771d42c55025448f3e3409e15e0cd4c562a2d134fb99cf645a0c137f")
        #expect(trace.podsCSV() == (try generate(options())).podsCSV())
        var other = options()
        other.seed = 12
        #expect(trace.podsCSV() != (try generate(other)).podsCSV())
    }

    @Test func countsComeOutAsAsked() throws {
        let trace = try generate(options())
        let contents = TraceContents(trace)
        #expect(trace.nodes.count == 12)
        #expect(contents.queuedPods == 400)
        #expect(contents.residentPods > 0)
        #expect(contents.shapes <= 40)
        #expect((80...170).contains(contents.gangPods), "\(contents.gangPods) of 400 pods in gangs, asked for 30 %")
        let byKey = Dictionary(grouping: trace.nodes) { $0.labels["accelerator"] ?? "" }.mapValues(\.count)
        #expect(byKey == ["nvidia": 6, "cambricon": 3, "iluvatar": 3])
        #expect(zip(trace.pods.arrivalMs, trace.pods.arrivalMs.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func manyClassesAreDistinct() throws {
        var many = options()
        many.pods = 20_000
        many.classes = 600
        many.prefillShare = 0
        // Seldom asked classes may not be drawn at all.
        let contents = TraceContents(try generate(many))
        #expect((520...600).contains(contents.shapes), "\(contents.shapes)")
    }

    @Test func changingPodsKeepsTheFleet() throws {
        var other = options()
        other.pods = 10
        other.arrivalProcess = .poisson
        #expect(try generate(options()).fleetCSV() == generate(other).fleetCSV())
    }

    @Test func everyKnownVendorCanBeGenerated() throws {
        let catalog = try traceCatalog()
        for key in Set(catalog.vendors.map(\.traceProfile.key)).sorted() {
            var options = GeneratorOptions()
            options.nodes = 8
            options.vendors = [(key, 1)]
            options.pods = 60
            options.classes = 12
            let trace = try TraceGenerator.generate(options, catalog: catalog)
            let summary = try Replay(trace, catalog: catalog).run(clock: steppingClock())
            #expect(summary.placed > 0, "no pod of \(key) found a place")
            #expect(summary.placed + summary.rejected == 60)
        }
    }

    @Test func presetHasTheOriginalsMix() throws {
        var options = GeneratorOptions()
        options.preset = .gpuShare2023
        options.nodes = GeneratorOptions.Preset.gpuShare2023.nodes
        options.pods = 100
        let trace = try generate(options)
        let contents = TraceContents(trace)
        #expect(trace.nodes.count == 1213)
        #expect(contents.groups.reduce(0) { $0 + $1.devices } == 6212)
        #expect(contents.cpuMilli == 107_018_000)
        #expect(contents.memoryMiB == 503_828_480)
    }

    @Test func refusesWhatMakesNoSense() throws {
        let changes: [(inout GeneratorOptions) -> Void] = [
            { $0.nodes = 0 }, { $0.pods = -1 }, { $0.classes = 0 }, { $0.devicesPerNode = 129 }, { $0.vendors = [] },
            { $0.vendors = [("nvidia", 0)] }, { $0.vendors = [("nobody", 1)] },
            { $0.vendors = [("nvidia", 1), ("nvidia", 1)] }, { $0.arrivalsPerHour = 0 }, { $0.arrivalsPerHour = .nan },
            { $0.meanDurationMinutes = -1 }, { $0.prefillShare = 1.5 }, { $0.gangShare = .nan },
        ]
        for (number, change) in changes.enumerated() {
            var bad = options()
            change(&bad)
            #expect(throws: GeneratorError.self, "change \(number)") { try generate(bad) }
        }
    }

    @Test func sharesAddUp() {
        #expect(TraceGenerator.apportion(10, weights: [1, 1, 1]) == [4, 3, 3])
        #expect(TraceGenerator.apportion(7, weights: [5, 2, 0]) == [5, 2, 0])
        #expect(TraceGenerator.apportion(0, weights: [3]) == [0])
    }
}

@Suite struct SeededGeneratorTests {
    /// Reference values of splitmix64-seeded xoshiro256** for seed 0.
    @Test func drawsAreThoseOfTheAlgorithm() {
        var generator = SeededGenerator(seed: 0)
        #expect(
            (0..<3).map { _ in generator.next() } == [11091344671253066420, 13793997310169335082, 1900383378846508768])
    }

    @Test func drawsStayInRangeAndSpread() {
        var generator = SeededGenerator(seed: 3)
        var counts = Array(repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[generator.below(7)] += 1 }
        #expect(counts.allSatisfy { (9500...10_500).contains($0) }, "\(counts)")
        var sum = 0.0
        for _ in 0..<50_000 { sum += generator.exponential(mean: 10) }
        #expect(abs(sum / 50_000 - 10) < 0.3)
        sum = 0
        for _ in 0..<200_000 { sum += generator.lognormal(mean: 10, sigma: 1) }
        #expect(abs(sum / 200_000 - 10) < 0.5)
    }

    @Test func weightsAreFollowed() {
        var generator = SeededGenerator(seed: 5)
        let table = AliasTable(weights: [1, 2, 5, 8])
        var counts = Array(repeating: 0, count: 4)
        for _ in 0..<160_000 { counts[table.draw(&generator)] += 1 }
        for (count, expected) in zip(counts, [10_000, 20_000, 50_000, 80_000]) {
            #expect(abs(count - expected) < expected / 20 + 300, "\(counts)")
        }
    }

    @Test func logarithmsAndPowersAreRight() {
        for (x, expected) in [
            (1.0, 0.0), (2.718281828459045, 1.0), (10.0, 2.302585092994046), (1e-9, -20.72326583694641),
        ] {
            #expect(abs(PortableMath.log(x) - expected) < 1e-13)
            #expect(abs(PortableMath.exp(expected) - x) < x * 1e-13)
        }
    }
}
