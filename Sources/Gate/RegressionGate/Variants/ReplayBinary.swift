import BulkJSON
import Foundation
import TextEscaping
import TraceModel
import TraceReplay

/// Why one of two variants could not be run or understood.
public struct VariantError: Error, Sendable, Hashable, CustomStringConvertible {
    /// "old" or "new".
    public var variant: String
    public var problem: String

    public var description: String { "\(variant): \(problem)" }
}

/// One of the two sides of a comparison: a build of Berth, and the options its `berth replay` gets.
public struct ReplayVariant: Sendable, Hashable {
    /// "old" or "new".
    public var name: String
    /// Path of the program.
    public var binary: String
    /// Words after `berth replay TRACE`.
    public var options: [String]

    public init(name: String, binary: String, options: [String] = []) {
        self.name = name
        self.binary = binary
        self.options = options
    }

    /// Looks a name without a folder up as a shell does, where no file of the name is here.
    ///
    /// - Parameter path: folders, separated by colons.
    public mutating func find(onPath path: String) {
        if binary.contains("/") || FileManager.default.fileExists(atPath: binary) { return }
        let places = path.split(separator: ":").map { $0 + "/" + binary }
        if let found = places.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) { binary = found }
    }

    /// Makes sure that the program is there.
    public func check() throws(VariantError) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: binary, isDirectory: &isFolder), !isFolder.boolValue else {
            throw VariantError(
                variant: name, problem: "\(binary) is no file, here or on PATH; expected a build of berth")
        }
        guard FileManager.default.isExecutableFile(atPath: binary) else {
            throw VariantError(variant: name, problem: "\(binary) cannot be executed")
        }
    }

    /// The command line, for people.
    public func commandLine(trace: String) -> String {
        ([binary, "replay", trace] + options).map(ShellText.word).joined(separator: " ")
    }

    /// Replays a trace in a process of its own.
    ///
    /// - Parameters:
    ///   - decisions: file for the decisions, or nil.
    ///   - scratch: folder for what the process prints.
    public func replay(_ trace: String, decisions: String? = nil, scratch: ScratchFolder) throws -> ReplayRecord {
        try start(trace, decisions: decisions, scratch: scratch).finish()
    }

    /// Starts a replay and does not wait for it.
    func start(_ trace: String, decisions: String?, scratch: ScratchFolder) throws -> RunningReplay {
        let process = Process()
        process.executableURL = URL(filePath: binary)
        process.arguments =
            ["replay", trace] + options + ["--output", "json"] + (decisions.map { ["--decisions", $0] } ?? [])
        let (output, errors) = (scratch.file(name + ".json"), scratch.file(name + ".errors"))
        // Files instead of pipes: whatever is written, nobody waits for the other.
        for path in [output, errors] { try TraceFiles.write([], to: path) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
        do {
            try process.run()
        } catch {
            throw VariantError(variant: name, problem: "\(binary) cannot be started: \(error.localizedDescription)")
        }
        return RunningReplay(variant: self, process: process, output: output, errors: errors)
    }
}

/// A replay that runs in its process.
struct RunningReplay {
    let variant: ReplayVariant
    let process: Process
    let output: String
    let errors: String

    /// Waits for the end and reads the report.
    func finish() throws -> ReplayRecord {
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let said = String(decoding: try TraceFiles.read(errors), as: UTF8.self)
            let first = said.split(separator: "\n").first.map { ": " + $0 } ?? ""
            let how = process.terminationReason == .exit ? "exit code" : "signal"
            throw VariantError(
                variant: variant.name,
                problem: "\(variant.binary) replay ended with \(how) \(process.terminationStatus)\(first)")
        }
        return try ReplayRecord(report: try TraceFiles.read(output), of: variant.name)
    }
}

/// What a comparison needs of `berth replay --output json`.
public struct ReplayRecord: Sendable, Hashable {
    public var decisionHash: String
    public var placementSeconds: Double
    public var placed: Int64
    /// Whole numbers that an unchanged build repeats exactly, in the report's order.
    public var counts: [Count]

    /// A named exact number.
    public struct Count: Sendable, Hashable {
        public var name: String
        public var value: Int64
    }

    /// - Throws: ``VariantError`` that names the key that is missing.
    public init(report bytes: [UInt8], of variant: String) throws(VariantError) {
        func failure(_ problem: String) -> VariantError {
            VariantError(variant: variant, problem: "the report of berth replay \(problem)")
        }
        let report: JSON
        do { report = try JSON(parsing: String(decoding: bytes, as: UTF8.self)) } catch {
            throw failure("is no JSON: \(error)")
        }
        guard let hash = report["decisionHash"]?.string else { throw failure("has no decisionHash") }
        guard let seconds = report["placementSeconds"]?.double else { throw failure("has no placementSeconds") }
        guard let placed = report["placed"]?.int64 else { throw failure("has no placed") }
        decisionHash = hash
        placementSeconds = seconds
        self.placed = placed
        counts = []
        for name in ["pods", "placed", "rejected", "rounds", "decisions"] {
            if let value = report[name]?.int64 { counts.append(Count(name: name, value: value)) }
        }
        for member in report["work"]?.object?.members ?? [] {
            if let value = member.value.int64 { counts.append(Count(name: member.key, value: value)) }
        }
    }
}

/// A folder for passing files, removed with its owner.
public final class ScratchFolder {
    public let path: String

    public init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "berth-compare-" + UUID().uuidString).path
        try TraceFiles.makeFolder(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { path + "/" + name }
}
