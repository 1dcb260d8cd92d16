import ArgumentParser
import Foundation

/// `berth compare`: what changed between two builds, told from their records or by running both.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two records of measurements, metric by metric, or two builds side by side.",
        discussion: """
            Example:
              berth compare base.json new.json --thresholds Benchmarks/thresholds.yaml
              berth compare --ab old/berth new/berth --trace traces/smoke --rounds 20
              berth compare --first-difference old/berth new/berth --trace traces/smoke
              berth compare --first-difference --trace traces/smoke --new-options "--node-policy spread"
            """)

    enum OutputName: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    @Argument(help: "Records of `berth bench record`: the base, then the new one. With --ab and --first-difference: builds.")
    var records: [String] = []

    @Option(help: "table for people, json for programs.")
    var output = OutputName.table

    @OptionGroup(title: "Comparing builds")
    var variants: VariantOptions

    func validate() throws {
        if variants.isAsked { return try variants.validate(binaries: records) }
        if records.count != 2 { throw ValidationError("Name two records: the base and the new one.") }
    }

    func run() throws {
        if variants.ab { return try CompareBuilds(variants, binaries: records, output: output).run() }
        if variants.firstDifference {
            return try CompareDecisions(variants, binaries: records, output: output).run()
        }
        throw InputFailure("comparing records is being built")
    }
}
