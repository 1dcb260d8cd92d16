import PlacementPolicies
@testable import Experiments
@testable import SeededNumbers
@testable import TraceModel
@testable import TraceImport
import PlacementEngine
import Testing
import VendorCatalog

@testable import TraceReplay

@Suite struct SweepTests {
    private let nodes =
        "sn,cpu_milli,memory_mib,gpu,model\nn0,64000,262144,2,T4\nn1,96000,393216,4,G2\nn2,96000,393216,4,G2\n"
    private let pods =
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,4000,64,1,460\np1,8000,64,1,1000\np2,2000,64,0,0\np3,4000,64,2,1000\n"

    private func trace(_ folder: TraceFolder) throws -> Trace {
        try TraceFiles.makeFolder(folder.path)
        try TraceFiles.write(Array(nodes.utf8), to: folder.file("nodes.csv"))
        try TraceFiles.write(Array(pods.utf8), to: folder.file("pods.csv"))
        return try OpenBImporter.read(
            OpenBImporter.Files(nodes: folder.file("nodes.csv"), pods: folder.file("pods.csv")),
            catalog: try traceCatalog())
    }

    private func sweep(_ folder: TraceFolder, jobs: Int = 2) throws -> Sweep {
        Sweep(
            traces: [try SweepTrace(try trace(folder), catalog: try traceCatalog())],
            policies: ["FGD", "BestFit", "Random"].compactMap(PolicyChoice.named), seeds: [1, 2, 3], jobs: jobs)
    }

    @Test func aTornLineIsRunAgainAndNothingElse() throws {
        let folder = TraceFolder()
        let sweep = try sweep(folder)
        let whole = try sweep.run(resultsAt: folder.file("whole.csv"))
        #expect(whole.count == 9)
        let bytes = try TraceFiles.read(folder.file("whole.csv"))
        // Cut in the middle of the sixth row.
        let ends = bytes.indices.filter { bytes[$0] == 10 }
        try TraceFiles.write(Array(bytes[..<(ends[5] + 8)]), to: folder.file("cut.csv"))
        let resumed = try sweep.run(resultsAt: folder.file("cut.csv"))
        #expect(resumed == whole)
        let rows = try TraceFiles.read(folder.file("cut.csv")).split(separator: 10)
        #expect(rows.count == 10)
        #expect(Set(rows.map { String(decoding: $0, as: UTF8.self) }).count == 10)
        #expect(try sweep.run(resultsAt: folder.file("cut.csv")) == whole)
    }

