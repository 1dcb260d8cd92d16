@testable import TraceModel
@testable import TraceImport
import Foundation
import Testing

@testable import TraceReplay

/// Each source on a tiny data set of its own schema: the trace it gives, and that the trace can be used.
@Suite struct GoldenImportTests {
    @Test func everySourceHasAGoldenDataSet() {
        #expect(Set(TraceSources.all.map(\.name)) == Set(GoldenImport.all.map(\.source)))
    }

    @Test(arguments: GoldenImport.all)
    func givesTheTraceExpected(_ golden: GoldenImport) throws {
        let imported = try golden.run(in: TraceFolder())
        let trace = imported.trace
        try expect(trace.fleetCSV(), toEqual: golden.name + "/expected-fleet.csv")
        try expect(trace.podsCSV(), toEqual: golden.name + "/expected-pods.csv")
        #expect(Dictionary(uniqueKeysWithValues: imported.dropped.map { ($0.reason, $0.count) }) == golden.dropped)
        #expect(imported.badRows.isEmpty)
        #expect(!trace.metadata.licence.isEmpty && !trace.metadata.origin.isEmpty)
    }

    /// `BERTH_UPDATE_SNAPSHOTS=1` writes the files anew; the difference belongs in the review.
    private func expect(_ bytes: [UInt8], toEqual name: String) throws {
        let path = GoldenImport.folder + name
        if ProcessInfo.processInfo.environment["BERTH_UPDATE_SNAPSHOTS"] != nil {
            try TraceFiles.write(bytes, to: path)
        }
        #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: try TraceFiles.read(path), as: UTF8.self))
    }

    /// Written, read and replayed under both clocks, every pod of a data set gets an outcome, and most get a place.
    @Test(arguments: GoldenImport.all)
    func replays(_ golden: GoldenImport) throws {
        let written = TraceFolder()
        try golden.run(in: TraceFolder()).trace.write(folder: written.path)
        let trace = try Trace(folder: written.path)
        for clock in [ReplayOptions.Clock.backlog, .virtual(intervalMs: 1000)] {
            var options = ReplayOptions()
            options.clock = clock
            let summary = try Replay(trace, options: options, catalog: try traceCatalog()).run(clock: steppingClock())
            #expect(summary.placed + summary.rejected == trace.pods.count)
            #expect(summary.placed * 2 > trace.pods.count, "\(summary.placed) of \(trace.pods.count) placed")
        }
    }

    /// Policies over thousandths of devices run on what was imported.
    @Test(arguments: GoldenImport.all.filter { $0.source != "azure-packing-2020" })
    func replaysUnderFragmentationGradientDescent(_ golden: GoldenImport) throws {
        let trace = try golden.run(in: TraceFolder()).trace
        var options = ReplayOptions()
        options.policy = try #require(PolicyChoice.named("FGD"))
        let summary = try Replay(trace, options: options, catalog: try traceCatalog()).run(clock: steppingClock())
        #expect(summary.placed > 0)
    }

    @Test(arguments: ["alibaba-dlrm-2025", "philly-2017", "acme-kalos", "slurm"])
    func replaysOnSlotsMemoryAndCores(_ name: String) throws {
        let golden = try #require(GoldenImport.named(name))
        var options = golden.options
        options.deviceModel = .hami
        let trace = try golden.run(in: TraceFolder(), options: options).trace
        #expect(trace.metadata.deviceModel == .hami)
        #expect(trace.nodes.allSatisfy { $0.groups.allSatisfy { $0.vendor == "NVIDIA" && $0.memoryMiB > 10_000 } })
        let summary = try Replay(trace, catalog: try traceCatalog()).run(clock: steppingClock())
        #expect(summary.placed * 2 > trace.pods.count, "\(summary.placed) of \(trace.pods.count) placed")
    }

    /// A gang is told whole: its pods come together, and there are as many as it says.
    @Test(arguments: ["alibaba-spot-gpu-2026", "alibaba-pai-2020", "philly-2017", "helios-2020", "acme-kalos", "slurm"])
    func gangsAreWhole(_ name: String) throws {
        let pods = try #require(GoldenImport.named(name)).run(in: TraceFolder()).trace.pods
        var members: [Int32: [Int]] = [:]
        for pod in 0..<pods.count where pods.gang[pod] >= 0 { members[pods.gang[pod], default: []].append(pod) }
        #expect(!members.isEmpty)
        for rows in members.values {
            #expect(Set(rows.map { pods.arrivalMs[$0] }).count == 1)
            #expect(rows.allSatisfy { pods.gangSize[$0] == Int32(rows.count) })
        }
    }

    @Test func prioritiesAreKeptInFiles() throws {
        let golden = try #require(GoldenImport.named("alibaba-spot-gpu-2026"))
        let written = TraceFolder()
        try golden.run(in: TraceFolder()).trace.write(folder: written.path)
        let pods = try Trace(folder: written.path).pods
        #expect(pods.priority.filter { $0 == -1 }.count == 4)
        #expect(TraceContents(try Trace(folder: written.path)).priorities == [-1: 4, 0: 6])
    }

    @Test(arguments: [("acme-seren", 286), ("acme-kalos", 302)])
    func clustersOfAcmeAreThoseOfThePaper(_ name: String, _ nodes: Int) throws {
        let golden = try #require(GoldenImport.named(name))
        let trace = try golden.run(in: TraceFolder(), options: ImportOptions()).trace
        #expect(trace.nodes.count == nodes)
        #expect(trace.nodes.allSatisfy { $0.cpuMilli == 128_000 && $0.groups[0].devices == 8 })
    }

    @Test func badRowsCanBeLeftOut() throws {
        let golden = try #require(GoldenImport.named("helios-2020"))
        var options = golden.options
        options.skipsBadRows = true
        let imported = try golden.run(in: TraceFolder(), options: options) { name, text in
            name == "cluster_log.csv" ? text.replacing("501,uA,vcX,1,", with: "501,uA,vcX,one,") + "505,uA\n" : text
        }
        #expect(imported.badRows.map(\.line) == [2, 6])
        #expect(imported.trace.pods.count == 4)
    }
}
