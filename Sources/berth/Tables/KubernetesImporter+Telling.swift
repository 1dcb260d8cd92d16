import TraceImport
import TraceModel
import VendorCatalog

extension KubernetesImporter {
    /// Reads a snapshot and tells on standard error what a trace of it leaves out.
    static func readTelling(_ files: [String], catalog: VendorCatalog) throws(TraceError) -> Trace {
        let result = try read(files, now: .system(), catalog: catalog)
        for problem in result.problems { StandardError.write("warning: \(problem)") }
        for note in result.notes { StandardError.write("note: \(note)") }
        return result.trace
    }
}
