import BulkJSON
import Foundation
import Testing

/// `berth ceiling` and `berth replay --ceiling`.
@Suite struct Ceilings {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    /// The public lists, beside the checkout.
    private static let openB = repository.appending(path: "../shared/traces/openb").standardizedFileURL
    private static let binary = ProcessInfo.processInfo.environment["BERTH_RELEASE_BINARY"]
    private static var canRunOpenB: Bool { binary != nil && FileManager.default.fileExists(atPath: openB.path) }

    @Test func aReplayTellsItsCeiling() throws {
        let trace = Self.repository.appending(path: "traces/smoke").path
        let report = try JSON(
            parsing: BerthProcess.run(["replay", trace, "--ceiling", "--output", "json"]).output)
        let entries = try #require(report["ceiling"]?["entries"]?.array)
        #expect(entries.count > 10)
        for entry in entries {
            let allocated = try #require(entry["allocated"]?.int64)
            let ceiling = try #require(entry["ceiling"]?.int64)
            let total = try #require(entry["total"]?.int64)
            #expect(allocated <= ceiling && ceiling <= total)
            #expect(entry["gap"]?.int64 == ceiling - allocated)
        }
        let table = try BerthProcess.run(["replay", trace, "--ceiling", "--clock", "virtual"])
        #expect(table.status == 0)
        #expect(table.output.contains("when most pods waited"))
        #expect(table.output.contains("work-conserving"))
    }

    @Test func fleetsThatAreNotInThousandthsAreRefused() throws {
        let result = try BerthProcess.run(["ceiling", Self.repository.appending(path: "traces/smoke").path])
        #expect(result.status == 2)
        #expect(result.errors.contains("smoke"))
        #expect(result.errors.contains("ceilings need a fleet in thousandths of devices"))
    }

    /// Ceilings at loads 90, 95, 100, 110, 130 and work-conserving ones at 100 and 130 % of a method worked out apart from
    /// this one, on other shuffles (mean of five, standard deviation up to 0.1).
    private static let known: [String: (plain: [Double], workConserving: [Double])] = [
        "default": ([90.0, 95.0, 96.90, 98.49, 99.89], [96.61, 96.71]),
        "gpushare40": ([90.0, 94.90, 95.63, 97.11, 99.22], [95.22, 95.37]),
        "gpuspec33": ([88.02, 92.23, 96.37, 98.10, 99.78], []),
        "multigpu50": ([90.0, 94.99, 98.32, 99.73, 100.0], [98.18, 98.23]),
        "cpu250": ([90.0, 95.0, 96.90, 98.50, 99.89], [96.60, 96.70]),
        "gpushare100": ([88.37, 88.77, 89.17, 89.99, 91.61], []),
    ]

    @Test(
        "Ceilings of the public lists",
        .enabled(if: canRunOpenB, "needs ../shared/traces/openb and BERTH_RELEASE_BINARY, which make test sets"))
    func publicLists() throws {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Self.binary))
        process.arguments = [
            "ceiling", Self.openB.path, "--pods-variant", Self.known.keys.sorted().joined(separator: ","),
            "--seeds", "42-46", "--loads", "90,95,100,110,130", "--output", "json",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let rows = try #require(try JSON(parsing: String(decoding: data, as: UTF8.self)).array)
        #expect(rows.count == Self.known.count)
        for row in rows {
            let name = try #require(row["trace"]?.string).replacing("openb-", with: "")
            let known = try #require(Self.known[name])
            for (load, value) in zip([90, 95, 100, 110, 130], known.plain) {
                let found = try #require(row["ceilingPercent"]?["\(load)"]?.double)
                #expect((found - value).magnitude < 0.1, "\(name) at \(load): \(found), known \(value)")
            }
            for (load, value) in zip([100, 130], known.workConserving) {
                let found = try #require(row["workConservingCeilingPercent"]?["\(load)"]?.double)
                #expect(
                    (found - value).magnitude < 0.1, "\(name), work-conserving, at \(load): \(found), known \(value)")
            }
            if known.workConserving.isEmpty {
                #expect(row["workConservingCeilingPercent"]?["100"] == nil, "\(name) cannot hold all pods of load 90")
            }
        }
    }
}
