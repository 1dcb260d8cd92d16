import ArgumentParser
import FileSystem
import Foundation
import PlacementModel
import RegressionGate
import TraceModel

/// `berth compare`: what changed between two builds, told from their records or by running both.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two records of measurements, metric by metric, or two builds side by side.",
        discussion: """
            Every metric gets a verdict: better, same, worse or unsure. Exact counts, decisions and quality are compared \
            exactly; times relative to the calibration kernel, with an interval. Ends with 1 if anything is worse, with \
            2 if the records cannot be used. With one record only, the limits of the thresholds file are checked.

            Examples:
              berth compare base.json new.json --thresholds Benchmarks/thresholds.yaml
              berth compare new.json --thresholds thresholds.yaml --markdown comment.md
              berth compare --ab old/berth new/berth --trace traces/smoke --rounds 20
              berth compare --first-difference old/berth new/berth --trace traces/smoke
              berth compare --first-difference --trace traces/smoke \\
                --new-options "--node-policy spread"
            """)

    enum OutputName: String, CaselessArgument {
        case table
        case markdown
        case json
        case junit
    }

    @Argument(
        help: """
            Records of `berth bench record`: the base, then the new one; or the new one alone. With --ab and \
            --first-difference: two builds, OLD and NEW.
            """)
    var records: [String] = []

    @Option(help: ArgumentHelp("YAML file: how much of a change counts, and limits.", valueName: "file"))
    var thresholds: String?

    @Option(
        help: """
            How often these records are compared at most while sessions are added to them; every interval is widened, so \
            that all looks together are wrong no more often than one.
            """)
    var looks = 1

    @Option(help: "table for people, markdown for comments, json for programs, junit for test reports.")
    var output = OutputName.table

    @Option(help: ArgumentHelp("Write the Markdown to a file too.", valueName: "file"))
    var markdown: String?

    @Option(help: ArgumentHelp("Write the JUnit XML to a file too.", valueName: "file"))
    var junit: String?

    @Flag(help: "Show every metric in the table, not only those with a finding.")
    var all = false

    @OptionGroup(title: "Comparing builds")
    var variants: VariantOptions

    func validate() throws {
        if variants.isAsked {
            if output != .table && output != .json { throw ValidationError("Builds are compared as table or json.") }
            return try variants.validate(binaries: records)
        }
        try require(looks, in: InputLimits.looks, "--looks")
        if !(1...2).contains(records.count) {
            throw ValidationError("Name two records, the base and the new one, or one with --thresholds.")
        }
        if records.count == 1 && thresholds == nil {
            throw ValidationError("One record alone needs --thresholds with limits.")
        }
    }

    func run() throws {
        if variants.ab { return try CompareBuilds(variants, binaries: records, output: output).run() }
        if variants.firstDifference {
            return try CompareDecisions(variants, binaries: records, output: output).run()
        }
        try OutputPaths.check(
            inputs: records + [thresholds], outputs: [("--markdown", markdown), ("--junit", junit)])
        // Until there is a verdict, none of an earlier run may be taken for this one's.
        for stale in [markdown, junit].compactMap(\.self) { try reportingErrors { try TraceFiles.remove(stale) } }
        let comparison = try reportingErrors {
            let comparison = try compare()
            try TraceFiles.write(
                [(markdown, comparison.markdown()), (junit, comparison.junit())].compactMap { path, text in
                    path.map { ($0, Array(text.utf8)) }
                })
            return comparison
        }
        switch output {
        case .table: try StandardOutput.write(ComparisonTable.text(comparison, all: all))
        case .markdown: try StandardOutput.write(comparison.markdown())
        case .json: try StandardOutput.write(comparison.json())
        case .junit: try StandardOutput.write(comparison.junit())
        }
        if comparison.isRegression { throw ExitCode(1) }
    }

    private func compare() throws -> Comparison {
        let limits = try thresholds.map { try Thresholds(file: $0) } ?? Thresholds()
        let read = try records.map { try BenchmarkRecord(file: $0) }
        if read.count == 1 {
            if limits.limits.isEmpty { throw GateError(file: thresholds ?? "", problem: "has no limits to check") }
            return try Comparison(limitsOf: read[0], thresholds: limits, file: records[0])
        }
        return try Comparison(base: read[0], new: read[1], thresholds: limits, looks: looks, newFile: records[1])
    }
}
