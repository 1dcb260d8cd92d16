import Foundation
import PlacementModel
import SchedulerSession
import Testing

/// Words that stand on pages because the program says them.
@Suite struct PageWordTests {
    private static let root = BerthProcess.fixtures.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func page(_ name: String) throws -> String {
        try String(contentsOf: root.appending(path: name), encoding: .utf8)
    }

    /// The glossary has every reason that a node or a device can give.
    @Test func everyReasonIsExplained() throws {
        let page = try Self.page("docs/reasons.md")
        let words =
            RejectionReason.allCases.map(\.word) + NodeFilter.allCases.map(\.word) + [
                "NodeInsufficientDevice", "node unregistered", "AddResourceUsage failed",
            ]
        for word in words { #expect(page.contains("`\(word)`"), "docs/reasons.md does not tell of \(word)") }
    }

    /// One command makes a snapshot: pages show that one, and help too.
    @Test func oneCommandMakesASnapshot() throws {
        for name in ["README.md", "docs/snapshots.md"] {
            #expect(try Self.page(name).contains("$ " + SnapshotCommand.text + "\n"), "\(name)")
        }
        for command in [["place"], ["snapshot"]] {
            let words = try BerthProcess.run(command + ["--help"]).output.split(whereSeparator: \.isWhitespace)
            #expect(words.joined(separator: " ").contains(SnapshotCommand.text), "\(command)")
        }
    }

    /// Completions for three shells name every command.
    @Test(arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
        let result = try BerthProcess.run(["--generate-completion-script", shell])
        #expect(result.status == 0)
        for command in Help.commands { #expect(result.output.contains(command[0]), "\(shell): \(command)") }
    }
}
