import Foundation
import Testing

/// The likeliest mistakes of the first ten minutes, each with the message that helps.
@Suite struct MistakeTests {
    struct Mistake: CustomTestStringConvertible {
        var words: [String]
        var message: String
        var status: Int32 = 2
        var testDescription: String { "berth " + words.joined(separator: " ") }

        init(_ line: String, _ message: String, status: Int32 = 2) {
            words = line.split(separator: " ").map { $0.replacingOccurrences(of: "_", with: " ") }
            self.message = message
            self.status = status
        }
    }

    private static let mistakes = [
        // 1. A command misspelt.
        Mistake("explian train-llm s.json", "berth has no command 'explian'; did you mean `berth explain`?"),
        Mistake("trace genrate", "berth trace has no command 'genrate'; did you mean `berth trace generate`?"),
        Mistake("version", "`berth --version` tells the version"),
        Mistake("vendors nvidai", "unknown device type 'nvidai'; did you mean NVIDIA? known are AMD, AWSNeuron,"),
        Mistake("status", "berth has no command 'status'; it has place, explain, whatif, doctor,"),
        // 2. A pod misspelt.
        Mistake("explain train-lm s.json", "no waiting pod is named train-lm; did you mean research/train-llm?"),
        Mistake(
            "explain nothing-like-it s.json",
            "no waiting pod is named nothing-like-it; those that wait are serving/chat-3,"),
        // 3. The wrong namespace.
        Mistake(
            "explain serving/train-llm s.json",
            "no pod train-llm waits in namespace serving; did you mean research/train-llm?"),
        // 4. A pod that runs.
        Mistake(
            "explain pretrain-0 s.json", "research/pretrain-0 runs on a100-1 already; only pods that wait are explained"
        ),
        Mistake("explain pretrain-0 s.json --policy FGD", "research/pretrain-0 runs on a100-1 already"),
        // 5. A node misspelt.
        Mistake("whatif s.json --drain t4-l", "\"t4-l\" is no node of the fleet; did you mean t4-1?"),
        // 6. A label that no node has, or a value.
        Mistake(
            "whatif s.json --remove zone=zone-b",
            "none has the label zone; did you mean topology.kubernetes.io/zone (zone-a, zone-b)?"),
        Mistake(
            "whatif s.json --remove pool=serving",
            "\"pool=serving\" chooses no node of the fleet; pool is general, serve, train"),
        // 7. What kubectl prints for people.
        Mistake(
            "place table.txt", "table.txt: looks like a table of kubectl's, which leaves most out; get it with -o json"),
        Mistake("doctor names.txt", "names.txt: looks like a list of names (-o name); get the objects with -o json"),
        // 8. A file that is packed in a way that is not unpacked, or cut off.
        Mistake("replay s.zip", "s.zip: looks like a zip archive; unpack it first"),
        Mistake("place cut.gz", "cut.gz: looks compressed, and `gzip -dc` could not unpack it"),
        // 9. A path that leads nowhere.
        Mistake("place s.jsn", "s.jsn: no such file or folder; did you mean s.json?"),
        Mistake("replay traces/smok", "traces/smok: no such file or folder; there is no folder traces"),
        // 10. Pods without nodes.
        Mistake(
            "place pods.json",
            "pods.json: holds no node, which is wanted; it has 1 Pod. This makes a snapshot: kubectl get nodes,pods,"),
        Mistake("place", "this makes one: kubectl get nodes,pods,"),
        Mistake("explain s.json", "s.json stands where the pod is named: berth explain POD s.json"),
        Mistake("trace info s.json", "s.json: is a file, not the folder of a trace; `berth trace import` makes one"),
        // 11. A policy misspelt.
        Mistake("replay s.json --policy FDG", "unknown policy 'FDG'; did you mean FGD? known are hami, foresight,"),
        Mistake("place s.json --node-policy sprd", "unknown node policy 'sprd'; did you mean spread?"),
        // 12. An option misspelt.
        Mistake("replay s.json --node-polcy spread", "Unknown option '--node-polcy'. Did you mean '--node-policy'?"),
        // 13. Options that do nothing.
        Mistake(
            "replay s.json --interval 1m", "note: --interval has no effect; it goes with --clock virtual", status: 0),
        Mistake(
            "explain train-llm s.json --seed 3", "note: --seed has no effect; it goes with --policy Random", status: 0),
        // 14. Results of others that are not where they are looked for: said before the work.
        Mistake("sweep s.json --results r.csv --published nowhere", "Error: nowhere: no such file or folder"),
        // 15. A build to compare with that is not there.
        Mistake(
            "compare --ab berth-of-old berth-of-old --trace s.json",
            "berth-of-old is no file, here or on PATH; expected a build of berth"),
    ]

    @Test(arguments: mistakes)
    func message(mistake: Mistake) throws {
        let berth = try BerthProcess([
            "table.txt": "NAME   STATUS   ROLES    AGE\nn1     Ready    <none>   3d\n", "names.txt": "node/n1\npod/p\n",
            "pods.json": #"{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#,
        ])
        defer { berth.remove() }
        let example = BerthProcess.fixtures.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "examples/snapshot.json")
        try FileManager.default.copyItem(at: example, to: berth.folder.appending(path: "s.json"))
        try Data([0x50, 0x4B, 3, 4, 0, 0]).write(to: berth.folder.appending(path: "s.zip"))
        try Data([0x1F, 0x8B, 8, 0]).write(to: berth.folder.appending(path: "cut.gz"))
        let result = try berth.run(mistake.words)
        #expect(result.status == mistake.status)
        #expect(result.errors.contains(mistake.message), "\(result.errors)")
        if mistake.status != 0 { #expect(result.output.isEmpty) }
    }

    /// A build is found on PATH, as a shell finds it.
    @Test func aBuildOnPath() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let made = try berth.run([
            "trace", "generate", "--nodes", "2", "--vendors", "nvidia", "--pods", "3", "--classes", "2", "--output",
            "t",
        ])
        #expect(made.status == 0)
        let process = berth.process(["compare", "--ab", "berth", "berth", "--trace", "t", "--rounds", "4"])
        process.environment?["PATH"] = BerthProcess.binary.deletingLastPathComponent().path
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
