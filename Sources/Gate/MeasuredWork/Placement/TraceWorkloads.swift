import PlacementEngine
import TraceModel
import TraceReplay

extension Workload {
    /// Replays of trace folders as workloads, `trace/<folder>/<policy>`: how other projects use the gate.
    ///
    /// Folders of one name are told apart by as many of the folders above them as that takes.
    /// - Throws: ``TraceError`` for a folder that is given twice.
    public static func replays(
        ofTraces folders: [String], policies: [PolicyChoice], nodePolicy: String
    ) throws(TraceError) -> [Workload] {
        let names = try names(ofFolders: folders)
        return zip(folders, names).flatMap {
            replays(ofTrace: $0, named: $1, policies: policies, nodePolicy: nodePolicy)
        }
    }

    /// The last parts of each path, as many as tell it from all others.
    static func names(ofFolders folders: [String]) throws(TraceError) -> [String] {
        let paths = folders.map { $0.split(separator: "/").filter { $0 != "." }.map(String.init) }
        for (place, path) in paths.enumerated() where paths[..<place].contains(path) {
            throw TraceError(file: folders[place], problem: "is given twice")
        }
        return paths.enumerated().map { place, path in
            for count in 1..<max(path.count, 1) {
                let tail = path.suffix(count)
                let isAlone = paths.enumerated().allSatisfy { $0.offset == place || $0.element.suffix(count) != tail }
                if isAlone { return tail.joined(separator: "/") }
            }
            return path.isEmpty ? folders[place] : path.joined(separator: "/")
        }
    }

    private static func replays(
        ofTrace folder: String, named name: String, policies: [PolicyChoice], nodePolicy: String
    ) -> [Workload] {
        policies.map { policy in
            Workload(
                "trace/\(name)/\(policy.name)" + (nodePolicy == "spread" ? "-spread" : ""),
                "trace \(folder), policy \(policy.name), node policy \(nodePolicy)", operation: "pod"
            ) { _, shelf in
                var options = ReplayOptions()
                options.policy = policy
                options.defaults = SchedulingDefaults(
                    nodePolicy: nodePolicy, devicePolicy: options.defaults.devicePolicy)
                let trace = try shelf.trace(name) { _ in try Trace(folder: folder) }
                return try ReplayWorkload(trace, options, catalog: shelf.catalog)
            }
        }
    }
}
