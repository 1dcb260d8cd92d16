import ArgumentParser
import TraceReplay
import VendorCatalog

/// `berth trace import`: published traces in Berth's format.
struct TraceImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Turn a published trace into Berth's format.",
        discussion: """
            Formats: openb (the GPU-sharing trace of 2023: node and pod lists as published), \
            kubernetes (nodes and pods of a cluster as kubectl prints them).

            Example:
              berth trace import openb --nodes openb_node_list_gpu_node.csv \\
                --pods openb_pod_list_default.csv --output openb-default
              kubectl get nodes,pods -A -o json > snapshot.json
              berth trace import kubernetes --nodes snapshot.json --pods snapshot.json \\
                --output my-cluster
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case openb
        case kubernetes
    }

    @Argument(help: "What the files are: openb or kubernetes.")
    var format: Format

    @Option(help: "openb: CSV file with the nodes (sn,cpu_milli,memory_mib,gpu,model).")
    var nodes: String

    @Option(help: "openb: CSV file with the pods (name,cpu_milli,memory_mib,num_gpu,gpu_milli,...).")
    var pods: String

    @Option(help: "CSV file with the pods in the order offered (seq,pod,source_pod,cpu_milli,...).")
    var order: String?

    @Option(help: "CSV file with the nodes' ranks (rank,node); the lowest wins ties.")
    var nodeRanks: String?

    @Option(help: "Folder to write.")
    var output: String

    func run() throws {
        let catalog = try VendorCatalog.forTraces()
        let trace = try reportingErrors {
            let trace =
                switch format {
                case .openb:
                    try OpenBImporter.read(
                        OpenBImporter.Files(nodes: nodes, pods: pods, order: order, nodeRanks: nodeRanks),
                        catalog: catalog)
                case .kubernetes: try KubernetesImporter.readTelling([nodes, pods], catalog: catalog)
                }
            try trace.write(folder: output)
            return trace
        }
        print(TraceTable.text(trace, catalog: catalog), terminator: "")
    }
}
