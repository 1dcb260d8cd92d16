@testable import TraceModel
@testable import TraceImport
import Foundation
import PlacementEngine
import Testing
import VendorCatalog

@testable import TraceReplay

/// Every decision log and metric series that stands beside the package, line by line.
@Suite struct PublishedDecisions {
    private static let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        .joined(separator: "/")
    private static let logFolder = package + "/../shared/reference/fgd-simulator"
    private static let traceFolder = package + "/../shared/traces/openb"
    private static let suffix = "_decisions.csv"

    /// Names such as `default_seed42_FGD`.
    static let logs = ((try? FileManager.default.contentsOfDirectory(atPath: logFolder)) ?? []).filter {
        $0.hasSuffix(suffix)
    }.map { String($0.dropLast(suffix.count)) }.sorted()

    // Skipped, by name, where the logs are not at hand; the scores themselves are tested everywhere.
    @Test(.enabled(if: !logs.isEmpty, "the reference decision logs are not beside the package"), arguments: logs)
    func decisionsAndMetricsAreEqual(_ log: String) throws {
        let parts = log.split(separator: "_").map(String.init)
        let run = parts[0] + "_" + parts[1]
        let catalog = try VendorCatalog.forTraces()
        let trace = try OpenBImporter.read(
            OpenBImporter.Files(
                folder: Self.traceFolder, podsVariant: parts[0], order: "\(Self.logFolder)/\(run)_order.csv",
                nodeRanks: "\(Self.logFolder)/\(run)_node_ranks.csv"), catalog: catalog)
        var options = ReplayOptions()
        options.policy = try #require(PolicyChoice.named(parts[2]))
        options.keepsDecisions = true
        options.keepsFragmentation = true
        let replay = try Replay(trace, options: options, catalog: catalog)
        let summary = replay.run()
        try expectEqual(try #require(summary.decisionLog).csv(trace), "\(Self.logFolder)/\(log)_decisions.csv")
        let metrics = "\(Self.logFolder)/\(log)_metrics.csv"
        if TraceFiles.exists(metrics) { try expectEqual(try #require(summary.fragmentation).csv(), metrics) }
    }

    private func expectEqual(_ bytes: [UInt8], _ path: String) throws {
        let expected = try TraceFiles.read(path)
        if bytes == expected { return }
        let lines = zip(bytes.split(separator: 10), expected.split(separator: 10)).enumerated()
        let first = lines.first { $0.element.0 != $0.element.1 }
        Issue.record("\(path) differs, first in line \((first?.offset ?? -1) + 1)")
    }
}
