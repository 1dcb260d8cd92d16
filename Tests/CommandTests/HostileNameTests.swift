import Foundation
import Testing

/// Names from outside draw nothing but themselves, whatever command shows them.
@Suite struct HostileNameTests {
    private static let evil = "x\\n2 of 2 pods placed\\u001b[2K\\u202e\\u001b]0;t\\u0007<b>|=1"

    private static let snapshot = """
        {"kind":"List","items":[
         {"kind":"Node","metadata":{"name":"n\(evil)","labels":{"l":"\(evil)"},
          "annotations":{"hami.io/node-nvidia-register":"[{\\"id\\":\\"G\\\\u001b[31m\\",\\"count\\":10,\\"devmem\\":1000,\\"devcore\\":100,\\"type\\":\\"NVIDIA-A\\\\u001b[1m\\",\\"health\\":true}]"}},
          "spec":{"taints":[{"key":"k\(evil)","effect":"NoSchedule"}]},
          "status":{"allocatable":{"cpu":"8","memory":"64Gi","pods":"110"}}},
         {"kind":"Node","metadata":{"name":"plain"},"status":{"allocatable":{"cpu":"8","memory":"64Gi","pods":"110"}}},
         {"kind":"Pod","metadata":{"name":"p\(evil)","namespace":"s\(evil)"},"spec":{"containers":[{"name":"c\(evil)"}]}},
         {"kind":"Pod","metadata":{"name":"q"},"spec":{"containers":[{"name":"c\(evil)",
          "resources":{"limits":{"nvidia.com/gpu":1,"e\(evil)":"1"}}}]}},
         {"kind":"Pod","metadata":{"name":"r"},"spec":{"nodeName":"gone\(evil)","containers":[{"name":"c"}]}},
         {"kind":"Thing\(evil)","metadata":{"name":"t"}}]}
        """

    private static func isClean(_ text: String) -> Bool {
        !text.unicodeScalars.contains { scalar in
            scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || (0x7f...0x9f).contains(scalar.value)
                || scalar == "\u{202e}"
        }
    }

    @Test(arguments: [
        "place --nodes k.json --pods k.json", "place --nodes k.json --pods k.json --explain --annotations",
        "explain #0 --nodes k.json", "explain #1 --nodes k.json", "explain nobody --nodes k.json",
        "whatif k.json --add 1x(cpu=4)", "whatif k.json --drain plain", "replay k.json", "explain #0 --trace k.json",
        "trace import --from kubernetes k.json --output t",
    ])
    func terminals(_ line: String) throws {
        let result = try BerthProcess.run(line.split(separator: " ").map(String.init), files: ["k.json": Self.snapshot])
        for text in [result.output, result.errors] {
            #expect(Self.isClean(text), "\(line): \(text.debugDescription)")
            #expect(!text.split(separator: "\n").contains { $0.hasPrefix("2 of 2 pods placed") }, "\(line)")
        }
    }

    @Test func traceFilesAndReports() throws {
        let berth = try BerthProcess(["k.json": Self.snapshot])
        defer { berth.remove() }
        _ = try berth.run(["trace", "import", "--from", "kubernetes", "k.json", "--output", "t"])
        let info = try berth.run(["trace", "info", "t"])
        #expect(info.status == 0 && Self.isClean(info.output), "\(info.errors)")
        let replay = try berth.run(["replay", "t", "--report", "r", "--decisions", "d.csv"])
        #expect(replay.status == 0 && Self.isClean(replay.output))
        let compared = try berth.run(["report", "r/run.json", "r/run.json", "--output", "c"])
        #expect(compared.status == 0)
        for page in ["r/report.html", "c/report.html"] {
            let text = try String(contentsOf: berth.folder.appending(path: page), encoding: .utf8)
            #expect(Self.isClean(text) && !text.contains("<b>|"), "\(page)")
        }
    }

    @Test func cellsAreNoFormulas() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let fleet =
            "node,cpu_milli,memory_mib,pods_max,vendor,model,devices,slots,device_memory_mib,device_cores,numa_nodes,labels,taints\n=cmd|n,8000,16384,10,,,,,,,,,\n"
        let pods =
            "name,namespace,arrival_ms,duration_ms,cpu_milli,memory_mib,limits,annotations,node_selector,gang,gang_size,placed_on\n@sum(1),a,0,,1,1,,,,,,\n"
        let trace = berth.folder.appending(path: "t")
        try FileManager.default.createDirectory(at: trace, withIntermediateDirectories: true)
        try Data(fleet.utf8).write(to: trace.appending(path: "fleet.csv"))
        try Data(pods.utf8).write(to: trace.appending(path: "pods.csv"))
        func digest(_ name: String) throws -> String {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/sha256sum")
            process.arguments = [trace.appending(path: name).path]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            return String(text.prefix(64))
        }
        let json = """
            {"format":"berth-trace","formatVersion":1,"name":"=t","origin":"o","licence":"l","deviceModel":"hami",
             "checksums":{"fleet.csv":"\(try digest("fleet.csv"))","pods.csv":"\(try digest("pods.csv"))"}}
            """
        try Data(json.utf8).write(to: trace.appending(path: "trace.json"))
        let result = try berth.run(["replay", "t", "--decisions", "d.csv"])
        #expect(result.status == 0, "\(result.errors)")
        let rows = try String(contentsOf: berth.folder.appending(path: "d.csv"), encoding: .utf8)
        #expect(rows == "seq,pod,node,gpu_index\n0,'@sum(1),'=cmd|n,\n")
    }
}
