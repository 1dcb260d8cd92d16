import TraceImport
import TraceModel
import VendorCatalog

extension Trace {
    /// Reads a trace folder and tells on standard error what was read otherwise than it stands there.
    init(telling folder: String) throws(TraceError) {
        try self.init(folder: folder)
        Warnings.tell(notes)
    }
}

extension KubernetesImporter {
    /// Reads a snapshot and tells on standard error what a trace of it leaves out.
    static func readTelling(_ files: [String], catalog: VendorCatalog) throws(TraceError) -> Trace {
        let result = try read(files, now: .system(), catalog: catalog)
        Warnings.tell(result.problems, notes: result.notes)
        return result.trace
    }
}
