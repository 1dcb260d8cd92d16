import Foundation
import Testing

@testable import FileSystem

/// A file appears whole or not at all, and nothing that is no target is touched.
@Suite struct AtomicWritingTests {
    private let folder = Scratch()

    private func text(_ name: String) throws -> String {
        String(decoding: try FileReading.bytes(of: folder.file(name)), as: UTF8.self)
    }

    private func write(_ text: String, to name: String) throws {
        try AtomicWriting.write(Array(text.utf8), to: folder.file(name))
    }

    @Test func aFileIsMadeAndReplaced() throws {
        try write("one", to: "a")
        try write("two", to: "a")
        #expect(try text("a") == "two")
        #expect(folder.names == ["a"])
    }

    @Test func rightsAndLinksStay() throws {
        try write("one", to: "a")
        #expect(chmod(folder.file("a"), 0o600) == 0)
        #expect(symlink("a", folder.file("link")) == 0)
        try write("two", to: "link")
        #expect(try text("a") == "two")
        var status = stat()
        #expect(lstat(folder.file("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
        #expect(stat(folder.file("a"), &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func whatAnInterruptionLeftIsTakenOver() throws {
        try write("old", to: "a")
        try Data("hal".utf8).write(to: URL(filePath: folder.file(".a.partial")))
        #expect(try text("a") == "old")
        try write("new", to: "a")
        #expect(try text("a") == "new")
        #expect(folder.names == ["a"])
    }

    @Test func theSecondOfTwoWritersIsTold() throws {
        let first = try PartialFile(for: folder.file("a"))
        try first.fill(Array("first".utf8))
        let error = #expect(throws: FileError.self) { try write("second", to: "a") }
        #expect(error?.problem == "is being written by another process")
        try first.publish()
        #expect(try text("a") == "first")
        try write("second", to: "a")
        #expect(try text("a") == "second")
    }

    @Test func ofSeveralFilesNoneIsReplacedWhereOneFails() throws {
        try write("old", to: "a")
        #expect(throws: FileError.self) {
            try AtomicWriting.write([
                (folder.file("a"), Array("new".utf8)), (folder.file("missing/b"), Array("new".utf8)),
            ])
        }
        #expect(try text("a") == "old")
        #expect(folder.names == ["a"])
    }

    @Test(.enabled(if: FileReading.kind(of: "/dev/full") == .other, "there is no device that is always full"))
    func aFullDeviceIsAnError() throws {
        let error = #expect(throws: FileError.self) { try AtomicWriting.write([1], to: "/dev/full") }
        #expect(error?.problem == "cannot be written: No space left on device")
    }

    @Test func foldersAreNoFiles() throws {
        try AtomicWriting.makeFolder(folder.file("a/b"))
        let error = #expect(throws: FileError.self) { try write("x", to: "a") }
        #expect(error?.problem == "is a folder")
    }

    @Test func outputsDoNotOverwriteInputs() throws {
        try write("x", to: "in.csv")
        #expect(symlink("in.csv", folder.file("alias.csv")) == 0)
        #expect(link(folder.file("in.csv"), folder.file("hard.csv")) == 0)
        for name in ["in.csv", "./in.csv", "alias.csv", "hard.csv"] {
            var paths = OutputPaths()
            paths.read(folder.path)
            #expect(throws: FileError.self, "\(name)") { try paths.write(folder.file(name), for: "--out") }
        }
        var paths = OutputPaths()
        paths.read(folder.path)
        try paths.write(folder.file("new.csv"), for: "--one")
        let error = #expect(throws: FileError.self) { try paths.write(folder.path + "/./new.csv", for: "--two") }
        #expect(error?.problem == "--one and --two name one file")
    }

    @Test(.enabled(if: FileReading.kind(of: "/dev/zero") == .other, "there is no device that never ends"))
    func aDeviceThatNeverEndsIsFoundOut() {
        let error = #expect(throws: FileError.self) { try FileReading.bytes(of: "/dev/zero") }
        #expect(error?.problem.hasPrefix("is a device that gives more than") == true)
    }
}
