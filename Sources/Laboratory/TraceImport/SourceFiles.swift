import TraceModel

/// The paths given for the files of a source, by role.
public struct SourceFiles: Sendable {
    private var paths: [String: String] = [:]
    private let source: String

    /// Finds out which path is which file.
    ///
    /// A path may say so (`jobs=PATH`), may be named as it is published, or may be a folder that holds such files. Where a
    /// source has one file, it may have any name.
    /// - Throws: ``TraceError`` for a path that is none of the files, for two of a kind, and for one that is missing.
    public init(_ given: [String], of source: any TraceSource) throws(TraceError) {
        self.source = source.name
        for path in given {
            if let equals = path.firstIndex(of: "="),
                let file = source.files.first(where: { $0.role == path[..<equals] })
            {
                try add(String(path[path.index(after: equals)...]), as: file)
            } else if TraceFiles.isFolder(path) {
                try addFolder(path, of: source)
            } else if let file = Self.file(named: path, among: source.files) {
                try add(path, as: file)
            } else {
                let roles = source.files.map { "\($0.role)=\(path)" }.joined(separator: " or ")
                throw TraceError(
                    file: path, problem: "is none of the files of \(source.name) by its name; say \(roles)")
            }
        }
        for file in source.files where file.isRequired && paths[file.role] == nil {
            let names = file.names.isEmpty ? "" : " (\(file.names.joined(separator: " or ")))"
            throw TraceError(file: source.name, problem: "needs its file \(file.role)\(names)")
        }
    }

    /// The path of a file that is required.
    func path(_ role: String) -> String { paths[role] ?? role }

    /// The path of a file that may be missing.
    func optionalPath(_ role: String) -> String? { paths[role] }

    private static func file(named path: String, among files: [SourceFile]) -> SourceFile? {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return files.first { $0.names.contains { name.contains($0) } } ?? (files.count == 1 ? files[0] : nil)
    }

    private mutating func add(_ path: String, as file: SourceFile) throws(TraceError) {
        if let other = paths[file.role] {
            throw TraceError(file: path, problem: "and \(other) are both given as \(file.role)")
        }
        paths[file.role] = path
    }

    private mutating func addFolder(_ folder: String, of source: any TraceSource) throws(TraceError) {
        var isEmpty = true
        for file in source.files {
            let candidates = file.names.flatMap { [$0, $0 + ".csv"] }.map { TraceFormat.path(folder, $0) }
            guard let path = candidates.first(where: { TraceFiles.exists($0) }) else { continue }
            try add(path, as: file)
            isEmpty = false
        }
        if isEmpty {
            let names = source.files.flatMap(\.names).joined(separator: ", ")
            throw TraceError(file: folder, problem: "holds no file of \(source.name): \(names)")
        }
    }
}
