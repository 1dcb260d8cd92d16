import FleetTestSupport
import Foundation
import Testing

/// Random events on random fleets: the index decides as the reference after each of them, whole rounds are taken back bit for bit,
/// and a fleet that hears of the resulting objects in any order decides alike.
///
/// Seeds are new in each run and logged; `BERTH_STORY_SEED=n` repeats one. `Scripts/fleet-stories.sh` tells thousands.
@Suite struct FleetStoryTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seed =
        environment["BERTH_STORY_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...1_000_000_000)

    private static func tell(_ batch: FleetStoryBatch) throws {
        print("stories from seed \(seed): \(batch.stories) of \(batch.nodes) nodes")
        if let failure = try batch.failure(firstSeed: seed, jobs: 2) { Issue.record("\(failure)") }
    }

    @Test func smallFleets() throws { try Self.tell(FleetStoryBatch(stories: 200, nodes: 50, events: 30)) }

    @Test func middleFleets() throws { try Self.tell(FleetStoryBatch(stories: 20, nodes: 200, events: 30)) }

    @Test func largeFleets() throws {
        try Self.tell(FleetStoryBatch(stories: 2, nodes: 2000, events: 20, comparesEvery: 10, podsAfter: 100))
    }
}
