import PlacementEngine
import PlacementPolicies
import TraceModel
import TraceReplay

/// Placement per policy and fleet size, whole rounds, trace replays.
enum PlacementWorkloads {
    static let all: [Workload] =
        ["binpack", "spread"].flatMap { policy in
            [
                place(.sharedIndex, policy, "small", nodes: (40, 1000), pods: (400, 10_000), classes: (24, 512)),
                place(.sharedIndex, policy, "large", nodes: (120, 10_000), pods: (900, 40_000), classes: (40, 4096)),
                place(.nodeStates, policy, "small", nodes: (30, 1000), pods: (200, 5000), classes: (16, 256)),
            ]
        } + [
            place(
                .sharedIndex, "binpack", "selectors", nodes: (40, 1000), pods: (300, 10_000), classes: (24, 512),
                selectors: 0.5),
            round, virtualClock,
        ] + prefixes
        + ["FGD", "foresight", "BestFit", "DotProd", "GpuPacking", "GpuClustering", "Random"].map(gpuShare)
        + [gpuSharePrefix("indexed"), gpuSharePrefix("reference")]

    private static func options(_ nodePolicy: String, engine: EngineChoice = .indexed) -> ReplayOptions {
        var options = ReplayOptions()
        options.engine = engine
        options.defaults = SchedulingDefaults(nodePolicy: nodePolicy, devicePolicy: options.defaults.devicePolicy)
        return options
    }

    private static func place(
        _ fleet: SampleFleet, _ policy: String, _ name: String, nodes: (Int, Int), pods: (Int, Int),
        classes: (Int, Int), selectors: Double = 0
    ) -> Workload {
        Workload(
            "place/\(fleet.rawValue)/\(policy)/\(name)",
            "\(nodes.1) nodes x 8 devices, \(classes.1) request classes, node policy \(policy)", operation: "pod"
        ) { size, shelf in
            let trace = try fleet.trace(
                nodes: size.pick(smoke: nodes.0, full: nodes.1), pods: size.pick(smoke: pods.0, full: pods.1),
                classes: size.pick(smoke: classes.0, full: classes.1), selectors: selectors, on: shelf)
            return try ReplayWorkload(trace, options(policy), catalog: shelf.catalog)
        }
    }

    /// One queue in one call, the first use of every class included.
    private static let round = Workload(
        "round/one-batch", "10,000 pods onto 10,000 nodes in one round", operation: "pod"
    ) { size, shelf in
        let trace = try SampleFleet.sharedIndex.trace(
            nodes: size.pick(smoke: 120, full: 10_000), pods: size.pick(smoke: 900, full: 40_000),
            classes: size.pick(smoke: 40, full: 4096), on: shelf)
        var options = options("binpack")
        options.podLimit = size.pick(smoke: 400, full: 10_000)
        options.roundSize = size.pick(smoke: 400, full: 10_000)
        return try ReplayWorkload(trace, options, catalog: shelf.catalog)
    }

    private static let virtualClock = Workload(
        "replay/virtual-clock", "pods come in bursts and go again; the whole replay", operation: "pod"
    ) { size, shelf in
        let trace = try SampleFleet.sharedIndex.trace(
            nodes: size.pick(smoke: 20, full: 200), pods: size.pick(smoke: 400, full: 10_000),
            classes: size.pick(smoke: 24, full: 128), comesAndGoes: true, on: shelf)
        var options = options("binpack")
        options.clock = .virtual(intervalMs: 10_000)
        return try ReplayWorkload(trace, options, catalog: shelf.catalog, span: .everything)
    }

    /// The same first pods on both engines: their ratio holds on any machine.
    private static let prefixes = [("indexed", EngineChoice.indexed), ("reference", .reference)].map { name, engine in
        Workload(
            "place/shared-index/prefix/\(name)", "the first pods of the small fleet on the \(name) engine",
            operation: "pod"
        ) { size, shelf in
            let trace = try SampleFleet.sharedIndex.trace(
                nodes: size.pick(smoke: 40, full: 1000), pods: size.pick(smoke: 400, full: 10_000),
                classes: size.pick(smoke: 24, full: 512), on: shelf)
            var options = options("binpack", engine: engine)
            options.podLimit = size.pick(smoke: 100, full: 200)
            return try ReplayWorkload(trace, options, catalog: shelf.catalog)
        }
    }

    private static func gpuShareTrace(_ size: WorkloadSize, _ shelf: TraceShelf) throws -> Trace {
        try SampleFleet.gpuShare.trace(
            nodes: size.pick(smoke: 60, full: 1213), pods: size.pick(smoke: 300, full: 8152), classes: 64, on: shelf)
    }

    private static func gpuShare(_ policy: String) -> Workload {
        Workload(
            "place/gpu-share/\(policy)", "shared GPUs in thousandths on 1,213 nodes, policy \(policy)",
            operation: "pod"
        ) { size, shelf in
            var options = ReplayOptions()
            options.policy = PolicyChoice.named(policy) ?? .hami
            return try ReplayWorkload(try gpuShareTrace(size, shelf), options, catalog: shelf.catalog)
        }
    }

    private static func gpuSharePrefix(_ engine: String) -> Workload {
        Workload(
            "place/gpu-share/prefix/\(engine)", "the first shared GPUs under FGD on the \(engine) engine",
            operation: "pod"
        ) { size, shelf in
            var options = ReplayOptions()
            options.policy = PolicyChoice.named("FGD") ?? .hami
            options.engine = EngineChoice.named(engine) ?? .indexed
            options.podLimit = size.pick(smoke: 60, full: 400)
            return try ReplayWorkload(try gpuShareTrace(size, shelf), options, catalog: shelf.catalog)
        }
    }
}
