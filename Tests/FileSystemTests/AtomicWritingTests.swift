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

    /// Of a link the file that it leads to goes, the link stays.
    @Test func removingFollowsLinks() throws {
        try write("one", to: "a")
        #expect(symlink("a", folder.file("link")) == 0)
        try AtomicWriting.remove(folder.file("link"))
        #expect(folder.names == ["link"])
        try write("two", to: "link")
        #expect(folder.names == ["a", "link"])
        #expect(try text("a") == "two")
    }

    /// A path of an open stream is written to where the stream stands, and never replaced or removed.
    @Test(arguments: ["/dev/fd/", "/proc/self/fd/", "link to "])
    func streamsAreWrittenTo(_ form: String) throws {
        try write("one\n", to: "a")
        let descriptor = open(folder.file("a"), O_RDWR | O_APPEND)
        defer { close(descriptor) }
        var path = form + "\(descriptor)"
        if form == "link to " {
            path = folder.file("link")
            #expect(symlink("/dev/fd/\(descriptor)", path) == 0)
        }
        #expect(StreamPath.descriptor(of: path) == descriptor)
        try AtomicWriting.write(Array("two\n".utf8), to: path)
        try AtomicWriting.remove(path)
        #expect(try text("a") == "one\ntwo\n")
        #expect(throws: FileError.self) { try RecordLog(path, header: "h", kind: "log") }
        #expect(try text("a") == "one\ntwo\n")
    }

    @Test func otherPathsAreNoStreams() {
        let others = ["", "a", "/dev/null", "/dev/fd", "/dev/fd/x", "/dev/fd/-1", "/proc/1/fd/1x", "/dev/fd/1/a"]
        for path in others + [folder.file("a")] {
            #expect(StreamPath.descriptor(of: path) == nil, "\(path)")
        }
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
