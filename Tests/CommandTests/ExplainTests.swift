import BulkJSON
import Testing

/// `berth explain` on the small fleet of the place tests.
@Suite struct Explain {
    private static let files = ["--nodes", "nodes.yaml", "--pods", "pods.yaml"]

    @Test(
        "snapshots",
        arguments: [
            ("explain-placed.txt", ["pair"]), ("explain-rejected.txt", ["default/large"]),
            ("explain-never.txt", ["#4"]), ("explain-denied.txt", ["root"]),
            ("explain.json", ["large", "--output", "json"]),
        ] as [(String, [String])])
    func snapshot(name: String, options: [String]) throws {
        let result = try BerthProcess.run(["explain"] + options + Self.files)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        try Snapshot.expect(result.output, matches: name)
    }

    @Test(
        "bad input ends with 2 and names the pod",
        arguments: [
            (["nobody"] + files, "nobody"), (["#99"] + files, "#99"), (["share"], "trace"),
            (["share", "--trace", "missing"], "missing"), (["share", "--policy", "fast"] + files, "policy 'fast'"),
        ] as [([String], String)])
    func badInput(arguments: [String], word: String) throws {
        let result = try BerthProcess.run(["explain"] + arguments)
        #expect(result.status == 2)
        #expect(result.errors.contains(word))
        #expect(result.output.isEmpty)
    }
}
