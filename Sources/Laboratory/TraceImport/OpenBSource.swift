import TraceModel
import VendorCatalog

/// The GPU-sharing trace openb, 2023: ``OpenBImporter`` under a name.
struct OpenBSource: TraceSource {
    let name = "openb"
    let summary = "Alibaba, shared GPUs, node and pod lists, 2023"
    let home = "https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2023"
    let licence = "not stated; the lists also stand in the authors' simulator under Apache-2.0"
    let files = [
        SourceFile("nodes", "openb_node_list_gpu_node", "openb_node_list"),
        SourceFile("pods", "openb_pod_list_default", "openb_pod_list"),
    ]

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        var defaults = ImportOptions()
        (defaults.order, defaults.nodeRanks) = (options.order, options.nodeRanks)
        guard options == defaults else {
            throw TraceError(
                file: name,
                problem: "is imported as it is published: no other fleet, no bad rows left out, --device-model milli")
        }
        let lists = OpenBImporter.Files(
            nodes: files.path("nodes"), pods: files.path("pods"), order: options.order, nodeRanks: options.nodeRanks)
        return ImportedTrace(trace: try OpenBImporter.read(lists, catalog: catalog))
    }
}
