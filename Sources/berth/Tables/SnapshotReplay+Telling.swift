import TraceImport
import TraceModel
import TraceReplay
import VendorCatalog

extension SnapshotReplay {
    /// Reads a snapshot as `berth place` does, and tells on standard error what could not be used of it.
    static func preparedTelling(
        _ file: String, _ options: ReplayOptions, catalog: VendorCatalog
    ) throws(TraceError) -> PreparedTrace {
        let snapshot = try SnapshotReplay(
            [file], defaults: options.defaults, profile: options.profile, now: .system(), catalog: catalog)
        Warnings.tell(snapshot.session.problems)
        return snapshot.prepare()
    }
}
