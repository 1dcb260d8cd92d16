import ArgumentParser
import Foundation

/// `berth compare`: what changed between two builds, told from their records.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare two records of measurements, metric by metric.",
        discussion: """
            Example:
              berth compare base.json new.json --thresholds Benchmarks/thresholds.yaml
            """)

    @Argument(help: "Records of `berth bench record`: the base, then the new one.")
    var records: [String] = []

    func validate() throws {
        if records.count != 2 { throw ValidationError("Name two records: the base and the new one.") }
    }

    func run() throws {
        throw InputFailure("comparing records is being built")
    }
}