    @Test func shardsJoinToTheWhole() throws {
        let folder = TraceFolder()
        var sweep = try sweep(folder, jobs: 1)
        let whole = try sweep.run(resultsAt: folder.file("whole.csv"))
        sweep.shardCount = 2
        for shard in 0..<2 {
            sweep.shard = shard
            _ = try sweep.run(resultsAt: folder.file("\(shard).csv"))
        }
        let merged = try Sweep.merge([folder.file("0.csv"), folder.file("1.csv")], settings: sweep.settings)
        #expect(Set(merged) == Set(whole))
        #expect(throws: TraceError.self) {
            try Sweep.merge([folder.file("0.csv"), folder.file("0.csv")], settings: sweep.settings)
        }
        #expect(throws: TraceError.self) {
            try Sweep.merge([folder.file("0.csv")], settings: SweepSettings(ratio: 1.2))
        }
    }

    @Test func loadIsTunedUpAndDown() throws {
        let trace = try trace(TraceFolder())
        let workload = trace.pods.workload(catalog: try traceCatalog())
        for source in DrawSource.allCases {
            let up = try LoadTuning(trace, workload: workload, seed: 7, ratio: 1.3, draws: source)
            #expect(Set(up.order.prefix(4)) == [0, 1, 2, 3])
            #expect(up.order.count > 10)
            #expect(up.nodeRanks.sorted() == [0, 1, 2])
            // 3,460 milli are asked, 10 % of 10,000 may stay.
            let down = try LoadTuning(trace, workload: workload, seed: 7, ratio: 0.1, draws: source)
            #expect(!down.order.contains(3) && down.order.count < 4)
        }
    }

    /// First numbers of the published generator for seed 1, known from its documentation.
    @Test func publishedGeneratorGivesItsKnownNumbers() {
        var generator = LaggedFibonacci(seed: 1)
        #expect(
            (0..<3).map { _ in generator.next() } == [
                5_577_006_791_947_779_410, 8_674_665_223_082_153_551, 6_129_484_611_666_145_821,
            ])
    }

    @Test func hundredthsAreRoundedFromTheExactValue() {
        #expect(0.125.roundedHundredths == 12 && 0.375.roundedHundredths == 38)
        // 1.005 lies below its digits, 1.015 above the tie of its product.
        #expect(1.005.roundedHundredths == 100 && 2.675.roundedHundredths == 267)
        #expect((-0.125).roundedHundredths == -12 && 6_212_000.0.roundedHundredths == 621_200_000)
    }

    @Test func fleetsOfOtherKindsAreRefused() throws {
        let folder = TraceFolder()
        try folder.write(fleet: TraceText.oneNode, pods: TraceText.podHeader + TraceText.pod("p"))
        let trace = try Trace(folder: folder.path)
        let error = try #require(throws: TraceError.self) { try SweepTrace(trace, catalog: try traceCatalog()) }
        #expect(error.problem.contains("thousandths"))
    }

    /// Loads are parts of a fleet's devices.
    @Test func fleetsWithoutDevicesAreRefused() throws {
        let folder = TraceFolder()
        try folder.write(
            fleet: TraceText.fleetHeader + "n,1000,1,1,,,,,,,,,\n",
            pods: TraceText.podHeader + "p,a,0,,1,1,alibabacloud.com/gpu-count=1,,,,,\n", deviceModel: "milli")
        let trace = try Trace(folder: folder.path)
        let error = try #require(throws: TraceError.self) { try SweepTrace(trace, catalog: try traceCatalog()) }
        #expect(error.problem.contains("has no devices"))
    }

    /// Pods that ask next to nothing are not drawn until the memory is full.
    @Test func listsDoNotGrowWithoutEnd() throws {
        let folder = TraceFolder()
        let plain = (0..<300).map { "p\($0),a,0,,1,1,,,,,,\n" }.joined()
        try folder.write(
            fleet: TraceText.fleetHeader + "n,1000,1,1,gpu-milli,GPU,64,1000,1,1000,,,\n",
            pods: TraceText.podHeader + plain
                + "q,a,0,,1,1,alibabacloud.com/gpu-count=1;alibabacloud.com/gpu-milli=1,,,,,\n", deviceModel: "milli")
        let trace = try Trace(folder: folder.path)
        let workload = trace.pods.workload(catalog: try traceCatalog())
        let error = try #require(throws: TraceError.self) {
            try LoadTuning(trace, workload: workload, seed: 1, ratio: 1.3, draws: .own)
        }
        #expect(error.problem.contains("more than 1030100 of them would have to come"))
    }

    /// The published orders, where they are at hand.
    private static let logFolder = packageFolder + "/../shared/reference/fgd-simulator"

    @Test(
        .enabled(if: TraceFiles.exists(logFolder), "the published orders are not beside the package"),
        arguments: ["default_seed42", "default_seed43", "cpu250_seed42", "gpuspec33_seed42", "multigpu50_seed42"])
    func publishedDrawsGiveThePublishedOrder(_ run: String) throws {
        let parts = run.split(separator: "_seed").map(String.init)
        let folder = try #require(OpenBImporterTests.folder)
        let files = OpenBImporter.Files(
            folder: folder, podsVariant: parts[0], order: "\(Self.logFolder)/\(run)_order.csv",
            nodeRanks: "\(Self.logFolder)/\(run)_node_ranks.csv")
        let catalog = try traceCatalog()
        let published = try OpenBImporter.read(files, catalog: catalog)
        let trace = try OpenBImporter.read(
            OpenBImporter.Files(folder: folder, podsVariant: parts[0]), catalog: catalog)
        let tuning = try LoadTuning(
            trace, workload: trace.pods.workload(catalog: catalog), seed: try #require(UInt64(parts[1])), ratio: 1.3,
            draws: .published)
        #expect(tuning.order.count == published.pods.count)
        for (sequence, pod) in tuning.order.enumerated() {
            let name = published.pods.name(sequence).split(separator: "-tuned-")[0]
            if trace.pods.name(Int(pod)) != name {
                Issue.record("pod \(sequence) is \(trace.pods.name(Int(pod))), published is \(name)")
                break
            }
        }
        let ranked = trace.nodes.indices.sorted { tuning.nodeRanks[$0] < tuning.nodeRanks[$1] }
        #expect(ranked.map { trace.nodes[$0].name } == published.nodes.map(\.name))
    }
}
