import ArgumentParser
import Foundation
import PlacementModel
import RegressionGate

/// Options of `berth compare` when it runs two builds, or one build in two ways.
struct VariantOptions: ParsableArguments {
    @Flag(help: "Run OLD and NEW in turn (A B B A ...) and report the ratio of their times.")
    var ab = false

    @Flag(
        help: """
            Name the first decision that OLD and NEW make differently, and shrink the trace to the smallest that still \
            shows it. Without OLD and NEW this program is both.
            """)
    var firstDifference = false

    @Option(help: "Trace to replay: a folder as for `berth replay`.")
    var trace: String?

    @Option(help: "Rounds of --ab, a run of each build in every one; an even number.")
    var rounds = 20

    @Option(
        help: ArgumentHelp(
            "Exit with 1 when --ab shows, at 95 % confidence, that NEW takes more than this much longer.",
            valueName: "percent"))
    var threshold: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Options of `berth replay` for both builds, separated by spaces.", valueName: "words"))
    var replayOptions = ""

    @Option(parsing: .unconditional, help: ArgumentHelp("The same for OLD alone.", valueName: "words"))
    var oldOptions = ""

    @Option(parsing: .unconditional, help: ArgumentHelp("The same for NEW alone.", valueName: "words"))
    var newOptions = ""

    @Option(help: ArgumentHelp("Where --first-difference saves the smallest trace.", valueName: "folder"))
    var shrunk = "first-difference"

    /// Whether builds are compared, not records.
    var isAsked: Bool { ab || firstDifference }

    func validate(binaries: [String]) throws {
        if ab && firstDifference { throw ValidationError("--ab and --first-difference are two commands; choose one.") }
        if binaries.count != 2 && !binaries.isEmpty { throw ValidationError("Name two builds: OLD and NEW.") }
        if trace == nil { throw ValidationError("--trace FOLDER is needed.") }
        try require(rounds, in: InputLimits.comparisonRounds, "--rounds")
        try require(threshold, in: InputLimits.slowdownPercent, "--threshold")
        if threshold != nil && !ab { throw ValidationError("--threshold belongs to --ab.") }
        for words in [Self.words(replayOptions), Self.words(oldOptions), Self.words(newOptions)] {
            for option in ["--output", "--decisions", "--metrics"] where Self.contains(words, option) {
                throw ValidationError("\(option) is set by berth compare.")
            }
        }
    }

    /// The two builds with their options.
    func pair(binaries: [String], common: [String]) throws -> VariantPair {
        let own = Bundle.main.executablePath ?? CommandLine.arguments[0]
        var old = ReplayVariant(
            name: "old", binary: binaries.first ?? own, options: common + Self.words(oldOptions))
        var new = ReplayVariant(
            name: "new", binary: binaries.last ?? own, options: common + Self.words(newOptions))
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        old.find(onPath: path)
        new.find(onPath: path)
        try old.check()
        try new.check()
        return try VariantPair(old: old, new: new)
    }

    static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    /// Whether an option stands among words, with its value or without.
    static func contains(_ words: [String], _ option: String) -> Bool {
        words.contains { $0 == option || $0.hasPrefix(option + "=") }
    }
}

extension CompareCommand {
    /// Writes a JSON document.
    static func write(_ text: String) throws(StreamFailure) { try StandardOutput.write(Array((text + "\n").utf8)) }
}
