import Foundation
import Testing

/// Compares what a command prints with a file; `BERTH_UPDATE_SNAPSHOTS=1` writes the files anew.
enum Snapshot {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots")

    static func expect(_ text: String, matches name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let file = folder.appending(path: name)
        if ProcessInfo.processInfo.environment["BERTH_UPDATE_SNAPSHOTS"] != nil {
            try Data(text.utf8).write(to: file)
            return
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        if text == expected { return }
        let (found, wanted) = (lines(text), lines(expected))
        let place = zip(found, wanted).enumerated().first { $1.0 != $1.1 }?.offset ?? min(found.count, wanted.count)
        func line(_ lines: [Substring]) -> Substring { place < lines.count ? lines[place] : "(nothing)" }
        Issue.record(
            "\(name), line \(place + 1): found \(line(found)), expected \(line(wanted))", sourceLocation: sourceLocation
        )
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
