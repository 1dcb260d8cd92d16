import BulkJSON
import Foundation
import Testing

/// Once every request class has been met, a placement takes no heap memory: counted exactly by the allocator, on the
/// optimised build.
@Suite struct SteadyStateTests {
    private static let binary = ProcessInfo.processInfo.environment["BERTH_RELEASE_BINARY"]

    private static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(binary))
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "berth \(arguments.joined(separator: " "))")
        return data
    }

    // Unoptimised code allocates where optimised code does not, so the debug build under test cannot show it.
    @Test(
        "placements allocate nothing in steady state (needs BERTH_RELEASE_BINARY, as make test sets it)",
        .enabled(if: binary != nil), arguments: ["binpack", "spread"])
    func placementsAllocateNothing(nodePolicy: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("berth-steady-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let vendors = "nvidia=4,cambricon=1,hygon=1,iluvatar=1,mthreads=1,enflame=1"
        _ = try Self.run(
            [
                "trace", "generate", "--nodes", "400", "--devices-per-node", "8", "--vendors", vendors, "--pods",
                "4000",
                "--classes", "12", "--seed", "3", "--output", folder.path,
            ])
        let report = try JSON(
            parsing: String(
                decoding: Self.run(
                    ["replay", folder.path, "--node-policy", nodePolicy, "--round-size", "200", "--output", "json"]),
                as: UTF8.self))
        #expect((report["placed"]?.int64 ?? 0) > 3000)
        #expect(report["steadyHeapAllocationsPerPlacement"]?.double == 0)
    }
}
