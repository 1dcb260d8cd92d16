import Foundation
import Testing
import VendorCatalog

@testable import TraceImport
@testable import TraceModel
@testable import TraceReplay

/// A whole source in one file, of a format that nobody publishes: `job;minute;cpus;devices` with the end of each job.
private struct MadeUpSource: TraceSource {
    let name = "made-up"
    let summary = "jobs of an imaginary cluster"
    let home = "nowhere"
    let licence = "none needed"
    let files = [SourceFile("jobs", "imaginary_jobs")]

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        var work = try TraceImport(self, options, catalog: catalog)
        _ = try work.makeDescribedFleet(.init(cpus: 64, memoryGiB: 512))
        let file = files.path("jobs")
        try work.forEachRow(of: file, columns: ["job", "from_minute", "to_minute", "cpus", "devices"]) {
            work, row, places throws(TraceError) in
            var task = ImportedTask(name: try row.name(places[0]))
            task.arrivalMs = try row.decimal(places[1], times: 60_000, in: 0...1_000_000)
            let endMs = try row.decimal(places[2], times: 60_000, in: 0...1_000_000)
            task.durationMs = try row.duration(fromMs: task.arrivalMs, places[1], toMs: endMs, places[2])
            task.cpuMilli = try row.decimal(places[3], times: 1000, in: 0...1000)
            task.devices = work.devices.ask(milli: try row.decimal(places[4], times: 1000, in: 0...8))
            try work.add(task, at: places[0], of: row)
        }
        return try work.finish(file: file, startsAtFirst: true)
    }
}

/// What docs/traces.md says of a new source: one file, and a line in ``TraceSources``.
@Suite struct MadeUpSourceTests {
    private static func imported(_ table: String) throws -> ImportedTrace {
        let folder = TraceFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        try TraceFiles.write(Array(table.utf8), to: folder.path + "/imaginary_jobs.csv")
        let sources: [any TraceSource] = TraceSources.all + [MadeUpSource()]
        let source = try #require(sources.first { $0.name == "made-up" })
        var options = ImportOptions()
        options.fleet = try DescribedNodes.parse("1x(2x NVIDIA A100 80G)")
        return try withExtendedLifetime(folder) {
            try source.read(
                SourceFiles([folder.path], of: source), options: options, catalog: try traceCatalog())
        }
    }

    @Test func becomesATraceThatIsReplayed() throws {
        let imported = try Self.imported(
            """
            job,from_minute,to_minute,cpus,devices
            first,0,10,8,2
            second,1,5,8,1
            third,12,20,8,0.5
            """)
        #expect(imported.trace.pods.count == 3)
        var options = ReplayOptions()
        options.clock = .virtual(intervalMs: 60_000)
        let summary = try Replay(imported.trace, options: options, catalog: try traceCatalog())
            .run(clock: steppingClock())
        // The second waits until the first has left.
        #expect(summary.placed == 3)
        #expect(summary.rejected == 0)
    }

    @Test func namesRowAndColumnOfWhatCannotBeRead() {
        let table = "job,from_minute,to_minute,cpus,devices\nfirst,0,10,8,two\n"
        #expect {
            try Self.imported(table)
        } throws: { error in
            let text = "\(error)"
            return text.contains("imaginary_jobs.csv") && text.contains("2") && text.contains("devices")
        }
    }
}
