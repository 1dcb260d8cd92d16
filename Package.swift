// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// The storeys of the house: folders under Sources, each standing on those before it (docs/architecture.md).
enum Storey: String {
    case base = "Base"
    case engine = "Engine"
    case kubernetes = "Kubernetes"
    case live = "Live"
    case laboratory = "Laboratory"
    case gate = "Gate"

    func path(_ module: String) -> String { "Sources/\(rawValue)/\(module)" }
}

/// One library module; its place in the list below is its place in docs/architecture.md.
func module(
    _ storey: Storey, _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: storey.path(name), exclude: exclude, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// A program under examples/programs that shows one product at work.
func example(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "examples/programs/\(name)", swiftSettings: settings)
}

let package = Package(
    name: "berth",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "berth", targets: ["berth"]),
        // The engine for other programs: fleet, requests, search. It links no system library and leaves the host its allocator.
        .library(
            name: "BerthEngine",
            targets: ["PlacementModel", "JSONText", "DeviceTable", "VendorCatalog", "PlacementEngine"]),
        // Policies over the engine, and why a pod went where it went; the bound behind some policies needs Clp.
        .library(name: "BerthPolicies", targets: ["PlacementPolicies", "DecisionExplanations"]),
        // Kubernetes objects in, placements and annotations out.
        .library(name: "BerthKubernetes", targets: ["KubernetesWire", "ClusterRules", "SchedulerSession"]),
        // Traces: read, made, imported, replayed, compared, planned with.
        .library(
            name: "BerthTraces",
            targets: [
                "TraceModel", "TraceImport", "TraceGeneration", "TraceReplay", "Experiments", "FleetPlanning",
                "ReplayReport",
            ]),
        // What is measured from revision to revision, and two revisions compared.
        .library(
            name: "BerthGate",
            targets: ["BulkJSON", "HeapCounters", "PlacementKernels", "MeasuredWork", "RegressionGate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CJemalloc", path: Storey.base.path("CJemalloc"), pkgConfig: "jemalloc",
            providers: [.apt(["libjemalloc-dev"]), .brew(["jemalloc"])]),
        .systemLibrary(
            name: "CClp", path: Storey.base.path("CClp"), pkgConfig: "clp",
            providers: [.apt(["coinor-libclp-dev"]), .brew(["clp"])]),
        .systemLibrary(
            name: "CSimdjson", path: Storey.base.path("CSimdjson"),
            providers: [.apt(["libsimdjson-dev"]), .brew(["simdjson"])]),
        // The compiler's own header, which Swift cannot import by name.
        .target(name: "CIntrinsics", path: Storey.base.path("CIntrinsics")),
        .target(
            name: "SimdjsonShim", dependencies: ["CSimdjson"], path: Storey.base.path("SimdjsonShim"),
            linkerSettings: [.linkedLibrary("simdjson")]),

        module(.base, "PlacementModel"),
        module(.base, "SeededNumbers"),
        module(.base, "FileSystem", ["PlacementModel"]),
        module(.base, "TextEscaping"),
        module(.engine, "PackingBound", ["CClp"]),
        module(.base, "JSONText"),
        module(.base, "BulkJSON", ["JSONText", "SimdjsonShim"]),
        module(.base, "HeapCounters", ["CJemalloc"]),
        module(.engine, "DeviceTable", ["PlacementModel", "JSONText"]),
        module(.engine, "PlacementKernels", ["PlacementModel", "CIntrinsics"]),
        module(.engine, "VendorCatalog", ["PlacementModel", "JSONText", "DeviceTable", "PlacementKernels"]),
        module(
            .engine, "PlacementEngine",
            ["PlacementModel", "JSONText", "DeviceTable", "PlacementKernels", "VendorCatalog"],
            exclude: ["Indexed/README.md"]),
        module(
            .engine, "PlacementPolicies",
            ["PlacementModel", "PackingBound", "DeviceTable", "PlacementKernels", "VendorCatalog", "PlacementEngine"]),
        module(
            .engine, "DecisionExplanations",
            [
                "PlacementModel", "DeviceTable", "PlacementKernels", "VendorCatalog", "PlacementEngine",
                "PlacementPolicies",
            ]),
        module(
            .kubernetes, "KubernetesWire",
            ["PlacementModel", "FileSystem", "BulkJSON", "VendorCatalog", .product(name: "Yams", package: "Yams")]),
        module(.kubernetes, "ClusterRules", ["PlacementModel", "DeviceTable", "PlacementEngine"]),
        module(
            .kubernetes, "SchedulerSession",
            [
                "PlacementModel", "FileSystem", "BulkJSON", "DeviceTable", "VendorCatalog", "PlacementEngine",
                "PlacementPolicies", "DecisionExplanations", "KubernetesWire", "ClusterRules",
            ]),
        module(
            .live, "SchedulerCore",
            [
                "PlacementModel", "JSONText", "DeviceTable", "VendorCatalog", "PlacementEngine", "KubernetesWire",
                "ClusterRules", "SchedulerSession",
            ]),
        module(.live, "PretendCluster", ["PlacementModel", "JSONText", "SeededNumbers"]),
        module(
            .live, "ClusterSimulation",
            [
                "PlacementModel", "JSONText", "BulkJSON", "SeededNumbers", "DeviceTable", "VendorCatalog",
                "KubernetesWire", "SchedulerCore", "PretendCluster",
            ]),
        module(
            .laboratory, "TraceModel",
            [
                "PlacementModel", "FileSystem", "TextEscaping", "BulkJSON", "DeviceTable", "VendorCatalog",
                "PlacementEngine",
            ]),
        module(
            .laboratory, "TraceImport",
            [
                "PlacementModel", "BulkJSON", "DeviceTable", "VendorCatalog", "PlacementEngine", "KubernetesWire",
                "SchedulerSession", "TraceModel", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        module(
            .laboratory, "TraceGeneration",
            ["PlacementModel", "SeededNumbers", "VendorCatalog", "PlacementEngine", "TraceModel"]),
        module(
            .laboratory, "TraceReplay",
            [
                "PlacementModel", "TextEscaping", "SeededNumbers", "PackingBound", "HeapCounters", "DeviceTable",
                "PlacementKernels",
                "VendorCatalog", "PlacementEngine", "DecisionExplanations", "PlacementPolicies", "TraceModel",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]),
        module(
            .laboratory, "Experiments",
            [
                "PlacementModel", "FileSystem", "TextEscaping", "BulkJSON", "SeededNumbers", "PackingBound",
                "VendorCatalog", "PlacementEngine",
                "PlacementPolicies",
                "TraceModel", "TraceReplay",
            ]),
        module(
            .laboratory, "FleetPlanning",
            [
                "PlacementModel", "BulkJSON", "DeviceTable", "VendorCatalog", "PlacementEngine", "PlacementPolicies",
                "KubernetesWire", "SchedulerSession", "TraceModel", "TraceReplay",
            ]),
        module(
            .laboratory, "ReplayReport",
            [
                "PlacementModel", "TextEscaping", "BulkJSON", "PlacementEngine", "TraceModel", "TraceReplay",
                .product(name: "Mustache", package: "swift-mustache"),
            ]),
        module(
            .gate, "MeasuredWork",
            [
                "PlacementModel", "BulkJSON", "HeapCounters", "DeviceTable", "PlacementKernels", "VendorCatalog",
                "PlacementEngine", "PlacementPolicies", "KubernetesWire", "SchedulerSession", "SeededNumbers",
                "TraceModel",
                "TraceImport", "TraceGeneration", "TraceReplay", "FleetPlanning",
            ]),
        module(
            .gate, "RegressionGate",
            [
                "PlacementModel", "FileSystem", "TextEscaping", "BulkJSON", "HeapCounters", "DeviceTable",
                "VendorCatalog", "PlacementEngine",
                "PlacementPolicies",
                "KubernetesWire", "SeededNumbers", "TraceModel", "TraceReplay", "ReplayReport", "MeasuredWork",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Yams", package: "Yams"),
            ]),
        .executableTarget(
            name: "berth",
            dependencies: [
                "PlacementModel", "FileSystem", "TextEscaping", "BulkJSON", "HeapCounters", "DeviceTable",
                "VendorCatalog", "PlacementEngine",
                "DecisionExplanations", "PlacementPolicies",
                "KubernetesWire", "SchedulerSession", "TraceModel", "TraceImport", "TraceGeneration", "Experiments",
                "FleetPlanning", "TraceReplay", "ReplayReport", "MeasuredWork",
                "RegressionGate",
                "ClusterSimulation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),

        example("PlaceBatch", ["PlacementModel", "DeviceTable", "VendorCatalog", "PlacementEngine"]),
        example("PlaceSnapshot", ["PlacementModel", "VendorCatalog", "SchedulerSession"]),
        example("ReplayTrace", ["PlacementEngine", "VendorCatalog", "TraceModel", "TraceReplay"]),
        example("RecordWorkloads", ["MeasuredWork", "RegressionGate"]),

        tests("PlacementModelTests", ["PlacementModel"]),
        tests("FileSystemTests", ["FileSystem"]),
        tests("TextEscapingTests", ["TextEscaping"]),
        tests("PackingBoundTests", ["PackingBound"]),
        tests("BulkJSONTests", ["BulkJSON", "HeapCounters"]),
        .target(
            name: "JSONComparisonSupport", dependencies: ["BulkJSON"], path: "Tests/JSONComparisonSupport",
            swiftSettings: settings),
        tests("KubernetesWireTests", ["KubernetesWire", "PlacementModel", "BulkJSON", "JSONComparisonSupport"]),
        tests("ClusterRulesTests", ["ClusterRules", "PlacementEngine", "PlacementModel"]),
        .testTarget(
            name: "SchedulerSessionTests",
            dependencies: [
                "SchedulerSession", "ClusterRules", "PlacementEngine", "PlacementPolicies", "DecisionExplanations",
                "VendorCatalog",
                "KubernetesWire",
                "PlacementModel", "BulkJSON",
                "JSONComparisonSupport",
            ],
            exclude: ["Vectors", "ClusterVectors", "RefusedPods", "cut-vectors.sh"], swiftSettings: settings),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "berth", "BulkJSON", "PlacementModel", "SchedulerSession", .product(name: "Yams", package: "Yams"),
            ],
            exclude: ["Fixtures", "Snapshots"],
            swiftSettings: settings),
        tests("StyleTests", []),
        .executableTarget(
            name: "breaker",
            dependencies: [
                "PlacementModel", "BulkJSON", "SeededNumbers", "VendorCatalog", "PlacementEngine", "KubernetesWire",
                "SchedulerSession", "TraceModel", "TraceImport", "TraceReplay", "Experiments", "FleetPlanning",
                "ReplayReport", "RegressionGate", "PlacementPolicies", "DecisionExplanations",
            ], path: "Tests/Breaker", exclude: ["Seeds", "fault_at_write.c"], swiftSettings: settings),
        .target(
            name: "FleetTestSupport",
            dependencies: [
                "PlacementModel", "BulkJSON", "DeviceTable", "VendorCatalog", "PlacementEngine", "SchedulerSession",
            ], path: "Tests/FleetTestSupport", swiftSettings: settings),
        // Random events on random fleets, whole or a few: run by Scripts/fleet-stories.sh.
        .executableTarget(
            name: "fleet-stories",
            dependencies: ["FleetTestSupport", "BulkJSON", "PlacementEngine", "PlacementModel", "VendorCatalog"],
            path: "Tests/FleetStories", swiftSettings: settings),
        tests(
            "EngineTests",
            [
                "PlacementEngine", "PlacementModel", "BulkJSON", "DeviceTable", "VendorCatalog", "SchedulerSession",
                "FleetTestSupport",
            ]),
        tests(
            "SchedulerCoreTests",
            [
                "SchedulerCore", "KubernetesWire", "PlacementEngine", "PlacementModel", "BulkJSON", "VendorCatalog",
                "FleetTestSupport",
            ]),
        .testTarget(
            name: "PretendClusterTests",
            dependencies: ["PretendCluster", "PlacementModel", "JSONText", "BulkJSON"], exclude: ["Contract"],
            swiftSettings: settings),
        tests("ClusterSimulationTests", ["ClusterSimulation", "PretendCluster", "VendorCatalog"]),
        tests("PlacementKernelsTests", ["PlacementKernels", "PlacementModel", "FleetTestSupport"]),
        tests(
            "PlacementEngineTests",
            [
                "PlacementEngine", "PlacementPolicies", "PlacementKernels", "PlacementModel", "DeviceTable",
                "VendorCatalog", "TraceModel", "TraceImport", "TraceReplay", "FleetTestSupport",
            ]),
        tests("DeviceTableTests", ["DeviceTable", "PlacementModel", "FleetTestSupport"]),
        tests(
            "VendorCatalogTests",
            [
                "VendorCatalog", "PlacementModel", "BulkJSON", "DeviceTable", "PlacementKernels", "PlacementEngine",
                "DecisionExplanations",
                "SchedulerSession", "KubernetesWire", "FleetTestSupport",
            ]),
        .testTarget(
            name: "TraceReplayTests",
            dependencies: [
                "SeededNumbers", "TraceModel", "TraceImport", "TraceGeneration", "Experiments", "FleetPlanning",
                "TraceReplay", "ReplayReport", "VendorCatalog", "PlacementModel", "PackingBound", "PlacementEngine",
                "PlacementPolicies", "KubernetesWire", "SchedulerSession", "HeapCounters",
                "BulkJSON", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Import/Golden"], swiftSettings: settings),
        tests(
            "RegressionGateTests",
            [
                "RegressionGate", "SeededNumbers", "TraceModel", "TraceGeneration", "TraceReplay", "VendorCatalog",
                "PlacementModel", "PlacementEngine", "PlacementPolicies", "BulkJSON",
                "DeviceTable", "MeasuredWork",
            ]),
        tests("MeasuredWorkTests", ["MeasuredWork", "HeapCounters", "TraceModel"]),
    ],
    cxxLanguageStandard: .cxx17
)
