import PlacementModel
import Testing

@testable import KubernetesWire

/// Aliases, nesting and keys are bounded wherever they stand.
@Suite struct BoundedYAMLTests {
    /// Each level is ten times the one before it.
    private static func bomb(_ levels: Int, _ line: (_ name: String, _ earlier: String) -> String) -> String {
        (1...levels).map { line("b\($0)", $0 == 1 ? "[x]" : "*b\($0 - 1)") }.joined(separator: "\n") + "\n"
    }

    private static func tens(_ item: String) -> String { Array(repeating: item, count: 10).joined(separator: ",") }

    static let bombs = [
        bomb(12) { "\($0): &\($0) [\(tens($1))]" },
        "m0: &b0 {k: v}\n"
            + (1...12).map { "m\($0): &b\($0) {<<: [\(tens("*b\($0 - 1)"))], k\($0): v}" }
            .joined(separator: "\n"),
        bomb(12) { "\($0): &\($0) [\(tens($1))]" } + "? *b12\n: x\n",
        "kind: List\nb0: &b0 {kind: Pod}\n"
            + (1...12).map { "b\($0): &b\($0) {kind: List, items: [\(tens("*b\($0 - 1)"))]}" }.joined(separator: "\n")
            + "\nitems: [*b12]\n",
    ]

    @Test(arguments: bombs) func bombsAreFoundBeforeTheyUnfold(_ text: String) {
        let error = #expect(throws: YAMLBoundError.self) { try BoundedYAML.compose(text) }
        #expect(error?.problem == "the aliases of the document unfold to too many values")
        var reader = InputReader()
        reader.read(text, source: "f")
        #expect(reader.input.problems.count == 1 && reader.input.pods.isEmpty)
    }

    @Test(arguments: ["[", "{a: ", "- "]) func deepNestingIsFound(_ piece: String) {
        let error = #expect(throws: (any Error).self) {
            try BoundedYAML.compose(String(repeating: piece, count: 100_000))
        }
        // Brackets are looked over by the parser before it says what they are; it has a bound of its own.
        guard let bound = error as? YAMLBoundError else { return #expect(piece == "[") }
        #expect(bound.problem.contains("nested more than \(InputLimits.nesting) deep"))
    }

    @Test func chainsOfAliasesAreNestingToo() {
        let text =
            "b0: &b0 [x]\n" + (1...600).map { "b\($0): &b\($0) [*b\($0 - 1)]" }.joined(separator: "\n") + "\n"
        #expect(throws: YAMLBoundError.self) { try BoundedYAML.compose(text) }
    }

    @Test(arguments: ["? [a]\n: b\n", "? {a: b}\n: c\n", "a: &a [x]\n*a : y\n"])
    func keysAreText(_ text: String) {
        let error = #expect(throws: YAMLBoundError.self) { try BoundedYAML.compose(text) }
        #expect(error?.problem == "expected text as a key, found a list or an object")
    }

    @Test func ordinaryAliasesAreFollowed() throws {
        let root = try #require(
            try BoundedYAML.compose("base: &base {cpu: 1}\npods:\n  - <<: *base\n    name: a\n  - *base\n"))
        let tree = try YAMLValue(root).ownedTree()
        #expect(tree["pods"]?.array?[0]["cpu"]?.int64 == 1 && tree["pods"]?.array?[1]["cpu"]?.int64 == 1)
    }
}
