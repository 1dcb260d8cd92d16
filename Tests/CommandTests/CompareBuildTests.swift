import BulkJSON
import Foundation
import Testing

/// `berth compare` on builds: the tested one, and scripts that stand for another.
@Suite struct CompareBuildTests {
    private let berth: BerthProcess

    init() throws {
        berth = try BerthProcess()
        _ = try run([
            "trace", "generate", "--nodes", "10", "--devices-per-node", "4", "--vendors", "nvidia=1", "--pods", "40",
            "--classes", "8", "--seed", "3", "--output", "trace",
        ])
    }

    @discardableResult
    private func run(_ arguments: [String]) throws -> BerthProcess.Result { try berth.run(arguments) }

    /// A program that is the tested build except for what the script says.
    private func script(_ name: String, _ text: String) throws -> String {
        let file = berth.folder.appending(path: name)
        try Data(("#!/bin/sh\n" + text + "\n").utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return "./" + name
    }

    private var build: String { BerthProcess.binary.path }

    @Test func equalDecisions() throws {
        defer { berth.remove() }
        let result = try run([
            "compare", "--first-difference", "--trace", "trace", "--new-options", "--engine reference",
        ])
        #expect(result.status == 0)
        #expect(result.output.contains("All decisions on 40 pods are equal."))
        #expect(!FileManager.default.fileExists(atPath: berth.folder.appending(path: "first-difference").path))
    }

    @Test func theFirstDifferenceOfTwoBuilds() throws {
        defer { berth.remove() }
        let new = try script("new", #"exec "\#(build)" "$@" --node-policy spread"#)
        let result = try run(["compare", "--first-difference", build, new, "--trace", "trace", "--shrunk", "small"])
        #expect(result.status == 1)
        #expect(result.errors.isEmpty)
        #expect(result.output.contains("First difference: pod pod-"))
        #expect(result.output.contains("Before the decision:"))
        // The script hides its rules, so this build sees one side depart from its own.
        #expect(result.output.contains("No tie: by this build's rules"))

        // What was saved is a trace that both builds replay, with other decisions.
        let hashes = try [BerthProcess.binary, berth.folder.appending(path: new)].map { binary in
            let process = berth.process(["replay", "small", "--output", "json"])
            process.executableURL = binary
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return try JSON(parsing: text)["decisionHash"]?.string
        }
        #expect(hashes[0] != nil && hashes[0] != hashes[1])

        // A second time it is written over; what is no shrunk trace is not.
        let again = try run([
            "compare", "--first-difference", build, new, "--trace", "trace", "--shrunk", "small", "--output", "json",
        ])
        #expect(again.status == 1)
        let report = try JSON(parsing: again.output)
        #expect(report["firstDifference"]?["kind"]?.string == "node")
        #expect((report["smallestTrace"]?["pods"]?.int64 ?? 99) <= 20)
        #expect((report["smallestTrace"]?["nodes"]?.int64 ?? 99) <= 5)
        #expect(report["firstDifference"]?["nodes"]?.array?.count == 2)
        let other = try run(["compare", "--first-difference", build, new, "--trace", "small", "--shrunk", "trace"])
        #expect(other.status == 2)
        #expect(other.errors.contains("trace: holds something that is no shrunk trace"))
    }

    @Test func shuffledPartsOfTraces() throws {
        defer { berth.remove() }
        let result = try run([
            "compare", "--first-difference", "--trace", "trace", "--replay-options", "--shuffle --seed 9 --limit 30",
            "--new-options", "--device-policy binpack", "--output", "json",
        ])
        #expect(result.status == 1)
        let report = try JSON(parsing: result.output)
        #expect(report["pods"]?.int64 == 30)
        #expect(report["old"]?["options"]?.array?.map(\.string) == ["--seed", "9"])
        #expect(report["firstDifference"]?["kind"]?.string == "devices")
    }

    @Test func buildsInTurn() throws {
        defer { berth.remove() }
        let arguments = ["compare", "--ab", build, build, "--trace", "trace", "--rounds", "4"]
        let result = try run(arguments)
        #expect(result.status == 0)
        #expect(result.output.contains("95 % confidence interval"))
        #expect(!result.output.contains("DECISIONS"))
        let report = try JSON(parsing: try run(arguments + ["--output", "json"]).output)
        #expect(report["decisionsEqual"]?.bool == true)
        #expect(report["time"]?["pairs"]?.int64 == 4)
        #expect(report["counts"]?.array?.isEmpty == false)
    }

    @Test func otherDecisionsAreTold() throws {
        defer { berth.remove() }
        let result = try run([
            "compare", "--ab", "--trace", "trace", "--rounds", "4", "--new-options", "--node-policy spread",
        ])
        #expect(result.status == 0)
        #expect(result.output.contains("DECISIONS DIFFER"))
        #expect(result.output.contains("--first-difference"))
    }

    /// Times that the builds only claim, so that no clock decides the test.
    @Test("the threshold", arguments: [(5.0, Int32(1)), (15.0, Int32(0))])
    func threshold(percent: Double, status: Int32) throws {
        defer { berth.remove() }
        let report = #""decisionHash":"h","placed":3"#
        let old = try script("old", #"echo '{"placementSeconds":1.0,\#(report)}'"#)
        let new = try script("new", #"echo '{"placementSeconds":1.1,\#(report)}'"#)
        let result = try run([
            "compare", "--ab", old, new, "--trace", "trace", "--rounds", "4", "--threshold", "\(percent)",
        ])
        #expect(result.status == status)
        #expect(result.output.contains("SLOWER") == (status == 1))
        #expect(result.output.contains("New takes 1.1000 of old's time"))
    }

    @Test func badInput() throws {
        defer { berth.remove() }
        let failing = try script("failing", "echo no such thing >&2; exit 3")
        let silent = try script("silent", "exit 0")
        let cases: [([String], String)] = [
            (
                ["--ab", "missing", build, "--trace", "trace"],
                "old: missing is no file, here or on PATH; expected a build of berth"
            ),
            (["--ab", build, "trace", "--trace", "trace"], "new: trace is no file"),
            (["--ab", build, "nodes.yaml", "--trace", "trace"], "new: nodes.yaml cannot be executed"),
            (["--ab", build, failing, "--trace", "trace"], "exit code 3: no such thing"),
            (["--ab", build, silent, "--trace", "trace"], "new: the report of berth replay is no JSON"),
            (["--ab", build, build, "--trace", "missing"], "missing"),
            (["--first-difference", build, failing, "--trace", "trace"], "exit code 3: no such thing"),
            (["--first-difference", "--trace", "missing"], "missing"),
            (["--first-difference", "--trace", "trace", "--shrunk", "nodes.yaml"], "nodes.yaml: is no folder"),
            (["--first-difference", "--trace", "trace", "--new-options", "--limit 3"], "must be the same for both"),
            (["--first-difference", "--trace", "trace", "--new-options", "--clock virtual"], "same --clock"),
            (["--first-difference", "--trace", "trace", "--new-options", "--magic"], "Unknown option '--magic'"),
            (["--first-difference", "--trace", "trace", "--old-options", "--output table"], "--output is set by"),
            (["--first-difference", build, "--trace", "trace"], "Name two builds"),
            (["--first-difference"], "--trace FOLDER is needed"),
            (["--ab", "--first-difference", "--trace", "trace"], "choose one"),
            (["--ab", "--trace", "trace", "--rounds", "0"], "--rounds must be"),
            (["--first-difference", "--trace", "trace", "--threshold", "5"], "--threshold belongs to --ab"),
            (["--ab", "--trace", "trace", "--output", "junit"], "as table or json"),
        ]
        for (arguments, problem) in cases {
            let result = try run(["compare"] + arguments)
            #expect(result.status == 2, "\(arguments)")
            #expect(result.errors.contains(problem), "\(arguments): \(result.errors)")
            #expect(result.output.isEmpty)
        }
    }
}
