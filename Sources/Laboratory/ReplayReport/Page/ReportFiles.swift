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
    /// Saves one run and its page.
    ///
    /// - Throws: ``TraceError`` when a file cannot be written, ``RunFileError`` when the run cannot be shown.
    public static func write(_ summary: ReplaySummary, to folder: String) throws {
        let json = summary.json()
        try TraceFiles.makeFolder(folder)
        try TraceFiles.write(json, to: folder + "/run.json")
        if let metrics = summary.metrics {
            try TraceFiles.write(metrics.csv(summary.allocation), to: folder + "/series.csv")
        }
        let run = try RunRecord(json: String(decoding: json, as: UTF8.self), file: folder + "/run.json")
        try TraceFiles.write(Array(ReportPage.html([run]).utf8), to: folder + "/report.html")
    }

    /// Compares saved runs in one page.
    ///
    /// - Parameter files: as ``write(_:to:)`` or `berth replay --output json` made them.
    /// - Throws: ``TraceError`` and ``RunFileError``.
    public static func compare(_ files: [String], to folder: String) throws {
        var runs: [RunRecord] = []
        for file in files {
            runs.append(try RunRecord(json: String(decoding: try TraceFiles.read(file), as: UTF8.self), file: file))
        }
        try TraceFiles.makeFolder(folder)
        try TraceFiles.write(Array(ReportPage.html(runs).utf8), to: folder + "/report.html")
        try TraceFiles.write(comparison(runs), to: folder + "/comparison.csv")
        try TraceFiles.write(comparisonJSON(runs, files), to: folder + "/comparison.json")
    }
}
