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
        let width = 30
        let filled = min(done * width / total, width)
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        write("\r[\(bar)] \(NumberText.grouped(done)) of \(NumberText.grouped(total)) \(noun)")
    }

    /// Shows how far work without a known end is.
    func show(_ text: String) {
        if isDue { write("\r\u{1B}[K" + text) }
    }

    private var isDue: Bool {
        let now = DispatchTime.now().uptimeNanoseconds
        guard now - shownAt >= Self.intervalNanoseconds else { return false }
        shownAt = now
        return true
    }

    func clear() {
        if shownAt > 0 { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
