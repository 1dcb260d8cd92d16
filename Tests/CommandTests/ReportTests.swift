import BulkJSON
import Foundation
import Testing

/// What `berth replay --report` and `berth report` write, as files and as seen in a browser.
@Suite struct ReportTests {
    private static let trace = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "traces/smoke").path

    private static let baseline = URL(filePath: trace).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Benchmarks/baseline.json")

    private static let backlogPlots = [
        "plot-allocation-load", "plot-shortfall-load", "plot-unplaced-load", "plot-refusals",
        "plot-stranded-memory-load", "plot-stranded-cores-load", "plot-imbalance-load", "plot-fairness-load",
        "plot-vendors-load-1", "plot-fleet-1", "plot-latency-pod",
    ]
    private static let virtualPlots = [
        "plot-allocation-time", "plot-unplaced-time", "plot-waits-time", "plot-wait-percentiles",
        "plot-stranded-memory-time", "plot-imbalance-time", "plot-fairness-time", "plot-vendors-time-1",
        "plot-fleet-1", "plot-latency-pod", "plot-latency-round",
    ]

    /// A small month with waits.
    private static func generate(_ berth: BerthProcess) throws {
        let result = try berth.run([
            "trace", "generate", "--nodes", "12", "--vendors", "nvidia=2,kunlun=1,metax=1", "--pods", "400",
            "--classes", "20", "--seed", "3", "--arrival-process", "poisson", "--arrival-rate-per-hour", "20",
            "--mean-duration-minutes", "600", "--output", "busy",
        ])
        #expect(result.status == 0)
    }

    private static func replay(_ berth: BerthProcess, _ arguments: [String], report: String) throws {
        let result = try berth.run(["replay"] + arguments + ["--report", report])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func filesLieBesideThePage() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        try Self.generate(berth)
        try Self.replay(berth, ["busy", "--clock", "virtual", "--interval", "1m"], report: "out")
        let page = try String(contentsOf: berth.folder.appending(path: "out/report.html"), encoding: .utf8)
        // Nothing is fetched: no address besides the names of data.
        #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("@import"))
        #expect(!page.contains("<script"))
        let run = try JSON(
            parsing: String(contentsOf: berth.folder.appending(path: "out/run.json"), encoding: .utf8))
        let samples = run["allocation"]?["at"]?.array?.count
        #expect(run["metrics"]?["runningPercent"]?.array?.count == samples)
        #expect((run["waitMs"]?["max"]?.double ?? 0) > 60_000)
        // The gap stands on the page as in the figures beside it.
        let ceilings = try #require(run["ceiling"]?["entries"]?.array)
        #expect(page.contains("Distance from the optimum") && !ceilings.isEmpty)
        for entry in ceilings {
            let total = try #require(entry["total"]?.double)
            let gap = try #require(entry["gap"]?.double)
            #expect(gap >= 0 && page.contains(String(format: "%.2f %%", gap * 100 / total)))
        }
        let series = try String(contentsOf: berth.folder.appending(path: "out/series.csv"), encoding: .utf8)
        #expect(series.hasPrefix("time_ms,arrived_pods,arrived_pct,wanted_pct,running_pct,unplaced_pods,"))
        #expect(series.split(separator: "\n").count == (samples ?? 0) + 1)
    }

    /// The verdict in words, where the page comes from, one denominator of refusals, nothing shown that means nothing.
    @Test func theVerdictStandsFirst() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        try Self.replay(berth, [Self.trace], report: "one")
        try Self.replay(berth, [Self.trace, "--node-policy", "spread"], report: "two")
        let page = try String(contentsOf: berth.folder.appending(path: "one/report.html"), encoding: .utf8)
        #expect(page.contains("771 of 1,500 pods were placed (51.4 %); 729 were refused: 520 CardInsufficientMemory"))
        #expect(page.contains("520 (71.3 %)") && !page.contains("(34.7 %)"))
        #expect(page.contains("--report one` on 20") && page.contains("Berth 0.1.0"))
        // Two rounds have no percentiles.
        #expect(page.contains("plot-latency-pod") && !page.contains("plot-latency-round"))
        #expect(try berth.run(["report", "one/run.json", "two/run.json", "--output", "both"]).status == 0)
        let both = try String(contentsOf: berth.folder.appending(path: "both/report.html"), encoding: .utf8)
        #expect(both.contains("placed most: "), "\(both.prefix(3000))")
        #expect(try berth.run(["report", "one/run.json", "one/run.json", "--output", "same"]).status == 0)
        let same = try String(contentsOf: berth.folder.appending(path: "same/report.html"), encoding: .utf8)
        #expect(same.contains("All runs decided every pod alike.") && !same.contains("class=\"n best\""))
        let run = try JSON(parsing: String(contentsOf: berth.folder.appending(path: "one/run.json"), encoding: .utf8))
        #expect(run["berth"]?.string?.hasPrefix("0.1.0") == true)
    }

    @Test func namesAreEscaped() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let name = "a<b>&\"c\""
        let made = try berth.run([
            "trace", "generate", "--nodes", "2", "--vendors", "nvidia", "--pods", "5", "--classes", "2", "--name", name,
            "--output", "odd",
        ])
        #expect(made.status == 0)
        try Self.replay(berth, ["odd"], report: "out")
        let page = try String(contentsOf: berth.folder.appending(path: "out/report.html"), encoding: .utf8)
        #expect(page.contains("a&lt;b&gt;&amp;&quot;c&quot;"))
        #expect(!page.contains(name))
    }

    @Test(
        "unreadable runs are named with the member",
        arguments: [
            ("{", "bad.json: is no JSON"), ("{}", "bad.json: trace is missing"),
            (#"{"trace": 5}"#, "bad.json: trace must be a text"), ("[]", "bad.json: the document must be an object"),
        ])
    func badRuns(text: String, message: String) throws {
        let result = try BerthProcess.run(["report", "bad.json", "--output", "out"], files: ["bad.json": text])
        #expect(result.status == 2)
        #expect(result.errors.contains(message), "\(result.errors)")
    }

    @Test(
        "reports in a browser: nothing cut, every plot there, no console errors (needs chromium)",
        .enabled(if: Browser.program != nil, "chromium is not installed"))
    func inABrowser() throws {
        let berth = try BerthProcess()
        defer { berth.remove() }
        try Self.generate(berth)
        try Self.replay(berth, [Self.trace], report: "binpack")
        try Self.replay(berth, [Self.trace, "--node-policy", "spread"], report: "spread")
        try Self.replay(berth, ["busy", "--clock", "virtual", "--interval", "1m"], report: "virtual")
        let compared = try berth.run(["report", "binpack/run.json", "spread/run.json", "--output", "compared"])
        #expect(compared.status == 0)
        // As many runs as a phone has no room for side by side.
        let policies = ["BestFit", "DotProd", "FGD", "GpuClustering"]
        for policy in policies { try Self.replay(berth, [Self.trace, "--policy", policy], report: policy) }
        let runs = (["binpack", "spread"] + policies).map { $0 + "/run.json" }
        #expect(try berth.run(["report"] + runs + ["--output", "many"]).status == 0)
        // A history of two records, whose numbers are of every size.
        let baseline = berth.folder.appending(path: "baseline.json")
        let commit = try #require(
            try JSON(parsing: String(contentsOf: Self.baseline, encoding: .utf8))["revision"]?["commit"]?.string)
        for revision in [commit, String(commit.reversed())] {
            let text = try String(contentsOf: Self.baseline, encoding: .utf8)
            try Data(text.replacingOccurrences(of: commit, with: revision).utf8).write(to: baseline)
            #expect(try berth.run(["bench", "history", "add", "baseline.json", "--history", "h"]).status == 0)
        }
        #expect(
            try berth.run(["bench", "history", "plot", "--history", "h", "--output", "history.html"]).status == 0)
        let expected = [
            "history": ["plot-s0-0"], "many": Self.backlogPlots, "single": Self.backlogPlots + ["plot-reasons-load"],
            "time": Self.virtualPlots,
            "compared": Self.backlogPlots + ["plot-fleet-2", "plot-vendors-load-2"],
        ]
        for (name, folder) in [("single", "binpack"), ("time", "virtual"), ("compared", "compared"), ("many", "many")] {
            try FileManager.default.copyItem(
                at: berth.folder.appending(path: folder + "/report.html"),
                to: berth.folder.appending(path: name + ".html"))
        }
        let pages = expected.keys.sorted().map { berth.folder.appending(path: $0 + ".html") }
        for scheme in Browser.Scheme.allCases {
            let look = try Browser.look(at: pages, widths: [1280, 390], scheme: scheme, in: berth.folder)
            expect(look, scheme, plots: expected)
        }
    }

    private func expect(_ look: Browser.Look, _ scheme: Browser.Scheme, plots: [String: [String]]) {
        #expect(look.console.isEmpty, "\(look.console)")
        #expect(look.measurements.count == plots.count * 2)
        for measured in look.measurements {
            let values = measured.values
            let place: Comment = "\(measured.page) at \(measured.width), \(scheme)"
            #expect([1280, 390].contains(measured.width), place)
            #expect((values["scrollWidth"]?.int64 ?? .max) <= Int64(measured.width), place)
            #expect(values["cut"]?.array == [], place)
            #expect(values["overlapping"]?.array == [], place)
            #expect(values["isDark"]?.bool == (scheme == .dark), place)
            #expect(values["background"]?.string == (scheme == .dark ? "rgb(17, 21, 27)" : "rgb(245, 246, 248)"), place)
            let name = measured.page.replacingOccurrences(of: "measured-", with: "")
                .replacingOccurrences(of: ".html", with: "")
            for plot in plots[name] ?? ["page \(name)"] {
                #expect((values["plots"]?[plot]?.int64 ?? 0) > 0, "\(plot) is missing in \(place)")
            }
        }
    }
}
