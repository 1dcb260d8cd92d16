import Foundation
import Testing
import Yams

/// Sweeps cut into shards for other machines, and their results joined.
@Suite struct SweepPlanTests {
    private static let files = [
        "openb_node_list_gpu_node.csv":
            "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,T4\nn1,96000,393216,4,G2\nn2,96000,393216,4,G2\n",
        "openb_pod_list_a.csv":
            "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,4000,64,1,460\np1,8000,64,1,1000\np2,2000,64,0,0\n",
        "openb_pod_list_b.csv":
            "name,cpu_milli,memory_mib,num_gpu,gpu_milli\nq0,4000,64,1,300\nq1,4000,64,2,1000\n",
    ]
    private static let arguments = [".", "--policies", "FGD,Random,BestFit", "--seeds", "9,3-5", "--tune", "1.2"]
    private static let shards = 5

    private func planned() throws -> BerthProcess {
        let berth = try BerthProcess(Self.files)
        let result = try berth.run(
            ["sweep"] + Self.arguments + [
                "--plan", "my plan", "--shards", "\(Self.shards)", "--image", "example/berth:1",
            ])
        #expect(result.status == 0, "\(result.errors)")
        return berth
    }

    private func runShard(_ number: Int, _ berth: BerthProcess) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        // From another folder, as a batch system would.
        process.currentDirectoryURL = FileManager.default.temporaryDirectory
        process.arguments = [berth.folder.appending(path: "my plan/shard.sh").path, "\(number)"]
        process.environment = ProcessInfo.processInfo.environment.merging(["BERTH": BerthProcess.binary.path]) { $1 }
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test(arguments: ["csv", "table", "json"]) func shardsJoinToTheOneMachineTable(_ output: String) throws {
        let berth = try planned()
        defer { berth.remove() }
        for number in (1...Self.shards).reversed() { #expect(try runShard(number, berth) == 0) }
        let merged = try berth.run(["sweep", "--merge", "my plan", "--output", output])
        // The same runs with everything named in another order.
        let alone = try berth.run(
            ["sweep", ".", "--policies", "BestFit,FGD,Random", "--seeds", "3-5,9", "--tune", "1.2", "--jobs", "2"]
                + ["--pods-variant", "b,a", "--results", "alone.csv", "--output", output])
        #expect(merged.status == 0 && alone.status == 0)
        #expect(merged.output == alone.output)
        #expect(output != "csv" || alone.output.split(separator: "\n").count == 1 + 2 * 3 * 4)
    }

    @Test func missingRunsAreNamedByShard() throws {
        let berth = try planned()
        defer { berth.remove() }
        for number in [1, 2, 4] { #expect(try runShard(number, berth) == 0) }
        let merged = try berth.run(["sweep", "--merge", "my plan"])
        #expect(merged.status == 2)
        #expect(merged.output.isEmpty)
        #expect(merged.errors.contains("9 of 24 runs are missing; run again shards 3 (5 missing), 5 (4 missing)"))
    }

    @Test func aPlanIsNotOverwritten() throws {
        let berth = try planned()
        defer { berth.remove() }
        let again = try berth.run(["sweep"] + Self.arguments + ["--plan", "my plan"])
        #expect(again.status == 2)
        #expect(again.errors.contains("holds a plan already"))
    }

    @Test func theKubernetesManifestIsAnIndexedJobOverTheShards() throws {
        let berth = try planned()
        defer { berth.remove() }
        let text = try String(contentsOf: berth.folder.appending(path: "my plan/kubernetes.yaml"), encoding: .utf8)
        let job = try #require(try Yams.load(yaml: text) as? [String: Any])
        #expect(job["apiVersion"] as? String == "batch/v1" && job["kind"] as? String == "Job")
        let spec = try #require(job["spec"] as? [String: Any])
        #expect(spec["completionMode"] as? String == "Indexed")
        #expect(spec["completions"] as? Int == Self.shards)
        let parallelism = try #require(spec["parallelism"] as? Int)
        #expect((1...Self.shards).contains(parallelism))
        let pod = try #require((spec["template"] as? [String: Any])?["spec"] as? [String: Any])
        #expect(["Never", "OnFailure"].contains(pod["restartPolicy"] as? String))
        let container = try #require((pod["containers"] as? [[String: Any]])?.first)
        #expect(container["image"] as? String == "example/berth:1")
        let command = try #require(container["command"] as? [String])
        #expect(command.prefix(2) == ["sh", "-c"] && command[2].contains("JOB_COMPLETION_INDEX + 1"))
        let mounts = try #require(container["volumeMounts"] as? [[String: Any]])
        let volumes = try #require(pod["volumes"] as? [[String: Any]])
        #expect(mounts.map { $0["name"] as? String } == volumes.map { $0["name"] as? String })
        #expect(command[2].contains((mounts[0]["mountPath"] as? String ?? "?") + "/shard.sh"))
    }

    @Test func theSlurmScriptIsAnArrayOverTheShards() throws {
        let berth = try planned()
        defer { berth.remove() }
        let text = try String(contentsOf: berth.folder.appending(path: "my plan/slurm.sh"), encoding: .utf8)
        #expect(text.hasPrefix("#!/bin/sh\n"))
        #expect(text.contains("#SBATCH --array=1-\(Self.shards)\n"))
        #expect(text.contains("\"$SLURM_ARRAY_TASK_ID\""))
    }

    private static let hasSlurm = ["slurmctld", "slurmd", "munged"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/sbin/\($0)")
    }

    /// The planned array on a real Slurm of one node, on loopback.
    @Test(.enabled(if: hasSlurm, "Slurm is not installed (slurmctld slurmd slurm-client munge)"))
    func slurmRunsThePlan() throws {
        let berth = try planned()
        defer { berth.remove() }
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Scripts/slurm-sweep-check.sh")
        let process = berth.process(["slurm", BerthProcess.binary.path, "my plan"] + Self.arguments)
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments?[0] = script.path
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.contains("equal: 24 runs"))
    }
}
