import Foundation
import Testing
@testable import TraceImport

/// The script that fetches public traces, as far as it goes without a network.
@Suite struct FetchScriptTests {
    private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    private let script = packageFolder + "/traces/fetch-public.sh"

    @Test func isGoodShell() throws {
        let result = try run(["-n", script])
        #expect(result.status == 0 && result.output.isEmpty, "\(result.output)")
    }

    @Test func listsEverySource() throws {
        let result = try run([script, "--list"])
        #expect(result.status == 0)
        let blocks = result.output.split(separator: "\n").reduce(into: [[Substring]]()) { blocks, line in
            if line.first == " " { blocks[blocks.count - 1].append(line) } else { blocks.append([line]) }
        }
        #expect(blocks.map { String($0[0]) } == TraceSources.all.map(\.name))
        for (block, source) in zip(blocks, TraceSources.all) where source.name != "slurm" {
            #expect(block.contains("  home     " + source.home))
            #expect(block.contains { $0.hasPrefix("  licence  ") })
            #expect(block.contains { $0.hasPrefix("  import   berth ") })
        }
    }

    @Test func knowsWhatItDoesNotKnow() throws {
        let result = try run([script, "nonsense"])
        #expect(result.status == 2)
        #expect(result.output.hasPrefix("fetch-public: no trace is called nonsense; known are: openb"))
    }
}
