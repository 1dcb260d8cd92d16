import Foundation
import Testing

/// Runs the built `berth` in a folder of its own.
struct BerthProcess {
    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Relative paths of the command line start here.
    let folder: URL

    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    /// The tool stands beside the tests.
    static let binary: URL = {
        let products = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(filePath: ".")
        return products.appending(path: "berth")
    }()

    /// A new folder with the fixtures in it, and `files` by name.
    init(_ files: [String: String] = [:]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "berth-" + UUID().uuidString)
        try FileManager.default.copyItem(at: Self.fixtures, to: folder)
        for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// A process that is ready to run. Help is laid out for 80 columns.
    func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = Self.binary
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(["COLUMNS": "80"]) { $1 }
        return process
    }

    /// Runs to the end.
    func run(_ arguments: [String], input: String = "") throws -> Result {
        let process = process(arguments)
        // Files instead of pipes: whatever is written, nobody waits for the other.
        let (output, errors, given) = (file("stdout"), file("stderr"), file("stdin"))
        try Data(input.utf8).write(to: given)
        for url in [output, errors] { try Data().write(to: url) }
        process.standardInput = try FileHandle(forReadingFrom: given)
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }

    private func file(_ name: String) -> URL { folder.appending(path: ".\(name)-\(UUID().uuidString)") }

    /// Runs once with files of its own, and cleans up.
    static func run(
        _ arguments: [String], files: [String: String] = [:], input: String = ""
    ) throws -> Result {
        let berth = try BerthProcess(files)
        defer { berth.remove() }
        return try berth.run(arguments, input: input)
    }
}
