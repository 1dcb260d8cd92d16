import BulkJSON
import Foundation
import Testing

/// `berth place` on a small fleet, in every form of output.
@Suite struct Place {
    private static let files = ["place", "--nodes", "nodes.yaml", "--pods", "pods.yaml", "--redact-time"]

    @Test(
        "snapshots",
        arguments: [
            ("place.txt", []), ("place-explain.txt", ["--explain"]), ("place-annotations.txt", ["--annotations"]),
            ("place.json", ["--output", "json", "--annotations", "--explain"]),
            ("place.ndjson", ["--output", "ndjson"]), ("place-spread.txt", ["--node-policy", "spread", "--no-admit"]),
        ] as [(String, [String])])
    func snapshot(name: String, options: [String]) throws {
        let result = try BerthProcess.run(Self.files + options)
        #expect(result.status == 0)
        #expect(result.errors.isEmpty)
        try Snapshot.expect(result.output, matches: name)
    }

    /// The same objects as JSON lines on standard input, in one file.
    @Test func standardInput() throws {
        let node = #"{"kind":"Node","metadata":{"name":"a"}}"#
        let pod = #"{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#
        let result = try BerthProcess.run(
            ["place", "--nodes", "-", "--pods", "-", "--output", "ndjson"], input: node + "\n" + pod + "\n")
        #expect(result.status == 0)
        #expect(result.output == #"{"pod":"default/p","outcome":"placed","node":"a","score":0,"devices":[]}"# + "\n")
    }

    @Test func deviceConfiguration() throws {
        let configuration = "nvidia:\n  resourceCountName: example.com/card\n  resourceMemoryName: example.com/mem\n"
        let pod = """
            {"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[
            {"name":"c","resources":{"limits":{"example.com/card":1,"example.com/mem":500}}}]}}
            """
        let result = try BerthProcess.run(
            [
                "place", "--nodes", "nodes.yaml", "--pods", "p.json", "--device-config", "config.yaml", "--output",
                "ndjson",
            ],
            files: ["config.yaml": configuration, "p.json": pod])
        #expect(result.status == 0)
        #expect(result.output.contains(#""id":"GPU-b1""#))
    }

    // MARK: --stream

    @Test func streamSkipsBadLines() throws {
        let good = #"{"nodes":[{"metadata":{"name":"a"}}],"pods":[{"metadata":{"name":"p"},"spec":{}}]}"#
        let result = try BerthProcess.run(
            ["place", "--stream"], input: "{\n\(good)\n\n{\"nodes\":7}\n\(good)")
        #expect(result.status == 2)
        let answers = result.output.split(separator: "\n").map(String.init)
        #expect(answers.count == 4)
        #expect(
            answers.first == #"{"error":"syntax error at column 2: the text ends where a key in quotes was expected"}"#)
        #expect(answers.dropFirst(2).first == #"{"error":"nodes: expected a list"}"#)
        let errors = result.errors.split(separator: "\n")
        #expect(errors.count == 2)
        #expect(errors.first?.hasPrefix("standard input:1: ") == true)
        #expect(errors.last == "standard input:4: nodes: expected a list")
    }

    /// Every line is answered before the next one comes.
    @Test func streamAnswersAtOnce() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let process = berth.process(["place", "--stream"])
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        for _ in 0..<3 {
            input.fileHandleForWriting.write(Data(#"{"nodes":[],"pods":[]}"#.utf8 + [10]))
            var line = Data()
            while line.last != 10 {
                let chunk = output.fileHandleForReading.availableData
                try #require(!chunk.isEmpty, "the stream ended early")
                line += chunk
            }
            #expect(String(decoding: line, as: UTF8.self) == "{\"registered\":{},\"results\":[]}\n")
        }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
