import FileSystem
import PlacementModel

/// Paths that lead nowhere, and those that were perhaps meant.
enum PathHint {
    /// - Throws: ``InputFailure`` when nothing is there; it names the file beside it whose name is nearest.
    static func requireThere(_ path: String) throws {
        if FileReading.kind(of: path) != .missing { return }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let name = parts.popLast() ?? path
        let folder = parts.joined(separator: "/")
        let place = parts.isEmpty ? "." : folder.isEmpty ? "/" : folder
        if FileReading.kind(of: place) != .folder {
            throw InputFailure("\(path): no such file or folder; there is no folder \(place)")
        }
        let beside = (try? FileReading.names(inFolder: place)) ?? []
        let meant = NearestName(beside).suggestion(for: name).map { found in
            "; did you mean \((parts + [found]).joined(separator: "/"))?"
        }
        throw InputFailure("\(path): no such file or folder\(meant ?? "")")
    }
}
