import TraceModel
import TraceReplay

/// The files of a report in a folder.
///
/// ```
/// report.html   everything, for people
/// run.json      the run, as --output json prints it; `berth report` reads it again
/// series.csv    every measure at every sample
/// ```
public enum ReportFiles {
    /// Files that a folder of ``write(_:to:origin:)`` and ``compare(_:to:origin:)`` may hold.
    public static let names = ["run.json", "series.csv", "report.html", "comparison.csv", "comparison.json"]

    /// Saves one run and its page.
    ///
    /// - Parameter origin: how and when the page was made, a sentence each.
    /// - Throws: ``TraceError`` when a file cannot be written, ``RunFileError`` when the run cannot be shown.
    public static func write(_ summary: ReplaySummary, to folder: String, origin: [String] = []) throws {
        let json = summary.json()
        let run = try RunRecord(json: String(decoding: json, as: UTF8.self), file: folder + "/run.json")
        var files = [(path: folder + "/run.json", bytes: json)]
        if let metrics = summary.metrics {
            files.append((folder + "/series.csv", metrics.csv(summary.allocation)))
        }
        files.append((folder + "/report.html", Array(ReportPage.html([run], origin: origin).utf8)))
        try TraceFiles.makeFolder(folder)
        try TraceFiles.write(files)
    }

    /// Compares saved runs in one page.
    ///
    /// - Parameters:
    ///   - files: as ``write(_:to:origin:)`` or `berth replay --output json` made them.
    ///   - origin: how and when the page was made, a sentence each.
    /// - Throws: ``TraceError`` and ``RunFileError``.
    public static func compare(_ files: [String], to folder: String, origin: [String] = []) throws {
        var runs: [RunRecord] = []
        for file in files {
            runs.append(try RunRecord(json: String(decoding: try TraceFiles.read(file), as: UTF8.self), file: file))
        }
        let page = Array(ReportPage.html(runs, origin: origin).utf8)
        try TraceFiles.makeFolder(folder)
        try TraceFiles.write([
            (folder + "/report.html", page), (folder + "/comparison.csv", comparison(runs)),
            (folder + "/comparison.json", comparisonJSON(runs, files)),
        ])
    }
}
