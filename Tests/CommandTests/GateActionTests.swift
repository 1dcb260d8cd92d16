import Foundation
import Testing
import Yams

/// The files that run the gate elsewhere: the workflow, the action for other projects, and the lines the docs give them.
@Suite struct GateAction {
    private static let root = BerthProcess.fixtures.appending(path: "../../..").standardizedFileURL
    private static let actionFolder = root.appending(path: ".github/actions/placement-gate")

    private static func mapping(_ path: String) throws -> [String: Any] {
        let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
        return try #require(try Yams.load(yaml: text) as? [String: Any])
    }

    private static func actionSteps() throws -> [[String: Any]] {
        let runs = try #require(try mapping(".github/actions/placement-gate/action.yml")["runs"] as? [String: Any])
        #expect(runs["using"] as? String == "composite")
        return try #require(runs["steps"] as? [[String: Any]])
    }

    private static func defaults() throws -> [String: String] {
        let inputs = try mapping(".github/actions/placement-gate/action.yml")["inputs"] as? [String: [String: Any]]
        return try #require(inputs).mapValues { $0["default"] as? String ?? "" }
    }

    /// Each step does one thing, its script is valid, and no input is pasted into a script.
    @Test func stepsAreWellFormed() throws {
        let workflow = try Self.mapping(".github/workflows/ci.yml")
        let jobs = try #require(workflow["jobs"] as? [String: [String: Any]])
        var steps = try Self.actionSteps()
        for job in jobs.values { steps += try #require(job["steps"] as? [[String: Any]]) }
        #expect(steps.count > 8)
        for step in steps {
            #expect((step["run"] == nil) != (step["uses"] == nil))
            guard let script = step["run"] as? String else { continue }
            #expect(!script.contains("${{"), "expressions go through env: \(script)")
            let check = try Self.bash(["-n", "-c", script], in: Self.root, environment: [:])
            #expect(check.status == 0, "\(check.errors)")
            for word in script.split(whereSeparator: \.isWhitespace)
            where word.hasPrefix("Scripts/") || word == ".ci/run" {
                let file = Self.root.appending(path: String(word)).path
                #expect(FileManager.default.isExecutableFile(atPath: file), "\(word) is there and may run")
            }
        }
    }

    /// What other projects run is the optimised build. Unoptimised code allocates as it hashes, differently in every process
    /// and by more than the thresholds tolerate.
    private static let binary = ProcessInfo.processInfo.environment["BERTH_RELEASE_BINARY"]

    /// Another project: a folder with a trace, a thresholds file, and the documented workflow, whose steps are run here.
    @Test(.enabled(if: binary != nil, "needs BERTH_RELEASE_BINARY, which make test sets"))
    func anotherProjectsGateWorks() throws {
        let project = try BerthProcess()
        defer { project.remove() }
        let trace = project.folder.appending(path: "trace")
        try FileManager.default.copyItem(at: Self.root.appending(path: "traces/smoke"), to: trace)
        let inputs = try Self.documentedInputs()
        #expect(inputs == ["trace": "trace", "thresholds": "thresholds.yaml"])

        try Self.write(thresholds(atLeast: 40), to: project, "thresholds.yaml")
        let first = try run(inputs, in: project)
        #expect(first.status == 0, "\(first.output)\(first.errors)")
        #expect(first.output.contains("limits only: no regression"))
        #expect(try Self.read(project, "summary.md").contains("Placement gate: no regression"))
        #expect(try Self.read(project, "output.txt") == "report=placement-gate\n")

        try Self.write(thresholds(atLeast: 99), to: project, "thresholds.yaml")
        #expect(try run(inputs, in: project).status == 1)

        // The record left behind becomes the baseline; a later run is compared with it.
        try Self.write(thresholds(atLeast: 40), to: project, "thresholds.yaml")
        let record = try Self.read(project, "placement-gate/record.json")
        try Self.write(record, to: project, "baseline.json")
        #expect(try run(inputs, in: project).status == 0)
        try Self.write(
            record.replacing(try Regex(#""hash": "\w{4}"#), with: #""hash": "ffff"#), to: project, "baseline.json")
        let changed = try run(inputs, in: project)
        #expect(changed.status == 1)
        #expect(changed.output.contains("decisions"))
    }

    private func thresholds(atLeast percent: Int) -> String {
        """
        limits:
          - workload: trace/*
            quality: memoryAllocated
            atLeast: \(percent)
            reason: less would mean that the fleet has become too large for what is queued
        """
    }

    /// What the workflow in the docs hands to the action.
    private static func documentedInputs() throws -> [String: String] {
        let text = try String(contentsOf: root.appending(path: "docs/regression-gate.md"), encoding: .utf8)
        let start = try #require(text.range(of: "```yaml\nname: placement gate\n"))
        let end = try #require(text.range(of: "```\n", range: start.upperBound..<text.endIndex))
        let block = String(text[text.index(start.lowerBound, offsetBy: 8)..<end.lowerBound])
        #expect(block.split(separator: "\n").count == 10)
        let workflow = try #require(try Yams.load(yaml: block) as? [String: Any])
        let jobs = try #require(workflow["jobs"] as? [String: [String: Any]])
        let steps = try #require(jobs["gate"]?["steps"] as? [[String: Any]])
        let step = try #require(steps.first { ($0["uses"] as? String)?.contains("placement-gate") == true })
        let inputs = try #require(step["with"] as? [String: String])
        let known = try defaults()
        for name in inputs.keys { #expect(known[name] != nil, "\(name) is an input") }
        return inputs
    }

    /// Runs the action's shell steps as a runner would; the build step is left out, since the tool is built already.
    private func run(_ given: [String: String], in project: BerthProcess) throws -> BerthProcess.Result {
        var inputs = try Self.defaults().merging(given) { $1 }
        let binary: String = try #require(Self.binary)
        inputs["berth"] = binary
        inputs["samples"] = "1"
        var last = BerthProcess.Result(status: 0, output: "", errors: "")
        for step in try Self.actionSteps() where step["if"] as? String != "inputs.berth == ''" {
            guard let script = step["run"] as? String else { continue }
            var environment = [
                "GITHUB_ACTION_PATH": Self.actionFolder.path,
                "GITHUB_STEP_SUMMARY": project.folder.appending(path: "summary.md").path,
                "GITHUB_OUTPUT": project.folder.appending(path: "output.txt").path,
            ]
            for file in ["summary.md", "output.txt"] { try Self.write("", to: project, file) }
            for (name, value) in step["env"] as? [String: String] ?? [:] {
                var value = value
                for (input, text) in inputs { value = value.replacing("${{ inputs.\(input) }}", with: text) }
                #expect(!value.contains("${{"), "\(name) is filled in")
                environment[name] = value
            }
            last = try Self.bash(
                ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], in: project.folder, environment: environment
            )
            if last.status != 0 { break }
        }
        return last
    }

    private static func write(_ text: String, to project: BerthProcess, _ name: String) throws {
        try Data(text.utf8).write(to: project.folder.appending(path: name))
    }

    private static func read(_ project: BerthProcess, _ name: String) throws -> String {
        try String(contentsOf: project.folder.appending(path: name), encoding: .utf8)
    }

    private static func bash(
        _ arguments: [String], in folder: URL, environment: [String: String]
    ) throws -> BerthProcess.Result {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // The reports are far smaller than a pipe holds.
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        let told = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return BerthProcess.Result(
            status: process.terminationStatus, output: String(decoding: printed, as: UTF8.self),
            errors: String(decoding: told, as: UTF8.self))
    }
}
