import FleetTestSupport
import Foundation
import PlacementModel

/// Tells random stories of fleets and says which one fails: `fleet-stories SMALL MIDDLE LARGE [SEED] [JOBS]`.
@main
struct FleetStories {
    static func main() throws {
        let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        guard numbers.count >= 3 else {
            print("usage: fleet-stories SMALL MIDDLE LARGE [SEED] [JOBS]: stories of fleets of 50, 200 and 2,000 nodes")
            exit(2)
        }
        let seed = numbers.count > 3 ? numbers[3] : UInt64.random(in: 1...1_000_000_000)
        let jobs = numbers.count > 4 ? Int(numbers[4]) : 2
        print("first seed \(seed)")
        let batches = [
            FleetStoryBatch(stories: Int(numbers[0]), nodes: 50, events: 500, podsAfter: 1000),
            FleetStoryBatch(stories: Int(numbers[1]), nodes: 200, events: 500, podsAfter: 1000),
            FleetStoryBatch(stories: Int(numbers[2]), nodes: 2000, events: 500, comparesEvery: 10, podsAfter: 1000),
        ]
        for batch in batches where batch.stories > 0 {
            let start = ContinuousClock.now
            if let failure = try batch.failure(firstSeed: seed, jobs: jobs) {
                print(failure)
                exit(1)
            }
            print(
                "\(batch.stories) stories of \(batch.events) events on up to \(batch.nodes) nodes: well, \(start.duration(to: .now))"
            )
        }
    }
}
