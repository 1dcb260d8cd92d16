import ArgumentParser
import BulkJSON
import RegressionGate
import TextEscaping

/// `berth compare --ab`: two builds in turn, and the ratio of their times.
struct CompareBuilds {
    private let options: VariantOptions
    private let binaries: [String]
    private let output: CompareCommand.OutputName

    init(_ options: VariantOptions, binaries: [String], output: CompareCommand.OutputName) {
        self.options = options
        self.binaries = binaries
        self.output = output
    }

    /// - Throws: exit code 1 when the threshold is exceeded.
    func run() throws {
        let trace = options.trace ?? ""
        let (pair, comparison) = try reportingErrors {
            let pair = try options.pair(binaries: binaries, common: VariantOptions.words(options.replayOptions))
            var comparison = ABComparison()
            let progress = ProgressLine("rounds")
            defer { progress?.clear() }
            try comparison.run(
                rounds: options.rounds, old: { try pair.time(\.old, trace) }, new: { try pair.time(\.new, trace) },
                progress: progress.map { line in { line.show($0, of: $1) } })
            return (pair, comparison)
        }
        guard let time = comparison.time else { throw InputFailure("\(trace): replaying it takes no time to measure") }
        let isSlower = options.threshold.map { time.isSlower(byMoreThan: $0 / 100) }
        switch output {
        case .table, .markdown, .junit: try StandardOutput.write(text(comparison, time, pair, isSlower: isSlower))
        case .json: try CompareCommand.write(json(comparison, time, pair, isSlower: isSlower).text(pretty: true))
        }
        if isSlower == true { throw ExitCode(1) }
    }

    private func text(
        _ comparison: ABComparison, _ time: PairedRatio, _ pair: VariantPair, isSlower: Bool?
    ) -> String {
        let trace = options.trace ?? ""
        var text =
            "old  \(shown: pair.old.commandLine(trace: trace))\nnew  \(shown: pair.new.commandLine(trace: trace))\n\n"
        var table = TextTable([("", .left), ("old", .right), ("new", .right), ("new : old", .right)])
        table.add([
            "time in the engine, median", Self.duration(comparison.medianSeconds(\.old)),
            Self.duration(comparison.medianSeconds(\.new)), NumberText.fixed(time.ratio, decimals: 4),
        ])
        for count in comparison.counts {
            let known = count.isStable ? "-" : "varies"
            table.add([
                count.name, count.old.map { NumberText.grouped(Int($0)) } ?? known,
                count.new.map { NumberText.grouped(Int($0)) } ?? known, Self.ratio(count),
            ])
        }
        text += table.text()
        text += """

            New takes \(NumberText.fixed(time.ratio, decimals: 4)) of old's time; \
            \(NumberText.fixed(time.confidence * 100, decimals: 0)) % confidence interval \
            \(NumberText.fixed(time.low, decimals: 4)) to \(NumberText.fixed(time.high, decimals: 4)).
            \(time.pairs) pairs of runs in the order A B B A, after one run of each that does not count. Ratio: \
            Hodges-Lehmann centre of \
            the pairs' log ratios; interval: bootstrap over the pairs, \(NumberText.grouped(time.resamples)) resamples.

            """
        if !comparison.decidesTheSame {
            text += decisionsText(comparison)
        }
        if let threshold = options.threshold, let isSlower {
            let limit = NumberText.fixed(threshold, decimals: 2)
            text +=
                isSlower
                ? "SLOWER: the whole interval lies above the threshold of \(limit) %.\n"
                : "Not shown to be slower by more than the threshold of \(limit) %.\n"
        }
        return text
    }

    private func decisionsText(_ comparison: ABComparison) -> String {
        let (old, new) = (comparison.hashes(\.old), comparison.hashes(\.new))
        for (name, hashes) in [("old", old), ("new", new)] where hashes.count > 1 {
            return "DECISIONS of \(name) do not repeat: \(shown: hashes.joined(separator: ", ")).\n"
        }
        return """
            DECISIONS DIFFER (old \(shown: old.joined()), new \(shown: new.joined())), so the times are of different work; \
            `berth compare --first-difference` with the same arguments names the first.

            """
    }

    private func json(
        _ comparison: ABComparison, _ time: PairedRatio, _ pair: VariantPair, isSlower: Bool?
    ) -> JSON {
        func side(_ variant: ReplayVariant, _ path: KeyPath<ABComparison.Round, ReplayRecord>) -> JSON {
            let words: [JSON] = variant.options.map { .string($0) }
            let hashes: [JSON] = comparison.hashes(path).map { .string($0) }
            let seconds: [JSON] = comparison.rounds.map { .double($0[keyPath: path].placementSeconds) }
            return [
                "binary": .string(variant.binary), "options": .array(words), "decisionHashes": .array(hashes),
                "medianSeconds": .double(comparison.medianSeconds(path)), "seconds": .array(seconds),
            ]
        }
        let ratio: JSON = [
            "ratio": .double(time.ratio), "low": .double(time.low), "high": .double(time.high),
            "confidence": .double(time.confidence), "pairs": .int(Int64(time.pairs)),
            "resamples": .int(Int64(time.resamples)),
        ]
        let counts: [JSON] = comparison.counts.map { count in
            let old: JSON = count.old.map { .int($0) } ?? .null
            let new: JSON = count.new.map { .int($0) } ?? .null
            return ["name": .string(count.name), "old": old, "new": new, "isStable": .bool(count.isStable)]
        }
        let threshold: JSON = options.threshold.map { .double($0) } ?? .null
        let slower: JSON = isSlower.map { .bool($0) } ?? .null
        return [
            "trace": .string(options.trace ?? ""), "old": side(pair.old, \.old), "new": side(pair.new, \.new),
            "time": ratio, "counts": .array(counts), "decisionsEqual": .bool(comparison.decidesTheSame),
            "thresholdPercent": threshold, "isSlower": slower,
        ]
    }

    private static func duration(_ seconds: Double) -> String { NumberText.duration(microseconds: seconds * 1e6) }

    private static func ratio(_ count: ABComparison.CountPair) -> String {
        guard let old = count.old, let new = count.new else { return "" }
        if old == new { return "=" }
        return old == 0 ? "" : NumberText.fixed(Double(new) / Double(old), decimals: 4)
    }
}
