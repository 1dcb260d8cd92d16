import FleetTestSupport
import Foundation
import PlacementModel

/// Tells random stories of fleets and says which one fails: `fleet-stories SMALL MIDDLE LARGE [SEED] [JOBS] [EVENTS]`; or lets
/// millions of pods come and go: `fleet-stories soak [LIVES] [NODES]`.
@main
struct FleetStories {
    static func main() throws {
        if CommandLine.arguments.dropFirst().first == "soak" {
            let numbers = CommandLine.arguments.dropFirst(2).compactMap { Int($0) }
            let lives = numbers.first ?? 10_000_000
            var soak = try Soak(nodes: numbers.count > 1 ? numbers[1] : 2000, seed: 7)
            soak.run(lives: lives, marks: [lives / 5, lives])
            return
        }
        let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        guard numbers.count >= 3 else {
            print(
                "usage: fleet-stories SMALL MIDDLE LARGE [SEED] [JOBS] [EVENTS]: stories of fleets of 50, 200, 2,000 nodes"
            )
            exit(2)
        }
        let seed = numbers.count > 3 ? numbers[3] : UInt64.random(in: 1...1_000_000_000)
        let jobs = numbers.count > 4 ? Int(numbers[4]) : 2
        let events = numbers.count > 5 ? Int(numbers[5]) : 500
        print("first seed \(seed)")
        let batches = [
            FleetStoryBatch(stories: Int(numbers[0]), nodes: 50, events: events, podsAfter: 1000),
            FleetStoryBatch(stories: Int(numbers[1]), nodes: 200, events: events, podsAfter: 1000),
            FleetStoryBatch(stories: Int(numbers[2]), nodes: 2000, events: events, comparesEvery: 10, podsAfter: 1000),
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
