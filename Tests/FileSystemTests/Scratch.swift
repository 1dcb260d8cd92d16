import Foundation

/// A folder of a test's own, removed with its owner.
final class Scratch {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appending(path: "berth-files-" + UUID().uuidString).path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    /// What stands in the folder, hidden files too.
    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}
