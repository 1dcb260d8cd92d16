import PlacementModel
import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

extension SnapshotReplay {
    /// Reads a cluster as `berth place` does, and tells on standard error what could not be used of it and what it lacks.
    static func preparedTelling(
        _ cluster: ClusterInputOptions, _ options: ReplayOptions, catalog: VendorCatalog
    ) throws -> PreparedTrace {
        let input = try cluster.read()
        let name = cluster.first.split(separator: "/").last.map(String.init) ?? cluster.first
        let snapshot = SnapshotReplay(
            input, name: name, defaults: options.defaults, profile: options.profile, admits: cluster.admit,
            now: .system(), catalog: catalog)
        Warnings.tellOfInput(snapshot.session, notes: cluster.notes(on: input, snapshot.session))
        return snapshot.prepare()
    }
}
