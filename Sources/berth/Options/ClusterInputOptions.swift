import ArgumentParser
import FileSystem
import KubernetesWire
import PlacementModel
import SchedulerSession
import TraceImport
import VendorCatalog

/// The cluster that a command reads: the same files, in the same words, in every command that decides.
struct ClusterInputOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Snapshot of a cluster: files, and folders of them, with nodes, pods, quotas in any order; - is standard input.",
            valueName: "snapshot"))
    var snapshot: [String] = []

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Files with nodes; pods in them count too.", valueName: "file"))
    var nodes: [String] = []

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Files with pods, queued and running.", valueName: "file"))
    var pods: [String] = []

    @Flag(inversion: .prefixedNo, help: "Send pods through HAMi's admission webhook first, as a cluster does.")
    var admit = true

    var isEmpty: Bool { snapshot.isEmpty && nodes.isEmpty && pods.isEmpty }

    /// The first file, for messages and names.
    var first: String { (snapshot + nodes + pods).first ?? "" }

    func validate() throws {
        if snapshot.isEmpty && nodes.isEmpty && !pods.isEmpty {
            throw ValidationError("--pods goes with --nodes or a snapshot, which are missing")
        }
    }

    /// The one folder that is a trace; nil where a cluster is given.
    ///
    /// - Throws: ``InputFailure`` for a path that leads nowhere, and when a trace stands among other input.
    func traceFolder() throws -> String? {
        // One file of several that is not there costs no other one where it is named by what is wanted of it.
        let isAnyThere = (nodes + pods).contains { $0 == "-" || FileReading.kind(of: $0) != .missing }
        for path in snapshot + (isAnyThere ? [] : nodes + pods) where path != "-" { try PathHint.requireThere(path) }
        let traces = snapshot.filter { !KubernetesImporter.isSnapshot($0) }
        if traces.isEmpty { return nil }
        if snapshot.count == 1 && nodes.isEmpty && pods.isEmpty { return traces[0] }
        throw InputFailure("\(traces[0]) is the folder of a trace; give it alone, or the files of a snapshot")
    }

    /// Reads the cluster; what could not be used is told on standard error when nothing could.
    ///
    /// - Throws: ``InputFailure`` when there are files but not one node (or pod) could be read from them.
    func read(collectsImages: Bool = false) throws -> PlacementInput {
        do throws(PlacementInputError) {
            return try PlacementInput(
                nodeFiles: snapshot + nodes, podFiles: snapshot + pods, collectsImages: collectsImages)
        } catch {
            Warnings.tell(error.problems)
            throw InputFailure(error.description)
        }
    }

    /// What the input lacks, a line each.
    func notes(on input: PlacementInput, _ session: PlacementSession) -> [String] {
        SnapshotLacks(input, session.cluster).notes(forSnapshot: !snapshot.isEmpty)
    }
}
