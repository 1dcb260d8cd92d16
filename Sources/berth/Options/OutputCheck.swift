import FileSystem
import TraceImport
import TraceModel

extension OutputPaths {
    /// Checks a command's outputs against its inputs before any work is done.
    ///
    /// - Parameters:
    ///   - inputs: files, or folders of traces or snapshots; - is standard input.
    ///   - outputs: paths by the option that names them; nil = the option was not given.
    /// - Throws: ``InputFailure`` when an output would overwrite an input, or two outputs are one file.
    static func check(inputs: [String?], outputs: [(option: String, path: String?)]) throws {
        var paths = OutputPaths()
        for input in inputs.compactMap(\.self) {
            // Of a snapshot's folder every file is read, of a trace's or a run's those with a name of their own.
            let readsAll = KubernetesImporter.isSnapshot(input) && !TraceFiles.exists(input + "/run.json")
            paths.read(input) { readsAll || Trace.fileNames.contains($0) || $0.hasPrefix("openb_") }
        }
        for output in outputs {
            guard let path = output.path else { continue }
            do throws(FileError) { try paths.write(path, for: output.option) } catch {
                throw InputFailure(error.description)
            }
        }
    }

    /// The paths of some files in a folder that an option names.
    static func files(_ names: [String], in folder: String?, for option: String) -> [(option: String, path: String?)] {
        guard let folder else { return [] }
        return names.map { (option, folder + "/" + $0) }
    }
}
