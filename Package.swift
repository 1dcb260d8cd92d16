// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

/// One library module of the engine; its place in this list is its place in docs/architecture.md.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "berth",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "berth", targets: ["berth"]),
        .library(
            name: "Berth",
            targets: [
                "PlacementModel", "PackingBound", "BulkJSON", "HeapCounters", "DeviceTable", "PlacementKernels",
                "VendorCatalog", "PlacementEngine", "KubernetesWire", "SchedulerSession", "TraceReplay", "ReplayReport",
                "Workloads", "RegressionGate",
            ]),
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
            name: "CJemalloc", pkgConfig: "jemalloc",
            providers: [.apt(["libjemalloc-dev"]), .brew(["jemalloc"])]),
        .systemLibrary(
            name: "CClp", pkgConfig: "clp", providers: [.apt(["coinor-libclp-dev"]), .brew(["clp"])]),
        .systemLibrary(name: "CSimdjson", providers: [.apt(["libsimdjson-dev"]), .brew(["simdjson"])]),
        .systemLibrary(name: "CIntrinsics"),
        .target(
            name: "SimdjsonShim", dependencies: ["CSimdjson"], linkerSettings: [.linkedLibrary("simdjson")]),

        module("PlacementModel"),
        module("PackingBound", ["CClp"]),
        module("BulkJSON", ["SimdjsonShim"]),
        module("HeapCounters", ["CJemalloc"]),
        module("DeviceTable", ["PlacementModel", "BulkJSON"]),
        module("PlacementKernels", ["PlacementModel", "CIntrinsics"]),
        module("VendorCatalog", ["PlacementModel", "BulkJSON", "DeviceTable", "PlacementKernels"]),
        module(
            "PlacementEngine",
            ["PlacementModel", "PackingBound", "HeapCounters", "DeviceTable", "PlacementKernels", "VendorCatalog"]),
        module(
            "KubernetesWire",
            ["PlacementModel", "BulkJSON", "VendorCatalog", .product(name: "Yams", package: "Yams")]),
        module(
            "SchedulerSession",
            ["PlacementModel", "BulkJSON", "DeviceTable", "VendorCatalog", "PlacementEngine", "KubernetesWire"]),
        module(
            "TraceReplay",
            [
                "PlacementModel", "PackingBound", "BulkJSON", "HeapCounters", "DeviceTable", "PlacementKernels",
                "VendorCatalog", "PlacementEngine", "KubernetesWire", "SchedulerSession",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        module(
            "ReplayReport",
            [
                "PlacementModel", "BulkJSON", "PlacementEngine", "TraceReplay",
                .product(name: "Mustache", package: "swift-mustache"),
            ]),
        module(
            "Workloads",
            [
                "PlacementModel", "BulkJSON", "HeapCounters", "DeviceTable", "PlacementKernels", "VendorCatalog",
                "PlacementEngine", "KubernetesWire", "TraceReplay",
            ]),
        module(
            "RegressionGate",
            [
                "PlacementModel", "BulkJSON", "HeapCounters", "DeviceTable", "VendorCatalog", "PlacementEngine",
                "KubernetesWire", "TraceReplay", "ReplayReport", "Workloads",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Yams", package: "Yams"),
            ]),
        .executableTarget(
            name: "berth",
            dependencies: [
                "PlacementModel", "BulkJSON", "HeapCounters", "DeviceTable", "VendorCatalog", "PlacementEngine",
                "KubernetesWire", "SchedulerSession", "TraceReplay", "ReplayReport", "Workloads",
                "RegressionGate",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings),

        tests("PlacementModelTests", ["PlacementModel"]),
        tests("PackingBoundTests", ["PackingBound"]),
        tests("BulkJSONTests", ["BulkJSON", "HeapCounters"]),
        .target(
            name: "JSONComparisonSupport", dependencies: ["BulkJSON"], path: "Tests/JSONComparisonSupport",
            swiftSettings: settings),
        tests("KubernetesWireTests", ["KubernetesWire", "PlacementModel", "BulkJSON", "JSONComparisonSupport"]),
        .testTarget(
            name: "SchedulerSessionTests",
            dependencies: [
                "SchedulerSession", "PlacementEngine", "VendorCatalog", "KubernetesWire", "PlacementModel", "BulkJSON",
                "JSONComparisonSupport",
            ],
            exclude: ["Vectors", "cut-vectors.sh"], swiftSettings: settings),
        .testTarget(
            name: "CommandTests", dependencies: ["berth", "BulkJSON", .product(name: "Yams", package: "Yams")],
            exclude: ["Fixtures", "Snapshots"],
            swiftSettings: settings),
        tests("StyleTests", []),
        .target(
            name: "FleetTestSupport",
            dependencies: [
                "PlacementModel", "BulkJSON", "DeviceTable", "VendorCatalog", "PlacementEngine", "SchedulerSession",
            ], path: "Tests/FleetTestSupport", swiftSettings: settings),
        tests("PlacementKernelsTests", ["PlacementKernels", "PlacementModel", "FleetTestSupport"]),
        tests(
            "PlacementEngineTests",
            ["PlacementEngine", "PlacementModel", "DeviceTable", "VendorCatalog", "HeapCounters", "TraceReplay"]),
        tests("DeviceTableTests", ["DeviceTable", "PlacementModel", "FleetTestSupport"]),
        tests(
            "VendorCatalogTests",
            [
                "VendorCatalog", "PlacementModel", "BulkJSON", "DeviceTable", "PlacementKernels", "PlacementEngine",
                "SchedulerSession", "KubernetesWire", "FleetTestSupport",
            ]),
        .testTarget(
            name: "TraceReplayTests",
            dependencies: [
                "TraceReplay", "ReplayReport", "VendorCatalog", "PlacementModel", "PackingBound", "PlacementEngine",
                "BulkJSON", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Import/Golden"], swiftSettings: settings),
        tests(
            "RegressionGateTests",
            [
                "RegressionGate", "TraceReplay", "VendorCatalog", "PlacementModel", "PlacementEngine", "BulkJSON",
                "DeviceTable", "Workloads",
            ]),
        tests("WorkloadsTests", ["Workloads", "HeapCounters"]),
    ],
    cxxLanguageStandard: .cxx17
)
