// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who only uses Berth builds the benchmark harness. `traits: []` leaves out the
// harness' own allocator hooks: Berth counts allocations itself, through jemalloc.
let package = Package(
    name: "berth-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "berth", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Placement",
            dependencies: [
                .product(name: "BerthGate", package: "berth"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Placement",
            swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ]
)
