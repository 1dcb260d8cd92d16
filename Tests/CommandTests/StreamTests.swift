import Foundation
import Testing

/// What could not be written is an error on every stream of every command; a reader that has gone is none.
@Suite struct StreamTests {
    /// A command line for every command, in a folder with the fixtures and a record.
    static let commands = [
        "place --nodes nodes.yaml --pods pods.yaml", "place --nodes nodes.yaml --pods pods.yaml --output json",
        "place --nodes nodes.yaml --pods pods.yaml --output ndjson",
        "explain default/share --nodes nodes.yaml --pods pods.yaml",
        "explain default/share --nodes nodes.yaml --pods pods.yaml --output json",
        "whatif both.yaml --add '2x(8x T4)'", "whatif both.yaml --output json", "vendors", "vendors --output json",
        "vendors --markdown", "replay small", "replay small --output json", "trace info small", "trace import --list",
        "trace import --from kubernetes both.yaml --output imported", "trace export small",
        "trace generate --nodes 3 --vendors nvidia --pods 4 --output made",
        "sweep . --policies FGD --seeds 1 --results rows.csv",
        "sweep . --policies FGD --seeds 1 --results rows.csv --output json",
        "sweep . --policies FGD --seeds 1 --results rows.csv --output csv", "ceiling . --seeds 1 --loads 90",
        "ceiling . --seeds 1 --loads 90 --output json", "report run.json --output compared",
        "bench record --list", "bench decode --nodes 5 --rounds 1", "--help", "--version", "help replay",
    ]

    /// Runs a shell line with `$BERTH` in the folder.
    private static func shell(_ line: String, in folder: URL) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(["BERTH": BerthProcess.binary.path]) { $1 }
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// An output that names the command's own stream goes there beside the rest; what stood in its file stays.
    @Test(arguments: [
        ("replay small --decisions /dev/stdout", ["seq,pod,node", "decision hash"]),
        (
            "replay small --decisions /dev/fd/1 --metrics /proc/self/fd/1",
            ["seq,pod,node", "decision hash", "arrived_pods"]
        ),
        ("snapshot redact both.yaml --output /dev/stdout", ["\"kind\": \"List\""]),
        ("trace export small --output link", ["\"kind\""]),
        ("compare record.json record.json --markdown /dev/stdout", ["verdict", "| "]),
    ])
    func outputsMayBeStreams(_ command: String, _ parts: [String]) throws {
        let berth = try Self.berth()
        defer { berth.remove() }
        let seed = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Breaker/Seeds/record.json").path
        let result = try Self.shell(
            """
            cp \(seed) record.json; ln -s /dev/stdout link; echo before > out; $BERTH \(command) >> out 2> errors || exit 9
            test -L link && test -L /dev/stdout && cat out
            """, in: berth.folder)
        #expect(result.status == 0, "\(command): \(result.status) \(result.output)")
        for part in ["before\n"] + parts { #expect(result.output.contains(part), "\(command): \(part)") }
    }

    /// Standard input is an input like any other.
    @Test(arguments: [
        "snapshot redact - --output both.yaml", "replay - --decisions both.yaml", "replay - --metrics link",
        "snapshot redact /dev/stdin --output link", "trace export - --output both.yaml",
        "snapshot redact folder --output folder/b.yaml", "replay folder --decisions folder/b.yaml",
    ])
    func theFileBehindStandardInputIsNotOverwritten(_ command: String) throws {
        let berth = try Self.berth()
        defer { berth.remove() }
        let result = try Self.shell(
            "mkdir folder; ln -s both.yaml link; ln both.yaml folder/b.yaml; cp both.yaml kept; $BERTH \(command) < both.yaml 2>&1 >/dev/null; echo $?; cmp both.yaml kept",
            in: berth.folder)
        #expect(
            result.status == 0 && result.output.contains("would overwrite the input"), "\(command): \(result.output)")
        #expect(result.output.hasSuffix("2\n"))
    }

