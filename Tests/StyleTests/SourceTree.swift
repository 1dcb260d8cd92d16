import Foundation

/// The checked-out repository, found from where this file was compiled.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Folders under Sources that hold modules, each standing on those before it.
    static let storeys = ["Base", "Engine", "Kubernetes", "Live", "Laboratory", "Gate"]

    /// A text file of the repository.
    struct File: Sendable {
        /// Relative to the root, with `/`.
        var path: String
        var text: String

        var name: String { String(path.split(separator: "/").last ?? "") }
        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        /// The module of a file under Sources: the folder below its storey, or `berth` itself.
        var module: String? {
            let parts = path.split(separator: "/")
            guard parts.count > 2, parts[0] == "Sources" else { return nil }
            return SourceTree.storeys.contains(String(parts[1])) ? String(parts[2]) : String(parts[1])
        }

        /// The lines with comments taken out; strings stay.
        var codeLines: [Substring] {
            lines.map { line in
                guard let comment = line.range(of: "//"), !line[..<comment.lowerBound].contains("\"") else {
                    return line
                }
                return line[..<comment.lowerBound]
            }
        }
    }

    /// Text files under a folder, by path; folders and files that start with a dot are left out.
    static func files(under folder: String, extensions: Set<String>) -> [File] {
        let start = root.appending(path: folder)
        let paths = FileManager.default.enumerator(
            at: start, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
        var found: [File] = []
        while let url = paths?.nextObject() as? URL {
            guard extensions.contains(url.pathExtension), let text = try? String(contentsOf: url, encoding: .utf8)
            else { continue }
            let path = url.standardizedFileURL.path.dropFirst(root.standardizedFileURL.path.count)
            found.append(File(path: String(path.drop { $0 == "/" }), text: text))
        }
        return found.sorted { $0.path < $1.path }
    }

    static let sources = files(under: "Sources", extensions: ["swift"])
    static let tests = files(under: "Tests", extensions: ["swift"])
}
