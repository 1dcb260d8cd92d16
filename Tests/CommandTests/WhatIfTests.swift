import BulkJSON
import Foundation
import Testing

/// `berth whatif` on the small fleet of the place tests, nodes and pods in one file.
@Suite struct WhatIfOutput {
    private static let files: [String: String] = {
        func fixture(_ name: String) -> String {
            (try? String(contentsOf: BerthProcess.fixtures.appending(path: name), encoding: .utf8)) ?? ""
        }
        return [
            "snapshot.yaml": fixture("nodes.yaml") + "\n---\n" + fixture("pods.yaml"),
            "prices.csv": "node,price,max\n2x NVIDIA A100 80G,2500,\n1x NVIDIA A100 80G,1300.50,4\n",
        ]
    }()

    @Test(
        "snapshots",
        arguments: [
            ("whatif-drain.txt", ["--drain", "blue"]), ("whatif-add.txt", ["--add", "2x(2x NVIDIA A100 80G; cpu=64)"]),
            ("whatif-prices.txt", ["--prices", "prices.csv"]),
            ("whatif.json", ["--drain", "blue", "--prices", "prices.csv", "--output", "json"]),
        ] as [(String, [String])])
    func snapshot(name: String, options: [String]) throws {
        let result = try BerthProcess.run(["whatif", "snapshot.yaml"] + options, files: Self.files)
        #expect(result.status == 0)
        #expect(result.errors.split(separator: "\n").count == 1 && result.errors.hasPrefix("note: no resourcequotas"))
        try Snapshot.expect(result.output, matches: name)
    }

    @Test(
        "bad input ends with 2 and says what was expected",
        arguments: [
            (["snapshot.yaml", "--add", "8x Unobtainium"], "known are"),
            (["snapshot.yaml", "--drain", "pink"], "pink"),
            (["snapshot.yaml", "--remove", "zone=moon"], "zone=moon"), (["missing.json"], "missing.json"),
            (["snapshot.yaml", "--prices", "missing.csv"], "missing.csv"), ([], "give a snapshot"),
            (["snapshot.yaml", "--node-policy", "best"], "binpack"),
        ] as [([String], String)])
    func badInput(arguments: [String], words: String) throws {
        let result = try BerthProcess.run(["whatif"] + arguments, files: Self.files)
        #expect(result.status == 2)
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    /// A fleet whose own nodes have the names that made-up ones get.
    @Test(arguments: [
        ["--add", "2x(2x NVIDIA A100 80G)"], ["--prices", "prices.csv"],
        ["--add", "1x(2x NVIDIA A100 80G)", "--prices", "prices.csv"],
    ])
    func namesOfAddedNodesAreFree(options: [String]) throws {
        for name in ["added-1", "offer-1-1", "added+-1"] {
            var files = Self.files
            files["snapshot.yaml"] = files["snapshot.yaml"]?.replacing("name: blue", with: "name: \(name)")
            let result = try BerthProcess.run(["whatif", "snapshot.yaml"] + options, files: files)
            let usual = try BerthProcess.run(["whatif", "snapshot.yaml"] + options, files: Self.files)
            #expect(result.status == 0, "\(name): \(result.errors)")
            #expect(result.output.split(separator: "\n").first == usual.output.split(separator: "\n").first)
        }
    }

    /// Policies place as many pods of a trace as its replay does.
    @Test(arguments: ["hami", "FGD", "GpuPacking", "Random", "foresight"], ["smoke", "gpu-share-2023"])
    func policiesOnTraces(policy: String, trace: String) throws {
        let folder = BerthProcess.fixtures.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "traces/" + trace).path
        let options = ["--policy", policy, "--seed", "5", "--output", "json"]
        let asked = try JSON(parsing: BerthProcess.run(["whatif", folder] + options).output)
        let replayed = try JSON(parsing: BerthProcess.run(["replay", folder] + options).output)
        let placed = try #require(replayed["placed"]?.int64)
        #expect(placed > 500 && asked["before"]?["placed"]?.int64 == placed)
    }

    /// A trace out as a snapshot, and everything that reads one.
    @Test func aTraceGoesOutAndComesBack() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let made = try berth.run([
            "trace", "generate", "--nodes", "6", "--vendors", "nvidia=2,cambricon=1", "--pods", "30", "--classes", "9",
            "--output", "made",
        ])
        #expect(made.status == 0)
        let exported = try berth.run(["trace", "export", "made", "--running", "20", "--output", "cluster.json"])
        #expect(exported.status == 0)
        #expect(exported.output == "cluster.json: 6 nodes, 20 pods running, 10 pending\n")
        let placed = try berth.run(["place", "--nodes", "cluster.json", "--pods", "cluster.json"])
        #expect(placed.status == 0 && placed.errors.isEmpty)
        #expect(placed.output.contains("20 pods running"))
        let replayed = try berth.run(["replay", "cluster.json"])
        #expect(replayed.status == 0 && replayed.output.contains("running"))
        let imported = try berth.run([
            "trace", "import", "--from", "kubernetes", "cluster.json", "--output", "back",
        ])
        #expect(imported.status == 0)
        let explained = try berth.run(["explain", "#3", "--trace", "back"])
        #expect(explained.status == 0 && explained.output.contains("CHECK"))
        let asked = try berth.run(["whatif", "back", "--remove", "accelerator=cambricon"])
        #expect(asked.status == 0)
    }
}