    private static func berth() throws -> BerthProcess {
        let nodes = "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,T4\nn1,96000,393216,4,G2\n"
        let pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,4000,64,1,460\np1,8000,64,1,1000\n"
        let berth = try BerthProcess(["openb_node_list_gpu_node.csv": nodes, "openb_pod_list_a.csv": pods])
        let prepared = try shell(
            """
            { cat nodes.yaml; echo ---; cat pods.yaml; } > both.yaml &&
            $BERTH trace generate --nodes 3 --vendors nvidia --pods 4 --output small > out.txt &&
            $BERTH replay small --output json > run.json
            """, in: berth.folder)
        try #require(prepared.status == 0, "\(prepared.output)")
        return berth
    }

    @Test func aFullOrClosedOutputIsAnError() throws {
        let berth = try Self.berth()
        defer { berth.remove() }
        for command in Self.commands {
            for (redirection, reason) in [
                (">/dev/full", "standard output: No space left on device"),
                (">&-", "standard output: Bad file descriptor"),
            ] {
                let result = try Self.shell("$BERTH \(command) 2>&1 \(redirection)", in: berth.folder)
                #expect(result.status == 2, "\(command) \(redirection): \(result.status) \(result.output)")
                #expect(result.output.contains(reason), "\(command) \(redirection): \(result.output)")
            }
        }
    }

    @Test func aReaderThatHasGoneEndsItQuietly() throws {
        let berth = try Self.berth()
        defer { berth.remove() }
        let named = ["snapshot redact both.yaml --output /dev/stdout", "replay small --decisions /dev/stdout"]
        for command in Self.commands + named where !command.hasPrefix("sweep") && !command.hasPrefix("ceiling") {
            let piped = try Self.shell(
                "set -o pipefail; { $BERTH \(command) 2>errors.txt; } | true; echo ${PIPESTATUS[0]}; cat errors.txt",
                in: berth.folder)
            let lines = piped.output.split(separator: "\n", maxSplits: 1)
            #expect(["0", "141"].contains(lines.first.map(String.init)), "\(command): \(piped.output)")
            #expect(!piped.output.contains("Error") && !piped.output.contains("Fatal"), "\(command): \(piped.output)")
        }
    }

    @Test func closedErrorsCostNoResult() throws {
        let berth = try Self.berth()
        defer { berth.remove() }
        for command in Self.commands where !command.contains("bench decode") && !command.hasPrefix("replay small") {
            let whole = try Self.shell("$BERTH \(command) 2>/dev/null", in: berth.folder)
            let closed = try Self.shell("$BERTH \(command) 2>&-", in: berth.folder)
            #expect(whole.output == closed.output, "\(command)")
        }
    }

    @Test func warningsThatNobodySawAreNotAllDone() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let line = "$BERTH place --nodes nodes.yaml --pods pods.yaml missing.yaml"
        #expect(try Self.shell("\(line) 2>/dev/null", in: berth.folder).status == 0)
        let result = try Self.shell("\(line) 2>/dev/full", in: berth.folder)
        #expect(result.status == 2 && result.output.contains("3 of 7 pods placed"))
    }

    @Test func warningsAreCapped() throws {
        let pods = (0..<500).map { "{\"kind\":\"Pod\",\"metadata\":{\"name\":\($0)}}" }.joined(separator: "\n")
        let result = try BerthProcess.run(
            ["place", "--nodes", "nodes.yaml", "--pods", "pods.yaml", "bad.json"], files: ["bad.json": pods])
        #expect(result.status == 0)
        #expect(result.errors.split(separator: "\n").count == 101)
        #expect(result.errors.hasSuffix("warning: 400 more warnings are not shown\n"))
    }

    @Test func aFolderIsNoInputStream() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let result = try Self.shell("$BERTH place --stream < . 2>&1", in: berth.folder)
        #expect(result.status == 2 && result.output.contains("standard input: Is a directory"), "\(result.output)")
    }
}
