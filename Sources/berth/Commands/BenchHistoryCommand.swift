import ArgumentParser
import FileSystem
import Foundation
import RegressionGate
import ReplayReport
import TextEscaping
import TraceModel
import TraceReplay

/// `berth bench history`: records of many revisions in one file.
struct BenchHistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Keep records of many revisions, plot them and find where a metric took a step.",
        discussion: """
            The history is an SQLite file; several processes may add to it at once.

            Examples:
              berth bench history add new.json --history history.sqlite
              berth bench history steps --history history.sqlite
              berth bench history plot --history history.sqlite --output history.html
            """,
        subcommands: [Add.self, List.self, Plot.self, Steps.self])

    struct File: ParsableArguments {
        @Option(help: ArgumentHelp("The history; `add` makes it if it is not there.", valueName: "file"))
        var history = "history.sqlite"

        func open(for purpose: HistoryStore.Purpose) throws -> HistoryStore {
            try HistoryStore(file: history, for: purpose)
        }
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add records.",
            discussion: """
                A record that is there already changes nothing.

                Example:
                  berth bench history add new.json --history history.sqlite
                """)

        @Argument(help: "Records of `berth bench record`.")
        var records: [String]

        @OptionGroup var file: File

        func run() throws {
            try reportingErrors {
                // All are read before one is added.
                let read = try records.map { (path: $0, record: try BenchmarkRecord(file: $0)) }
                let store = try file.open(for: .adding)
                for (path, record) in read {
                    let isNew = try store.add(record)
                    let what = isNew ? "added" : "there already"
                    try StandardOutput.write("\(shown: path): \(shown: record.revision.shortText) \(what)\n")
                }
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the records.",
            discussion: """
                Example:
                  berth bench history list --history history.sqlite
                """)

        @OptionGroup var file: File

        func run() throws {
            let records = try reportingErrors { try file.open(for: .reading).records() }
            var table = TextTable([
                ("number", .right), ("revision", .left), ("size", .left), ("workloads", .right), ("toolchain", .left),
                ("machine", .left), ("subject", .left),
            ])
            for record in records {
                table.add([
                    String(record.number), record.revision.shortText, record.size, String(record.workloads),
                    record.toolchain, record.machine, record.revision.subject,
                ])
            }
            try StandardOutput.write(table.text())
        }
    }

    struct Plot: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Plot every metric over the revisions into one HTML page.",
            discussion: """
                Example:
                  berth bench history plot --history history.sqlite --output history.html
                """)

        @OptionGroup var file: File

        @Option(help: ArgumentHelp("HTML file to write.", valueName: "file"))
        var output: String

        @Option(help: ArgumentHelp("Only workloads of this name; * stands for any text.", valueName: "name"))
        var only = "*"

        func run() throws {
            try OutputPaths.check(inputs: [file.history], outputs: [("--output", output)])
            try reportingErrors {
                let page = HistoryPage.html(
                    try file.open(for: .reading).series(matching: only), title: "Benchmark history")
                try TraceFiles.write(Array(page.utf8), to: output)
            }
        }
    }

    struct Steps: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Name the revisions at which a metric took a step.",
            discussion: """
                Counts and quality: every change. Times: Pettitt's rank test, p below \
                \(StepDetection.significance), searched on both sides of every step found.

                Example:
                  berth bench history steps --history history.sqlite --only 'place/*'
                """)

        @OptionGroup var file: File

        @Option(help: ArgumentHelp("Only workloads of this name; * stands for any text.", valueName: "name"))
        var only = "*"

        func run() throws {
            let (all, changes) = try reportingErrors {
                let store = try file.open(for: .reading)
                return (try store.series(matching: only), try store.inputChanges(matching: only))
            }
            var table = TextTable([
                ("workload", .left), ("metric", .left), ("from", .right), ("to", .right), ("p", .right),
                ("revision", .left), ("subject", .left),
            ])
            var found = 0
            for series in all {
                for step in StepDetection.steps(in: series.points.map(\.value), isExact: series.isExact) {
                    let revision = series.points[step.index].revision
                    table.add([
                        series.workload, series.metric, Trend.text(step.before),
                        Trend.text(step.after),
                        series.isExact ? "exact" : NumberText.fixed(step.p, decimals: 4), revision.shortText,
                        revision.subject,
                    ])
                    found += 1
                }
            }
            try StandardOutput.write(found > 0 ? table.text() : "no step in \(all.count) series\n")
            for (workload, revision) in changes {
                try StandardOutput.write(
                    "note: \(workload): another trace from \(revision.shortText) on; not compared across\n")
            }
        }
    }
}
