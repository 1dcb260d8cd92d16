import Foundation

extension BenchmarkRecord.Machine {
    /// This machine.
    public static var current: BenchmarkRecord.Machine {
        var names = utsname()
        uname(&names)
        return BenchmarkRecord.Machine(
            system: text(of: names.sysname) + " " + text(of: names.release), architecture: text(of: names.machine),
            processor: processorName, processors: ProcessInfo.processInfo.processorCount,
            memoryMiB: Int64(ProcessInfo.processInfo.physicalMemory >> 20))
    }

    private static func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The processor as the kernel names it; the architecture's file has no such line on some machines.
    private static var processorName: String {
        let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        for line in information.split(separator: "\n") where line.hasPrefix("model name") {
            return line.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)
        }
        return "unknown"
    }

    /// Whether times taken on both may be compared at all.
    func isComparable(with other: BenchmarkRecord.Machine) -> Bool {
        processor == other.processor && processors == other.processors && architecture == other.architecture
    }
}

extension BenchmarkRecord.Toolchain {
    /// What this program was built with.
    public static var current: BenchmarkRecord.Toolchain {
        #if compiler(>=6.4)
            let compiler = "Swift 6.4 or later"
        #elseif compiler(>=6.3)
            let compiler = "Swift 6.3"
        #else
            let compiler = "Swift 6.2"
        #endif
        #if DEBUG
            return BenchmarkRecord.Toolchain(compiler: compiler, configuration: "debug")
        #else
            return BenchmarkRecord.Toolchain(compiler: compiler, configuration: "release")
        #endif
    }
}

extension BenchmarkRecord.Revision {
    /// The commit that a folder has checked out, by asking git; unknown where there is no git or no repository.
    public static func ofRepository(at folder: String) -> BenchmarkRecord.Revision {
        guard let commit = git(["rev-parse", "HEAD"], in: folder), !commit.isEmpty else {
            return BenchmarkRecord.Revision(commit: "", isModified: false, subject: "")
        }
        let changes = git(["status", "--porcelain", "--untracked-files=no"], in: folder) ?? ""
        return BenchmarkRecord.Revision(
            commit: commit, isModified: !changes.isEmpty, subject: git(["log", "-1", "--format=%s"], in: folder) ?? "")
    }

    /// The first twelve digits of the commit, with a mark if the tree was modified.
    public var shortText: String {
        commit.isEmpty ? "unknown" : commit.prefix(12) + (isModified ? "+" : "")
    }

    private static func git(_ arguments: [String], in folder: String) -> String? {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
