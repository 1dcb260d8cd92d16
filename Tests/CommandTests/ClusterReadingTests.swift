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
        ("--device-policy", "Binpack", "unknown device policy 'Binpack'; known are binpack, spread, mutex"),
        ("--device-policy", "numa,pack", "unknown device policy 'pack'"),
        ("--node-policy", "Spread", "unknown node policy 'Spread'; known are binpack, spread"),
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
