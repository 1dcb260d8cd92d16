import Testing

@testable import PlacementEngine

@Suite("Waiting pods") struct WaitingPodsTests {
    @Test func waitingPodsGoOldestFirstAndWakeInTurn() {
        // Classes 0 and 1 alternate. Class 1 is refused until class 0 has had its second pod; then its later pods only go on,
        // as they would if all had been offered in order.
        var waiting = WaitingPods()
        for sequence in 0..<6 { waiting.append(Int32(sequence), classID: Int32(sequence % 2)) }
        var placed: [Int32] = []
        waiting.offer(
            staysRefused: { $0 == 1 && placed.count < 2 },
            place: { sequence, _ in
                placed.append(sequence)
                return true
            })
        #expect(placed == [0, 2, 3, 4, 5])
        #expect(waiting.all == [1])
        #expect(waiting.count == 1)
        waiting.offer(staysRefused: { _ in false }, place: { _, _ in false })
        #expect(waiting.all == [1])
    }
}
