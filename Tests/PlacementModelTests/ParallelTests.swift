import PlacementModel
import Synchronization
import Testing

@Suite struct ParallelLoops {
    @Test("Chunks cover the range once, in order of their numbers", arguments: [0, 1, 63, 64, 65, 1000, 4097])
    func chunks(count: Int) {
        for threads in 1...3 {
            let found = Mutex<[Int: Range<Int>]>([:])
            Parallel.forEachChunk(of: 5..<(5 + count), minimum: 64, Parallelism(threads: threads)) { chunk, range in
                found.withLock { $0[chunk] = range }
            }
            let ranges = found.withLock { $0 }
            #expect((0..<ranges.count).flatMap { Array(ranges[$0] ?? 0..<0) } == Array(5..<(5 + count)))
            #expect((0..<ranges.count).dropLast().allSatisfy { ranges[$0]!.count >= 64 })
        }
    }

    @Test("Work ends early when a piece says so")
    func stop() {
        let done = Atomic(0)
        Parallel.forEach(count: 1000, jobs: 1) { piece in
            done.add(1, ordering: .relaxed)
            return piece < 9
        }
        #expect(done.load(ordering: .relaxed) == 10)
        #expect(Parallelism(threads: 0).threads == 1)
    }
}
