import Foundation
import TextEscaping

/// How and when a page was made, for its footer.
enum PageOrigin {
    static var sentences: [String] {
        let words = ["berth"] + CommandLine.arguments.dropFirst().map(ShellText.word)
        let date = Date().formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: false).timeSeparator(.colon))
        return [
            "Made by `\(words.joined(separator: " "))` on \(date.prefix(10)) at \(date.dropFirst(11).prefix(5)) UTC."
        ]
    }
}
