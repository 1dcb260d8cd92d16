import Foundation

/// A line on standard error that shows how far a run is; exists only where standard error is a terminal.
final class ProgressLine {
    private let noun: String
    private var shownAt: UInt64 = 0
    private static let intervalNanoseconds: UInt64 = 100_000_000

    /// - Parameter noun: what is counted, in the plural.
    init?(_ noun: String = "pods") {
        self.noun = noun
        if isatty(STDERR_FILENO) == 0 { return nil }
    }

    /// Redraws the line, ten times a second at most.
    func show(_ done: Int, of total: Int) {
        guard total > 0, isDue else { return }
        StandardError.show("\r\(Self.bar(done, of: total)) \(noun)")
    }

    /// How far it is, as a bar and in numbers.
    static func bar(_ done: Int, of total: Int) -> String {
        let width = 30
        let filled = total > 0 ? Int(Double(width) * min(Double(done) / Double(total), 1)) : width
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "[\(bar)] \(NumberText.grouped(done)) of \(NumberText.grouped(total))"
    }

    /// Shows how far work without a known end is.
    func show(_ text: String) {
        if isDue { StandardError.show("\r\u{1B}[K" + text) }
    }

    private var isDue: Bool {
        let now = DispatchTime.now().uptimeNanoseconds
        guard now - shownAt >= Self.intervalNanoseconds else { return false }
        shownAt = now
        return true
    }

    func clear() {
        if shownAt > 0 { StandardError.show("\r\u{1B}[K") }
    }
}

/// The progress line of a sweep or survey, and its time at the end.
final class SweepProgress: Sendable {
    private let started = DispatchTime.now().uptimeNanoseconds
    private let isTerminal = isatty(STDERR_FILENO) != 0

    /// One thread at a time calls it.
    func show(_ done: Int, of total: Int) {
        if isTerminal { StandardError.show("\r\(ProgressLine.bar(done, of: total)) runs") }
    }

    func finish(_ what: String = "sweep") {
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - started) / 1e9
        StandardError.show(
            (isTerminal ? "\r\u{1B}[K" : "") + "\(what) took \(NumberText.fixed(seconds, decimals: 1)) s\n")
    }
}
