import PlacementModel
import Testing

@Suite struct TimeQueueTests {
    @Test func whatIsDueLeavesInOrder() {
        var queue = TimeQueue<Int>()
        let times: [Int64] = (0..<200).map { (number: Int64) -> Int64 in number * number * 31 % 19 + number % 2 }
        for (number, time) in times.enumerated() { queue.add(number, at: time) }
        var seen: [Int] = []
        for time in 0..<20 as Range<Int64> {
            while let next = queue.removeFirst(by: time) {
                #expect(next.time == time)
                seen.append(next.element)
            }
        }
        // Those of one time leave in the order in which they came.
        #expect(seen == times.indices.sorted { (times[$0], $0) < (times[$1], $1) })
        #expect(queue.firstTime == nil && queue.removeFirst(by: .max) == nil)
    }
}
