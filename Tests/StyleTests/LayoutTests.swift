import Foundation
import Testing

/// The layout rules of CONTRIBUTING.md, checked on the sources themselves.
@Suite struct Layout {
    /// Most lines a source file may have.
    static let linesMax = 400

    @Test func theTreeIsFound() {
        #expect(SourceTree.sources.count > 50)
        #expect(SourceTree.tests.count > 10)
    }

    @Test func filesAreShort() {
        for file in SourceTree.sources {
            let count = file.lines.count - 1
            #expect(count <= Self.linesMax, "\(file.path) has \(count) lines; move a capability to a file of its own")
        }
    }

    /// A file is named for the one thing it does.
    @Test func namesSayWhatAFileDoes() {
        let vague = ["Util", "Helper", "Manager", "Misc", "Common", "Stuff", "Extensions", "Shared", "Base"]
        for file in SourceTree.sources + SourceTree.tests {
            let stem = file.name.dropLast(".swift".count)
            for word in vague {
                let isVague = stem.hasSuffix(word) || stem.hasSuffix(word + "s") || stem.hasPrefix(word)
                #expect(!isVague, "\(file.path): name the file for what it does")
            }
        }
    }

    @Test func nothingIsLeftUnfinished() {
        // Put together here so that this file does not find itself.
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:"]
        for file in SourceTree.sources + SourceTree.tests {
            for (number, line) in file.lines.enumerated() {
                for mark in marks { #expect(!line.contains(mark), "\(file.path):\(number + 1) says \(mark)") }
            }
        }
    }

    /// Texts hold nothing of the machine they were written on.
    @Test func noMachinePaths() {
        let folders = ["/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/Us" + "ers/", "/t" + "mp/"]
        let texts =
            SourceTree.sources + SourceTree.tests
            + SourceTree.files(under: "docs", extensions: ["md"])
            + SourceTree.files(under: "traces", extensions: ["md", "json", "sh"])
            + SourceTree.files(under: "Scripts", extensions: ["sh"])
        for file in texts {
            for (number, line) in file.lines.enumerated() {
                for folder in folders where line.contains(folder) {
                    Issue.record("\(file.path):\(number + 1) names \(folder)")
                }
            }
        }
    }
}
