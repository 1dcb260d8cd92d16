import BulkJSON
import Foundation
import Testing

/// `berth bench record`, `berth compare` and `berth bench history` as processes.
@Suite struct Gate {
    private static let some = ["--size", "smoke", "--only", "kernel/select/*", "place/gpu-share/BestFit"]

    /// Records once; the tests work on copies.
    private static let record = Result {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let result = try berth.run(["bench", "record", "--samples", "5", "--output", "r.json"] + some)
        try #require(result.status == 0, "\(result.errors)")
        return try String(contentsOf: berth.folder.appending(path: "r.json"), encoding: .utf8)
    }

    private static let thresholds = """
        limits:
          - workload: place/*
            quality: coresAllocated
            atLeast: 60
            reason: a sample
        """

    @Test func aBuildEqualsItself() throws {
        let text = try Self.record.get()
        let result = try BerthProcess.run(["compare", "a.json", "b.json"], files: ["a.json": text, "b.json": text])
        #expect(result.status == 0)
        #expect(result.output.contains("no regression: 0 worse"))
    }

    @Test func aChangeOfWorkEndsWithOne() throws {
        let text = try Self.record.get()
        let tree = try JSON(parsing: text)
        let checks = try #require(tree["workloads"]?.array?.last?["counts"]?["exactChecks"]?.int64)
        let more = text.replacing("\"exactChecks\": \(checks)", with: "\"exactChecks\": \(checks + 300)")
        let files = ["a.json": text, "b.json": more]
        let worse = try BerthProcess.run(["compare", "a.json", "b.json"], files: files)
        #expect(worse.status == 1)
        #expect(worse.errors.isEmpty)
        #expect(worse.output.hasPrefix("verdict"))
        #expect(worse.output.contains("+1.000 per pod"))
        let better = try BerthProcess.run(["compare", "b.json", "a.json"], files: files)
        #expect(better.status == 0)
        #expect(better.output.contains("1 better"))
    }

    @Test func limitsStandAlone() throws {
        let files = ["r.json": try Self.record.get(), "t.yaml": Self.thresholds]
        #expect(try BerthProcess.run(["compare", "r.json", "--thresholds", "t.yaml"], files: files).status == 0)
        let strict = Self.thresholds.replacing("60", with: "99.9")
        let result = try BerthProcess.run(
            ["compare", "r.json", "--thresholds", "t.yaml", "--output", "junit"],
            files: ["r.json": files["r.json"] ?? "", "t.yaml": strict])
        #expect(result.status == 1)
        #expect(result.output.contains("<failure message="))
    }

    @Test(
        "bad input ends with 2",
        arguments: [
            (["compare", "r.json", "none.json"], "none.json: cannot be read"),
            (["compare", "r.json", "pods.yaml"], "pods.yaml: "),
            (["compare", "r.json"], "needs --thresholds"),
            (["compare", "r.json", "--thresholds", "empty.yaml"], "has no limits"),
            (["compare", "r.json", "r.json", "--thresholds", "bad.yaml"], "bad.yaml:1: default: unknown"),
            (["bench", "record", "--output", "x.json", "--only", "nothing"], "no workload is named nothing"),
            (["bench", "record", "--output", "x.json", "--trace", "nowhere"], "nowhere"),
            (["bench", "history", "list", "--history", "pods.yaml"], "pods.yaml: "),
        ])
    func badInput(arguments: [String], problem: String) throws {
        let files = ["r.json": try Self.record.get(), "empty.yaml": "version: 1\n", "bad.yaml": "default: 1\n"]
        let result = try BerthProcess.run(arguments, files: files)
        #expect(result.status == 2)
        #expect(result.errors.contains(problem), "\(result.errors)")
    }

    /// Two processes write records into one new file at the same time; both go in whole.
    @Test func historiesTakeTwoWritersAtOnce() throws {
        let text = try Self.record.get()
        let berth = try BerthProcess()
        defer { berth.remove() }
        let writers = 2
        let each = 12
        var processes: [Process] = []
        for writer in 0..<writers {
            var names: [String] = []
            for number in 0..<each {
                let name = "w\(writer)-\(number).json"
                let subject = "\"subject\": \"writer \(writer) number \(number)\""
                let changed = text.replacing(try Regex(#""subject": ".*""#), with: subject)
                try Data(changed.utf8).write(to: berth.folder.appending(path: name))
                names.append(name)
            }
            let process = berth.process(["bench", "history", "add"] + names + ["--history", "h.sqlite"])
            process.standardOutput = FileHandle.nullDevice
            processes.append(process)
        }
        for process in processes { try process.run() }
        for process in processes {
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let list = try berth.run(["bench", "history", "list", "--history", "h.sqlite"])
        #expect(list.output.split(separator: "\n").count == 1 + writers * each)
        let steps = try berth.run(["bench", "history", "steps", "--history", "h.sqlite"])
        #expect(steps.status == 0)
        #expect(steps.output.hasPrefix("no step in "))
        let plot = try berth.run(["bench", "history", "plot", "--history", "h.sqlite", "--output", "h.html"])
        #expect(plot.status == 0)
        let page = try String(contentsOf: berth.folder.appending(path: "h.html"), encoding: .utf8)
        #expect(page.contains("<svg") && page.contains("writer 1 number 11"))
    }
}
