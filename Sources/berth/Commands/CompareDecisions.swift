import ArgumentParser
import FileSystem
import Foundation
import RegressionGate
import TraceModel
import TraceReplay
import VendorCatalog

/// `berth compare --first-difference`: the first decision that two builds make differently, and the smallest trace that
/// shows it.
struct CompareDecisions {
    private let options: VariantOptions
    private let binaries: [String]
    private let output: CompareCommand.OutputName

    /// Options that choose and order the pods: applied once, before both variants get the trace.
    private static let traceOptions = ["--limit", "--order", "--node-ranks", "--pods-variant"]
    private static let traceFlags = ["--shuffle"]

    init(_ options: VariantOptions, binaries: [String], output: CompareCommand.OutputName) {
        self.options = options
        self.binaries = binaries
        self.output = output
    }

    /// - Throws: exit code 1 when the decisions differ.
    func run() throws {
        let report = try reportingErrors { try compare() }
        switch output {
        case .table, .markdown, .junit: try StandardOutput.write(FirstDifferenceText.text(report))
        case .json: try CompareCommand.write(FirstDifferenceText.json(report).text(pretty: true))
        }
        if report.found != nil { throw ExitCode(1) }
    }

    private func compare() throws -> FirstDifferenceReport {
        let common = VariantOptions.words(options.replayOptions)
        try checkOwnOptions()
        let whole = try parse(common)
        let rules = (
            old: try parse(common + VariantOptions.words(options.oldOptions)).options(),
            new: try parse(common + VariantOptions.words(options.newOptions)).options()
        )
        if rules.old.clock != rules.new.clock {
            throw InputFailure("old and new must replay under the same --clock and --interval")
        }
        let catalog = try VendorCatalog.forTraces()
        let trace = try whole.load(catalog)
        let order = try Replay(trace, options: whole.options(), catalog: catalog).order
        let pair = try options.pair(binaries: binaries, common: Self.withoutTraceOptions(common))
        try checkFolder()

        let progress = ProgressLine()
        defer { progress?.clear() }
        let isBacklog = rules.old.clock == .backlog
        let offered = trace.asOffered(order)
        var report = FirstDifferenceReport(trace: options.trace ?? "", pair: pair, pods: order.count)
        progress?.show("replaying \(NumberText.grouped(order.count)) pods twice")
        guard let found = try LocatedDifference.find(in: offered, isBacklog: isBacklog, pair.decide) else {
            return report
        }
        report.found = try found.judged(old: rules.old, new: rules.new, catalog)
        var shrinker = TraceShrinker(
            found, isBacklog: isBacklog,
            progress: progress.map { line in
                { trace, checks in
                    line.show("\(trace.pods.count) pods on \(trace.nodes.count) nodes after \(checks) checks")
                }
            }, decide: pair.decide)
        let shrunk = try shrinker.run()
        var smallest = shrunk.trace
        smallest.metadata = metadata(of: trace, shrunk.located.difference, pair)
        try smallest.write(folder: options.shrunk)
        report.shrunk = FirstDifferenceReport.Shrunk(
            folder: options.shrunk, judged: try shrunk.located.judged(old: rules.old, new: rules.new, catalog),
            checks: shrunk.checks, isMinimal: shrunk.isMinimal)
        return report
    }

    /// The options as this build understands them: it judges the decisions by them.
    private func parse(_ words: [String]) throws -> ReplayCommand {
        do { return try ReplayCommand.parse([options.trace ?? ""] + words) } catch {
            throw InputFailure(
                "replay options \"\(words.joined(separator: " "))\": \(ReplayCommand.message(for: error))")
        }
    }

    private func checkOwnOptions() throws {
        for (name, text) in [("--old-options", options.oldOptions), ("--new-options", options.newOptions)] {
            for option in Self.traceOptions + Self.traceFlags
            where VariantOptions.contains(VariantOptions.words(text), option) {
                throw InputFailure(
                    "\(name): \(option) chooses the pods and must be the same for both; use --replay-options")
            }
        }
    }

    /// A folder that holds something else is not overwritten.
    private func checkFolder() throws {
        let folder = options.shrunk
        try OutputPaths.check(
            inputs: [options.trace] + binaries, outputs: OutputPaths.files(Trace.fileNames, in: folder, for: "--shrunk")
        )
        guard TraceFiles.exists(folder) else { return }
        guard TraceFiles.isFolder(folder) else {
            throw InputFailure("\(folder): is no folder; choose another --shrunk")
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        if names.isEmpty { return }
        guard let old = try? Trace(folder: folder), old.metadata.name.hasSuffix(Self.nameEnd) else {
            throw InputFailure("\(folder): holds something that is no shrunk trace; choose another --shrunk")
        }
    }

    private static let nameEnd = "-first-difference"

    private func metadata(of trace: Trace, _ difference: DecisionDifference, _ pair: VariantPair) -> TraceMetadata {
        var metadata = trace.metadata
        metadata.name = trace.metadata.name + Self.nameEnd
        metadata.description =
            "The smallest part of \(trace.metadata.name) on which two builds still decide differently: pod "
            + "\(difference.pod) goes to \(difference.old.text) under the old one, to \(difference.new.text) under the new "
            + "one. Old: \(pair.old.commandLine(trace: options.shrunk)). New: "
            + "\(pair.new.commandLine(trace: options.shrunk))."
        metadata.origin = "berth compare --first-difference on \(trace.metadata.name) (\(trace.metadata.origin))"
        return metadata
    }

    private static func withoutTraceOptions(_ words: [String]) -> [String] {
        var kept: [String] = []
        var isValue = false
        for word in words {
            if isValue {
                isValue = false
            } else if traceOptions.contains(word) {
                isValue = true
            } else if !traceFlags.contains(word) && !traceOptions.contains(where: { word.hasPrefix($0 + "=") }) {
                kept.append(word)
            }
        }
        return kept
    }
}

extension LocatedDifference {
    fileprivate func judged(
        old: ReplayOptions, new: ReplayOptions, _ catalog: VendorCatalog
    ) throws(TraceError) -> FirstDifferenceReport.Judged? {
        guard let byOld = try DifferenceState.before(self, options: old, catalog: catalog),
            let byNew = try DifferenceState.before(self, options: new, catalog: catalog)
        else { return nil }
        return FirstDifferenceReport.Judged(located: self, old: byOld, new: byNew)
    }
}

extension DecisionRow {
    /// Node and devices, or that there are none.
    var text: String {
        guard let node else { return "no node" }
        return devices.isEmpty ? node : "\(node) devices \(devices.map(String.init).joined(separator: "-"))"
    }
}
