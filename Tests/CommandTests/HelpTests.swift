import Testing

/// Every command explains itself, with an example.
@Suite struct Help {
    static let commands = [
        ["explain"], ["sweep"], ["whatif"], ["doctor"], ["snapshot"], ["snapshot", "redact"], ["trace", "export"],
        ["place"], ["vendors"], ["replay"], ["report"],
        ["ceiling"], ["trace"], ["trace", "generate"], ["trace", "import"], ["trace", "info"],
        ["bench"],
        ["bench", "decode"], ["bench", "record"], ["bench", "history"], ["bench", "history", "add"],
        ["bench", "history", "list"], ["bench", "history", "plot"], ["bench", "history", "steps"], ["compare"],
    ]

    @Test func overview() throws {
        let result = try BerthProcess.run(["--help"])
        #expect(result.status == 0)
        try Snapshot.expect(result.output, matches: "help-berth.txt")
    }

    @Test("help of a command", arguments: commands)
    func command(words: [String]) throws {
        let result = try BerthProcess.run(words + ["--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("Example"))
        #expect(result.output.contains("  berth " + words.joined(separator: " ")))
        try Snapshot.expect(result.output, matches: "help-\(words.joined(separator: "-")).txt")
    }

    @Test func version() throws {
        let result = try BerthProcess.run(["--version"])
        #expect(result.status == 0)
        #expect(result.output.wholeMatch(of: /berth 0\.1\.0( \([0-9a-z.-]+\))?\n/) != nil, "\(result.output)")
    }

    @Test(
        "bad usage ends with 2",
        arguments: [
            ["nonsense"], ["--nonsense"], ["place"], ["place", "--nodes", "nodes.yaml"],
            ["place", "--stream", "--nodes", "nodes.yaml"],
            ["place", "--nodes", "nodes.yaml", "--pods", "pods.yaml", "--output", "xml"],
            ["place", "--nodes", "nodes.yaml", "--pods", "pods.yaml", "--profile", "hami-1"],
            ["place", "--nodes", "nodes.yaml", "--pods", "pods.yaml", "--node-policy", "random"],
            ["place", "--nodes", "nodes.yaml", "--pods", "pods.yaml", "--device-policy", "numa,best"],
            ["place", "--nodes", "nodes.yaml", "--pods", "pods.yaml", "--engine", "magic"],
            ["ceiling"], ["ceiling", "trace", "--loads", "100,90"], ["ceiling", "trace", "--loads", "90,x"],
            ["ceiling", "trace", "--policies", "Best"], ["ceiling", "trace", "--seeds", "3-1"],
        ])
    func badUsage(arguments: [String]) throws {
        let result = try BerthProcess.run(arguments)
        #expect(result.status == 2)
        #expect(result.errors.hasPrefix("Error: "))
        #expect(result.output.isEmpty)
    }
}
