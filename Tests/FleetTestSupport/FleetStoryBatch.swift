import PlacementModel
import VendorCatalog

/// Stories by the dozen: every profile of quotas and threads in turn, and a failing one cut short.
public struct FleetStoryBatch: Sendable {
    public var stories: Int
    public var nodes: Int
    public var events: Int
    public var comparesEvery: Int
    public var podsAfter: Int

    public init(stories: Int, nodes: Int, events: Int, comparesEvery: Int = 1, podsAfter: Int = 200) {
        self.stories = stories
        self.nodes = nodes
        self.events = events
        self.comparesEvery = comparesEvery
        self.podsAfter = podsAfter
    }

    /// Tells the stories of seeds from `firstSeed` on.
    ///
    /// - Parameter jobs: how many are told at a time.
    /// - Returns: the first one that fails, cut to what matters, in words; nil = all are well.
    public func failure(firstSeed: UInt64, jobs: Int) throws -> String? {
        let catalog = try VendorCatalog()
        let found = Problems(count: stories)
        Parallel.forEach(count: stories, jobs: jobs) { number in
            let seed = firstSeed &+ UInt64(number)
            found.note(number, FleetStoryRun.problem(in: story(seed).steps, options(seed), catalog: catalog))
            return true
        }
        guard let (number, problem) = found.first else { return nil }
        return shrunk(firstSeed &+ UInt64(number), problem, catalog)
    }

    private func story(_ seed: UInt64) -> FleetStory {
        FleetStory(
            seed: seed,
            FleetStory.Plot(
                nodes: max(Int(seed >> 2 % 4 + 1) * nodes / 4, 4), events: events,
                podsPerRound: max(12, nodes / 10), hasQuotas: seed & 1 == 0))
    }

    private func options(_ seed: UInt64) -> FleetStoryRun.Options {
        FleetStoryRun.Options(
            threads: seed & 2 == 0 ? 1 : 2, comparesEvery: comparesEvery, podsAfter: podsAfter, seed: seed)
    }

    private func shrunk(_ seed: UInt64, _ problem: String, _ catalog: VendorCatalog) -> String {
        var options = options(seed)
        options.comparesEvery = 1
        let steps = DeltaDebugging.minimise(story(seed).steps) {
            FleetStoryRun.problem(in: $0, options, catalog: catalog) != nil
        }
        let last = FleetStoryRun.problem(in: steps, options, catalog: catalog) ?? problem
        return "seed \(seed) of \(nodes) nodes, \(events) events, \(options.threads) threads: \(problem)\n"
            + "cut to \(steps.count) steps:\n" + steps.map { "  \($0)\n" }.joined() + last
    }
}

/// What went wrong, by story; written from several threads, each at its own place.
private final class Problems: @unchecked Sendable {
    // Sendable: no two threads write one place, and it is read once all have ended.
    private let texts: UnsafeMutableBufferPointer<String?>

    init(count: Int) {
        texts = .allocate(capacity: count)
        texts.initialize(repeating: nil)
    }

    deinit {
        texts.deinitialize()
        texts.deallocate()
    }

    func note(_ number: Int, _ text: String?) { texts[number] = text }

    var first: (number: Int, text: String)? {
        texts.enumerated().first { $0.element != nil }.map { ($0.offset, $0.element!) }
    }
}
