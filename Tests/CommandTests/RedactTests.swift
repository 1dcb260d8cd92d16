import BulkJSON
import Foundation
import SchedulerSession
import Testing

/// `berth snapshot redact`: no name is left, and every decision is the same.
@Suite struct Redact {
    private static let root = BerthProcess.fixtures.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Outcomes in order, without names.
    private static func outcomes(_ berth: BerthProcess, _ files: [String]) throws -> [String] {
        let result = try berth.run(["place"] + files + ["--output", "ndjson"])
        return try result.output.split(separator: "\n").map { line in
            let pod = try JSON(parsing: String(line))
            let devices =
                pod["devices"]?.array?.map { "\($0["place"]?.int64 ?? -1) \($0["memoryMiB"]?.int64 ?? 0)" } ?? []
            let reasons =
                pod["reasons"]?.array?.map { "\($0["reason"]?.string ?? "") \($0["nodes"]?.int64 ?? 0)" } ?? []
            return "\(pod["outcome"]?.string ?? "") \(pod["score"]?.double ?? 0) \(devices) \(reasons)"
        }
    }

    @Test func decisionsStayAndNamesGo() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let example = Self.root.appending(path: "examples/snapshot.json").path
        let result = try berth.run(["snapshot", "redact", example, "--output", "red.json"])
        #expect(result.status == 0 && result.output.isEmpty && result.errors.isEmpty, "\(result.errors)")
        let outcomes = try Self.outcomes(berth, ["red.json"])
        #expect(outcomes.count == 8)
        #expect(try outcomes == Self.outcomes(berth, [example]))
        let text = try String(contentsOf: berth.folder.appending(path: "red.json"), encoding: .utf8)
        for name in [
            "a100", "t4-", "npu-1", "chat", "research", "serving", "students", "train", "zone-", "TOKEN", "example.com",
            "--port", "0000-4000",
        ] {
            #expect(!text.contains(name), "\(name) is left")
        }
        #expect(text.contains("hami:v2.10.0") && text.contains("kube-system"))
        let again = try berth.run(
            ["snapshot", "redact", "-"], input: String(contentsOf: URL(filePath: example), encoding: .utf8))
        #expect(again.output == text)
    }

    /// A node that stands twice is one node, here as for all other readers.
    @Test func nodesMayStandTwice() throws {
        let node = { (devices: Int) in
            "apiVersion: v1\nkind: Node\nmetadata: {name: gpu-a}\nstatus: {capacity: {kunlunxin.com/xpu: \"\(devices)\"}}\n"
        }
        let berth = try BerthProcess(["a.yaml": node(2) + "---\n" + node(3), "b.yaml": node(2)])
        defer { berth.remove() }
        let result = try berth.run(["snapshot", "redact", "a.yaml", "b.yaml", "a.yaml"])
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(!result.output.contains("gpu-a"))
        #expect(result.output.components(separatedBy: "\"name\": \"node-").count == 6)
    }

    /// Every feature that a manifest can have: the example pods of all vendors on their fleet, and the fixtures.
    @Test func everyVendor() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        for files in [
            [Self.root.appending(path: "examples/fleet.yaml").path, Self.root.appending(path: "examples/pods").path],
            ["nodes.yaml", "pods.yaml"],
        ] {
            #expect(try berth.run(["snapshot", "redact"] + files + ["--output", "red.json"]).status == 0)
            let outcomes = try Self.outcomes(berth, ["red.json"])
            #expect(outcomes.count > 6)
            #expect(try outcomes == Self.outcomes(berth, files))
        }
    }

    @Test func secretsAndUnknownFieldsGo() throws {
        let objects = """
            {"kind":"Secret","metadata":{"name":"s"},"data":{"a":"hidden-1"}}
            {"kind":"Node","metadata":{"name":"n","annotations":{"example.com/note":"hidden-2"}},"spec":{"providerID":"hidden-3"}}
            {"kind":"Pod","metadata":{"name":"p","managedFields":[{"manager":"hidden-4"}]},"spec":{"containers":[{"name":"c",
            "command":["hidden-5"],"env":[{"name":"hidden-6","value":"hidden-7"}],"image":"hidden-8:1"}],
            "volumes":[{"name":"v","configMap":{"name":"hidden-9"}}]},"status":{"message":"hidden-10","podIP":"hidden-11",
            "hostIP":"hidden-12","containerStatuses":[{"name":"c","state":{"terminated":{"message":"hidden-13","exitCode":1}}}]}}
            """
        let result = try BerthProcess.run(["snapshot", "redact", "s"], files: ["s": objects])
        #expect(result.status == 0 && !result.output.contains("hidden"), "\(result.output)")
        #expect(result.output.contains("exitCode"))
        let none = try BerthProcess.run(["snapshot", "redact", "s"], files: ["s": "{}"])
        #expect(
            none.status == 2 && none.errors.contains("no object of a cluster could be read from s"), "\(none.errors)")
    }

    /// A field that a decoder reads is one that redaction knows of.
    @Test func everyFieldThatIsReadIsKnown() throws {
        let folder = Self.root.appending(path: "Sources/Kubernetes/KubernetesWire")
        let decoders = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).filter {
            $0.lastPathComponent.hasSuffix("Decoder.swift") || $0.lastPathComponent == "SchedulingWishes.swift"
        }
        #expect(decoders.count > 8)
        // Words that are no fields: kinds of objects, and values.
        let values: Set = ["Always", "True", "List", "Status", "Never", "Honor"]
        var fields = Set<String>()
        for file in decoders {
            let text = try String(contentsOf: file, encoding: .utf8)
            for line in text.split(separator: "\n") where line.contains("case \"") || line.contains("\" ~= key") {
                for match in line.matches(of: /"([a-z]\w*)"/) { fields.insert(String(match.1)) }
            }
        }
        #expect(fields.count > 60)
        let unknown = fields.subtracting(RedactionRules.known).subtracting(values)
        #expect(unknown.isEmpty, "\(unknown.sorted())")
    }
}
