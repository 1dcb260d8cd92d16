import TraceGeneration
import TraceModel
import VendorCatalog

/// Made-up fleets of the workloads. Like the bundled traces, and unlike the engine, they name vendors.
enum SampleFleet: String {
    /// Vendors whose node score does not depend on the request.
    case sharedIndex = "shared-index"
    /// Vendors that score topology or the request.
    case nodeStates = "node-states"
    /// Devices in thousandths, shaped like the public GPU-sharing trace.
    case gpuShare = "gpu-share"

    private var vendors: [(key: String, weight: Int)] {
        switch self {
        case .sharedIndex:
            [("nvidia", 4), ("cambricon", 1), ("hygon", 1), ("iluvatar", 1), ("mthreads", 1), ("enflame", 1)]
        case .nodeStates: [("ascend", 2), ("kunlun", 1), ("metax", 1), ("awsneuron", 1)]
        case .gpuShare: []
        }
    }

    /// A trace on such a fleet.
    ///
    /// - Parameters:
    ///   - nodes: of the fleet; pods are about as many as fit.
    ///   - selectors: share of the request classes that want a certain zone.
    ///   - comesAndGoes: whether pods arrive over time and leave again.
    func trace(
        nodes: Int, pods: Int, classes: Int, selectors: Double = 0, comesAndGoes: Bool = false, on shelf: TraceShelf
    ) throws -> Trace {
        var name = "\(rawValue)-\(nodes)-\(pods)-\(classes)"
        if selectors > 0 { name += "-selectors" }
        if comesAndGoes { name += "-virtual" }
        return try shelf.trace(name) { catalog in
            var options = GeneratorOptions()
            options.name = name
            options.origin = "Workloads, SampleFleet.\(self)"
            options.nodes = nodes
            options.pods = pods
            options.classes = classes
            options.vendors = vendors
            options.selectorShare = selectors
            if self == .gpuShare { options.preset = .gpuShare2023 } else { options.devicesPerNode = 8 }
            if comesAndGoes {
                options.arrivalProcess = .bursty
                options.arrivalsPerHour = Double(nodes) * 40
                options.meanDurationMinutes = 20
            }
            return try TraceGenerator.generate(options, catalog: catalog)
        }
    }
}
