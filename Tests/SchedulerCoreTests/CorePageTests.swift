import Foundation
import Testing

@testable import SchedulerCore

/// The page on the core shows the tables by which it works.
@Suite struct CorePage {
    private static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs/core.md")

    private static func name(_ state: PodState?) -> String { state.map { "`\($0)`" } ?? "—" }

    /// Rows that differ in the state they start from alone are one line.
    private static var transitions: String {
        var lines = ["| trigger | from | to | guard | what is done |", "|---|---|---|---|---|"]
        var rows = TransitionTable.rows[...]
        while let first = rows.first {
            let same = rows.prefix {
                $0.trigger == first.trigger && $0.to == first.to && $0.guardText == first.guardText
            }
            rows = rows.dropFirst(same.count)
            let from = same.map { name($0.from) }.joined(separator: ", ")
            let states = same.count == PodState.allCases.count ? "all" : from
            lines.append(
                "| `\(first.trigger)` | \(states) | \(name(first.to)) | \(first.guardText) | \(first.actionText) |")
        }
        return lines.joined(separator: "\n")
    }

    private static var wakes: String {
        let lines = WakeTable.rows.map { "| `\($0.cause)` | \($0.event) | \($0.woken) |" }
        return (["| cause | event | who tries again |", "|---|---|---|"] + lines).joined(separator: "\n")
    }

    @Test func theTablesAreTheCores() throws {
        let updates = ProcessInfo.processInfo.environment["BERTH_UPDATE_SNAPSHOTS"] != nil
        var page = try String(contentsOf: Self.path, encoding: .utf8)
        for (name, table) in [("transitions", Self.transitions), ("wakes", Self.wakes)] {
            let start = try #require(page.range(of: "<!-- \(name) -->\n"))
            let stop = try #require(page.range(of: "<!-- end of \(name) -->"))
            let shown = start.upperBound..<stop.lowerBound
            if updates { page.replaceSubrange(shown, with: table + "\n") } else { #expect(page[shown] == table + "\n") }
        }
        if updates { try page.write(to: Self.path, atomically: true, encoding: .utf8) }
    }

    @Test func everyStateIsExplained() throws {
        let page = try String(contentsOf: Self.path, encoding: .utf8)
        for state in PodState.allCases { #expect(page.contains("* `\(state)`: "), "\(state)") }
    }
}
