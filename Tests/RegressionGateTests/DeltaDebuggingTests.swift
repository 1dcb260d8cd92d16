import PlacementModel
import SeededNumbers
import Testing

/// The minimiser, on predicates made up here.
@Suite struct DeltaDebuggingTests {
    @Test("what matters is what remains", arguments: [[0], [63], [17, 18], [3, 40, 99], [0, 50, 51, 52, 99]])
    func keepsWhatMatters(needed: [Int]) {
        let found = DeltaDebugging.minimise(Array(0..<100)) { part in needed.allSatisfy(part.contains) }
        #expect(found == needed)
    }

    @Test func allMayMatter() {
        let all = Array(0..<9)
        #expect(DeltaDebugging.minimise(all) { $0 == all } == all)
    }

    @Test func nothingMayMatter() {
        #expect(DeltaDebugging.minimise([1, 2, 3]) { _ in true } == [])
        #expect(DeltaDebugging.minimise([Int]()) { _ in true } == [])
    }

    /// Nothing can be left out of the result, even where the predicate is not monotone.
    @Test func resultsAreMinimal() {
        for seed in 0..<60 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let weights = (0..<30).map { _ in generator.below(9) }
            // A sum with a given rest: leaving out one element may undo it, leaving out another may restore it.
            let rest = weights.reduce(0, +) % 5
            func shows(_ part: [Int]) -> Bool { !part.isEmpty && part.reduce(0) { $0 + weights[$1] } % 5 == rest }
            let found = DeltaDebugging.minimise(Array(0..<30), shows: shows)
            #expect(shows(found))
            for place in found.indices where found.count > 1 {
                var less = found
                less.remove(at: place)
                #expect(!shows(less), "seed \(seed): \(found) still shows it without \(found[place])")
            }
        }
    }

    /// One needed element among many is found in about 2 log2 n calls.
    @Test func singleElementsAreFoundByHalving() {
        var calls = 0
        let found = DeltaDebugging.minimise(Array(0..<4096)) { part in
            calls += 1
            return part.contains(2500)
        }
        #expect(found == [2500])
        #expect(calls <= 2 * 12 + 2, "\(calls) calls")
    }

    @Test func errorsReachTheCaller() {
        struct Broken: Error {}
        #expect(throws: Broken.self) { try DeltaDebugging.minimise([1, 2, 3]) { _ in throw Broken() } }
    }
}
