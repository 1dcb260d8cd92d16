import Foundation
import Testing

/// A sweep that dies without a chance to clean up goes on where it was.
@Suite struct SweepKillTests {
    /// Enough runs, and long enough ones, for a kill to fall among them.
    private static let arguments = [
        "sweep", ".", "--policies", "FGD,BestFit,Random", "--seeds", "1-40", "--tune", "1.2", "--jobs", "2", "--output",
        "csv",
    ]

    private static func files() -> [String: String] {
        var nodes = "sn,cpu_milli,memory_mib,gpu,model\n"
        for number in 0..<60 { nodes += "n\(number),96000,393216,\(number % 3 == 0 ? 8 : 2),G2\n" }
        var pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli\n"
        for number in 0..<200 {
            let milli = [460, 1000, 230, 1000, 810][number % 5]
            pods += "p\(number),\(4000 + number % 7 * 1000),64,\(milli == 1000 ? 1 + number % 2 : 1),\(milli)\n"
        }
        return ["openb_node_list_gpu_node.csv": nodes, "openb_pod_list_a.csv": pods]
    }

    /// Rows written so far, a torn one included.
    private static func rowCount(of file: URL) -> Int {
        max(((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n").count - 1, 0)
    }

    @Test func theTableAfterKillsIsTheOneWithout() throws {
        let berth = try BerthProcess(Self.files())
        defer { berth.remove() }
        let whole = try berth.run(Self.arguments + ["--results", "whole.csv"])
        #expect(whole.status == 0, "\(whole.errors)")
        let results = berth.folder.appending(path: "killed.csv")
        var kills = 0
        for goal in [1, 30, 60] {
            let process = berth.process(Self.arguments + ["--results", "killed.csv"])
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            while process.isRunning && Self.rowCount(of: results) < goal { usleep(2000) }
            if process.isRunning && kill(process.processIdentifier, SIGKILL) == 0 { kills += 1 }
            process.waitUntilExit()
        }
        let known = Self.rowCount(of: results)
        #expect(kills > 0 && known < 120, "no kill fell among the runs: \(kills) kills, \(known) rows")
        let resumed = try berth.run(Self.arguments + ["--results", "killed.csv"])
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.output == whole.output)
        #expect(resumed.output.split(separator: "\n").count == 1 + 120)
        // Nothing was run twice.
        #expect(Self.rowCount(of: results) == 120)
    }
}
