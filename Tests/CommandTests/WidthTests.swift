import Foundation
import Testing

/// Tables keep to the width they are given, and lose nothing by it.
@Suite struct WidthTests {
    private static let example = BerthProcess.fixtures.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples/snapshot.json").path

    private static func output(_ words: [String], columns: Int?) throws -> String {
        let berth = try BerthProcess()
        defer { berth.remove() }
        let process = berth.process(words)
        process.environment?["BERTH_COLUMNS"] = columns.map(String.init)
        let file = berth.folder.appending(path: "out")
        try Data().write(to: file)
        process.standardOutput = try FileHandle(forWritingTo: file)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return try String(contentsOf: file, encoding: .utf8)
    }

    private static let commands = [
        ["place", example], ["place", example, "--explain"], ["explain", "train-llm", example],
        ["explain", "chat-3", example], ["doctor", example], ["whatif", example, "--drain", "t4-1"],
        ["replay", example],
    ]

    @Test(arguments: [60, 80, 200], commands)
    func fits(columns: Int, words: [String]) throws {
        let text = try Self.output(words, columns: columns)
        #expect(!text.isEmpty)
        for line in text.split(separator: "\n") {
            #expect(line.count <= columns, "\(line)")
        }
        // The same letters in the same number, whatever the width.
        func letters(_ text: String) -> [Character: Int] {
            text.filter { $0.isLetter }.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
        if columns > 60 && ["place", "doctor"].contains(words[0]) {
            #expect(letters(text) == letters(try Self.output(words, columns: nil)))
        }
    }

    @Test func nothingIsWrappedForPrograms() throws {
        let text = try Self.output(["place", Self.example], columns: nil)
        #expect(text.split(separator: "\n").contains { $0.count > 120 })
    }

    /// Like devices that stand together are one line.
    @Test func likeDevicesAreGrouped() throws {
        let text = try Self.output(["explain", "train-llm", Self.example], columns: 200)
        #expect(text.contains("6 x: 2-7"), "\(text)")
        #expect(text.contains("20,000 MiB") || text.contains("81,920 MiB"))
    }
}
