import BulkJSON
import Foundation
import Testing

/// One way to read a cluster, with one set of options, in all commands.
@Suite struct ClusterReading {
    private static func fixture(_ name: String) -> String {
        (try? String(contentsOf: BerthProcess.fixtures.appending(path: name), encoding: .utf8)) ?? ""
    }

    private static let snapshot = fixture("nodes.yaml") + "\n---\n" + fixture("pods.yaml")
    private static let node = #"{"kind":"Node","metadata":{"name":"a"}}"#
    private static let pod = #"{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#

    /// The command lines that read a snapshot under this name.
    private static func commands(_ name: String) -> [[String]] {
        [
            ["place", name], ["explain", "default/web", name], ["whatif", name, "--drain", "blue"], ["replay", name],
            ["place", "--nodes", name, "--pods", name],
        ]
    }

    /// A snapshot is known by what it holds, not by its name.
    @Test func aFileOfAnyName() throws {
        for command in Self.commands("snapshot") {
            let result = try BerthProcess.run(command, files: ["snapshot": Self.snapshot])
            #expect(result.status == 0, "\(command): \(result.errors)")
            #expect(!result.output.isEmpty)
        }
    }

    /// A folder stands for its files, compressed or not; several files are one cluster.
    @Test func foldersAndSeveralFiles() throws {
        let berth = try BerthProcess(["snapshot": Self.snapshot])
        defer { berth.remove() }
        let folder = berth.folder.appending(path: "cluster/deeper")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Self.fixture("nodes.yaml").utf8).write(to: folder.appending(path: "nodes"))
        try Data(Self.fixture("pods.yaml").utf8).write(to: berth.folder.appending(path: "cluster/pods.yaml"))
        try Data("not read".utf8).write(to: berth.folder.appending(path: "cluster/.hidden"))
        for command in Self.commands("snapshot").prefix(4) {
            let whole = try Self.decided(berth.run(command))
            let folder = command.map { $0 == "snapshot" ? "cluster" : $0 }
            #expect(try Self.decided(berth.run(folder)) == whole, "\(folder)")
            let files = command.flatMap { $0 == "snapshot" ? ["nodes.yaml", "pods.yaml"] : [$0] }
            #expect(try Self.decided(berth.run(files)) == whole, "\(files)")
        }
        try FileManager.default.createDirectory(
            at: berth.folder.appending(path: "empty"), withIntermediateDirectories: true)
        let empty = try berth.run(["place", "empty"])
        #expect(empty.status == 2 && empty.errors.contains("empty: is a folder without a file"), "\(empty.errors)")
    }

    /// What a command printed, without times, memory and the name of the input.
    private static func decided(_ result: BerthProcess.Result) -> [Substring] {
        #expect(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").filter { line in
            !["trace", "throughput", "heap", "peak", "time", "per"].contains { line.hasPrefix($0 + " ") }
        }
    }

    /// Case does not matter where words are chosen from.
    @Test func caseDoesNotMatter() throws {
        let berth = try BerthProcess(["snapshot": Self.snapshot])
        defer { berth.remove() }
        for command in Self.commands("snapshot") {
            let plain = command + ["--node-policy", "spread", "--device-policy", "binpack", "--profile", "fixed"]
            let loud = command + ["--node-policy", "Spread", "--device-policy", "BinPack", "--profile", "FIXED"]
            #expect(try Self.decided(berth.run(plain)) == Self.decided(berth.run(loud)), "\(command)")
        }
        let json = try berth.run(["place", "snapshot", "--output", "JSON"])
        #expect(json.output.hasPrefix("{"))
        let replayed = try berth.run(["replay", "snapshot", "--policy", "bestfit", "--clock", "Backlog"])
        #expect(replayed.output.contains("policy BestFit"), "\(replayed.errors)")
        let explained = try berth.run(["explain", "share", "snapshot", "--policy", "bestfit"])
        #expect(explained.status == 0 && explained.output.hasPrefix("default/share: placed"), "\(explained.errors)")
    }

    /// One snapshot, all commands, with every option that they share: the same pods are placed, on the same nodes.
    @Test(arguments: [
        [], ["--no-admit"], ["--profile", "fixed"], ["--node-policy", "spread"], ["--device-policy", "binpack"],
        ["--device-config", "config.yaml"], ["--policy", "BestFit"], ["--policy", "fgd", "--profile", "fixed"],
        ["--policy", "Random", "--seed", "3"], ["--policy", "foresight"],
    ])
    func allAgree(options: [String]) throws {
        let berth = try BerthProcess([
            // A section that is there gives all names: HAMi fills none in.
            "config.yaml": "nvidia: {resourceCountName: nvidia.com/gpu, resourceMemoryName: nvidia.com/gpumen, "
                + "resourceCoreName: nvidia.com/gpucores, resourcePriorityName: nvidia.com/priority, "
                + "resourceMemoryPercentageName: nvidia.com/gpumem-percentage}\n"
        ])
        defer { berth.remove() }
        let file = BerthProcess.fixtures.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "examples/snapshot.json").path
        let placed = try berth.run(["place", file, "--output", "ndjson"] + options)
        var nodes: [String: String] = [:]
        for line in placed.output.split(separator: "\n") {
            let pod = try JSON(parsing: String(line))
            nodes[try #require(pod["pod"]?.string)] = pod["node"]?.string ?? ""
        }
        #expect(nodes.count == 8 && nodes.values.contains(""))
        let replayed = try berth.run(["replay", file, "--decisions", "decisions.csv"] + options)
        #expect(replayed.status == 0, "\(replayed.errors)")
        let rows = try String(contentsOf: berth.folder.appending(path: "decisions.csv"), encoding: .utf8)
            .split(separator: "\n").dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(Dictionary(uniqueKeysWithValues: rows.map { (String($0[1]), String($0[2])) }) == nodes)
        let asked = try JSON(parsing: berth.run(["whatif", file, "--output", "json"] + options).output)
        #expect(asked["before"]?["placed"]?.int64 == Int64(nodes.values.count { !$0.isEmpty }))
        if options.contains("foresight") { return }
        for (pod, node) in nodes {
            let explained = try JSON(parsing: berth.run(["explain", pod, file, "--output", "json"] + options).output)
            #expect((explained["node"]?.string ?? "") == node, "\(pod)")
        }
        // What the snapshot lacks is told by all of them alike.
        let told =
            try ["place", "whatif", "replay"].map { try berth.run([$0, file] + options).errors }
            + [berth.run(["explain", "train-llm", file] + options).errors]
        #expect(Set(told).count == 1 && told[0].contains("hami.io/node-nvidia-register is missing"), "\(told)")
    }

    /// A policy is refused, or said to do nothing, where it means nothing.
    @Test(arguments: [
        ("place s --policy FGD --explain", 2, "`berth explain POD SNAPSHOT --policy FGD` tells those of a policy"),
        ("place s --policy FGD --annotations", 2, "it goes with --policy hami"),
        ("explain default/web s --policy foresight", 2, "foresight decides a pod together with its queue"),
        (
            "place s --policy FGD --node-policy spread", 0,
            "note: --node-policy has no effect; it goes with --policy hami"
        ),
        ("whatif s --seed 3", 0, "note: --seed has no effect; it goes with --policy Random"),
        ("replay s --seed 3", 0, "note: --seed has no effect; it goes with --shuffle, or --policy Random"),
        ("place --stream --policy FGD", 0, "note: --policy has no effect; it goes with files"),
        ("doctor s --policy FGD", 2, "Unknown option '--policy'"),
    ])
    func policiesThatMeanNothing(line: String, status: Int32, words: String) throws {
        let result = try BerthProcess.run(
            line.split(separator: " ").map(String.init), files: ["s": Self.snapshot], input: "")
        #expect(result.status == status && result.errors.contains(words), "\(result.errors)")
    }

    /// Running pods that ask for devices and say not which are told of by all commands, in the same words.
    @Test func runningPodsWithoutAllocation() throws {
        let bare =
            #"{"kind":"Pod","metadata":{"name":"bare"},"spec":{"nodeName":"blue","containers":[{"name":"c","resources":{"limits":{"nvidia.com/gpu":1}}}]},"status":{"phase":"Running"}}"#
        for command in Self.commands("s") {
            let result = try BerthProcess.run(command, files: ["s": Self.snapshot + "\n---\n" + bare])
            #expect(
                result.errors.contains(
                    "warning: s: Pod default/bare: it runs on blue and asks for devices, but no annotation says which"),
                "\(command): \(result.errors)")
        }
    }

    /// Kinds that the snapshot has none of are named; files of nodes and pods are not meant to be all.
    @Test func whatASnapshotLacks() throws {
        for command in Self.commands("snapshot") {
            let result = try BerthProcess.run(command, files: ["snapshot": Self.snapshot])
            let isWhole = !command.contains("--nodes")
            #expect(
                result.errors.contains("note: no resourcequotas and no namespaces in the snapshot") == isWhole,
                "\(command): \(result.errors)")
        }
    }

    @Test func traceAmongFiles() throws {
        let berth = try BerthProcess(["snapshot": Self.snapshot])
        defer { berth.remove() }
        let made = try berth.run([
            "trace", "generate", "--nodes", "2", "--vendors", "nvidia", "--pods", "3", "--classes", "2", "--output",
            "made",
        ])
        #expect(made.status == 0)
        for (command, words) in [
            (["place", "made"], "made is the folder of a trace; `berth replay made` places its pods"),
            (["doctor", "made"], "made is the folder of a trace, not a snapshot"),
            (["replay", "snapshot", "made"], "made is the folder of a trace; give it alone"),
        ] {
            let result = try berth.run(command)
            #expect(result.status == 2 && result.errors.contains(words), "\(command): \(result.errors)")
        }
        #expect(
            try berth.run(["explain", "#1", "made"]).output == berth.run(["explain", "#1", "--trace", "made"]).output)
    }

    @Test func standardInput() throws {
        for command in Self.commands("-") {
            let result = try BerthProcess.run(command, input: Self.snapshot)
            #expect(result.status == 0, "\(command): \(result.errors)")
        }
    }

    @Test func compressed() throws {
        let berth = try BerthProcess(["snapshot": Self.snapshot])
        defer { berth.remove() }
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/bin/sh")
        gzip.arguments = ["-c", "gzip -c snapshot > packed"]
        gzip.currentDirectoryURL = berth.folder
        try gzip.run()
        gzip.waitUntilExit()
        try #require(gzip.terminationStatus == 0)
        for (plain, packed) in zip(Self.commands("snapshot"), Self.commands("packed")).prefix(3) {
            #expect(try berth.run(plain).output == berth.run(packed).output, "\(plain)")
        }
        try Data([0x1F, 0x8B, 1, 2, 3]).write(to: berth.folder.appending(path: "broken"))
        let broken = try berth.run(["place", "broken"])
        #expect(broken.status == 2)
        #expect(broken.errors.contains("broken: looks compressed, and `gzip -dc` could not unpack it"))
    }

    /// Unknown policies and profiles are refused by every command that decides, in the same words.
    @Test(arguments: [
        ("--device-policy", "best", "unknown device policy 'best'; known are binpack, spread, mutex"),
        ("--device-policy", "Numa,pack", "unknown device policy 'pack'"),
        ("--node-policy", "packed", "unknown node policy 'packed'; known are binpack, spread"),
        ("--profile", "hami", "unknown profile 'hami'; known are hami-2.10.0, fixed"),
    ])
    func oneValidation(option: String, value: String, words: String) throws {
        for command in Self.commands("snapshot") {
            let result = try BerthProcess.run(command + [option, value], files: ["snapshot": Self.snapshot])
            #expect(result.status == 2, "\(command)")
            #expect(result.errors.contains(words), "\(command): \(result.errors)")
            #expect(result.output.isEmpty)
        }
    }

    /// Resource names come from the device configuration in all commands.
    @Test func deviceConfiguration() throws {
        let files = [
            "config.yaml": "nvidia: {resourceCountName: example.com/card, resourceMemoryName: example.com/mem}\n",
            "snapshot": Self.fixture("nodes.yaml")
                + "\n---\n{kind: Pod, metadata: {name: web}, spec: {containers: [{name: c, resources: {limits: "
                + "{example.com/card: 1, example.com/mem: 500}}}]}}\n",
        ]
        for (command, words) in zip(
            Self.commands("snapshot"), ["GPU-b1", "GPU-b1", "PENDING", "placed         1", "GPU-b1"])
        {
            let result = try BerthProcess.run(command + ["--device-config", "config.yaml"], files: files)
            #expect(result.status == 0, "\(command): \(result.errors)")
            #expect(result.output.contains(words), "\(command): \(result.output)")
        }
        let missing = try BerthProcess.run(["place", "snapshot", "--device-config", "none.yaml"], files: files)
        #expect(missing.status == 2 && missing.errors.contains("none.yaml: cannot be read: No such file or directory"))
    }

    /// Having nothing to do is no success, and says why; an empty list is an answer.
    @Test(arguments: [
        ("", "bad: is empty; expected a pod"), ("# nothing\n", "bad: is empty"),
        (
            #"{"kind":"Status","apiVersion":"v1","message":"pods is forbidden"}"#,
            "bad: holds the API server's answer, no pod: pods is forbidden"
        ),
        (
            #"{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"}}"#,
            "bad: holds no pod, which is wanted; it has 1 ConfigMap"
        ),
        (#"{"kind":"Node","metadata":{"name":"b"}}"#, "bad: holds no pod, which is wanted; it has 1 Node"),
    ])
    func nothingToDo(contents: String, words: String) throws {
        let result = try BerthProcess.run(
            ["place", "--nodes", "n.json", "--pods", "bad"], files: ["n.json": Self.node, "bad": contents])
        #expect(result.status == 2)
        #expect(result.errors.contains(words), "\(result.errors)")
        #expect(result.errors.contains("Error: no pod could be read from bad"))
    }

    @Test func noNodes() throws {
        for (contents, words) in [("", "bad: is empty; expected a node"), (Self.pod, "bad: holds no node")] {
            for command in [
                ["place", "--nodes", "bad", "--pods", "p.json"], ["explain", "p", "bad"], ["whatif", "bad"],
            ] {
                let result = try BerthProcess.run(command, files: ["p.json": Self.pod, "bad": contents])
                #expect(result.status == 2, "\(command)")
                #expect(result.errors.contains(words), "\(command): \(result.errors)")
            }
        }
    }

    @Test(arguments: [#"{"kind":"PodList","apiVersion":"v1","items":[]}"#, #"{"kind":"PodList","items":null}"#, "[]"])
    func anEmptyList(contents: String) throws {
        let result = try BerthProcess.run(
            ["place", "--nodes", "n.json", "--pods", "none"], files: ["n.json": Self.node, "none": contents])
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(result.output.contains("0 of 0 pods placed"))
    }

    @Test func workloads() throws {
        let job =
            #"{"kind":"Job","apiVersion":"batch/v1","metadata":{"name":"j"},"spec":{"parallelism":2,"template":{"spec":{"containers":[{"name":"c"}]}}}}"#
        let result = try BerthProcess.run(
            ["place", "--nodes", "n.json", "--pods", "job.json"], files: ["n.json": Self.node, "job.json": job])
        #expect(result.status == 0)
        #expect(result.output.contains("default/j-1") && result.output.contains("2 of 2 pods placed"))
        #expect(result.errors.contains("note: 2 pods made from the template of Job default/j"))
    }

    /// Gates and deletion are told by `place` and `explain` alike.
    @Test func skippedPods() throws {
        let gated =
            #"{"kind":"Pod","metadata":{"name":"p"},"spec":{"schedulingGates":[{"name":"g"}],"containers":[{"name":"c"}]}}"#
        for command in [["place", "s"], ["explain", "p", "s"]] {
            let result = try BerthProcess.run(command, files: ["s": Self.node + "\n" + gated])
            #expect(result.status == 0)
            #expect(
                result.output.contains("skipped: waiting for scheduling gates: [g]"), "\(command): \(result.output)")
        }
    }
}
