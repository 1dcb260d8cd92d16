import Foundation
import Testing

/// Which module may know what; docs/architecture.md tells why.
@Suite struct Modules {
    /// An import may only name a module that stands earlier.
    static let order = [
        "JSONText", "BulkJSON", "PlacementModel", "FileSystem", "TextEscaping", "SeededNumbers", "HeapCounters",
        "PackingBound",
        "DeviceTable",
        "PlacementKernels",
        "VendorCatalog", "PlacementEngine", "PlacementPolicies", "DecisionExplanations", "KubernetesWire",
        "ClusterRules", "SchedulerSession", "SchedulerCore", "PretendCluster", "ClusterSimulation", "TraceModel",
        "TraceImport", "TraceGeneration", "TraceReplay", "Experiments", "FleetPlanning", "ReplayReport",
        "MeasuredWork", "RegressionGate", "berth",
    ]
    /// Modules of C and C++ code, each wrapped by one module of ours.
    static let shims = [
        "SimdjsonShim": "BulkJSON", "CJemalloc": "HeapCounters", "CSimdjson": "SimdjsonShim",
        "CIntrinsics": "PlacementKernels", "CClp": "PackingBound",
    ]
    static let withoutFoundation: Set = [
        "JSONText", "BulkJSON", "PlacementModel", "FileSystem", "TextEscaping", "PackingBound", "HeapCounters",
        "DeviceTable",
        "PlacementKernels",
        "VendorCatalog", "PlacementEngine", "PlacementPolicies", "DecisionExplanations", "ClusterRules",
        "SchedulerCore", "PretendCluster", "ClusterSimulation",
    ]

    private static func imports(of file: SourceTree.File) -> [String] {
        file.lines.compactMap { line in
            var words = line.split(separator: " ")
            while let first = words.first, ["public", "internal", "package", "@preconcurrency"].contains(first) {
                words.removeFirst()
            }
            guard words.count >= 2, words[0] == "import" else { return nil }
            let name = words.count > 2 && ["struct", "enum", "class", "func", "protocol"].contains(words[1]) ? 2 : 1
            return String(words[name].split(separator: ".")[0])
        }
    }

    @Test func everyModuleHasItsPlace() {
        for module in Set(SourceTree.sources.compactMap(\.module)) {
            #expect(Self.order.contains(module) || Self.shims[module] != nil, "\(module) has no place in the order")
        }
    }

    @Test func importsPointUpward() throws {
        for file in SourceTree.sources {
            guard let module = file.module, let place = Self.order.firstIndex(of: module) else { continue }
            for name in Self.imports(of: file) {
                if let other = Self.order.firstIndex(of: name) {
                    #expect(other < place, "\(file.path) imports \(name), which stands below \(module)")
                } else if let owner = Self.shims[name] {
                    #expect(owner == module, "\(file.path) imports \(name); only \(owner) may")
                }
            }
        }
    }

    /// What the product `BerthEngine` is made of stands on itself alone, so that no host gets a system library with it.
    @Test func theEngineLinksNoSystemLibrary() throws {
        let manifest = try String(contentsOf: SourceTree.root.appending(path: "Package.swift"), encoding: .utf8)
        let product = try #require(manifest.components(separatedBy: "name: \"BerthEngine\"").last)
        let list = try #require(product.components(separatedBy: "])").first)
        let modules = Set(list.components(separatedBy: "\"").enumerated().filter { $0.offset % 2 == 1 }.map(\.element))
        #expect(modules.contains("PlacementEngine"))
        let own = modules.union(["PlacementKernels", "CIntrinsics"])
        var looked = 0
        for file in SourceTree.sources where own.contains(file.module ?? "") {
            looked += 1
            for name in Self.imports(of: file) where Self.order.contains(name) || Self.shims[name] != nil {
                #expect(own.contains(name), "\(file.path) imports \(name), which is no part of BerthEngine")
            }
        }
        #expect(looked > 100)
    }

    @Test func coreModulesDoWithoutFoundation() {
        for file in SourceTree.sources where Self.withoutFoundation.contains(file.module ?? "") {
            for name in Self.imports(of: file) {
                #expect(
                    !["Foundation", "FoundationEssentials", "Dispatch"].contains(name) || Self.mayDispatch(file),
                    "\(file.path) imports \(name)")
            }
        }
    }

    /// Parallel loops live in one file; it alone may import Dispatch.
    private static func mayDispatch(_ file: SourceTree.File) -> Bool { file.text.contains(parallelLoop) }
    private static let parallelLoop = "concurrent" + "Perform"

    @Test func oneFileRunsLoopsInParallel() {
        let files = SourceTree.sources.filter { $0.codeLines.contains { $0.contains(Self.parallelLoop) } }
        #expect(files.count <= 1, "\(files.map(\.path)) all run loops in parallel")
    }

    /// Only the catalogue knows vendors by name. Help texts of commands may give examples, and made-up input has to say
    /// whose devices it has.
    @Test func vendorsAreNamedInTheCatalogAlone() throws {
        let vendor = try Regex(
            #"\b(nvidia|cambricon|mlu|hygon|dcu|iluvatar|biren|amd|enflame|ascend|metax|mthreads|kunlun|kunlunxin|vastai|neuron)\b"#
        ).ignoresCase()
        // Prefixed with one vendor's domain, read for all of them.
        let common = ["nvidia.com/numa-bind"]
        let madeUpInput = ["SampleFleets.swift", "SampleNodes.swift"]
        for file in SourceTree.sources
        where file.module != "VendorCatalog" && !file.name.hasSuffix("Command.swift")
            && !madeUpInput.contains(file.name)
        {
            for (number, line) in file.codeLines.enumerated() {
                var text = String(line)
                for name in common { text = text.replacingOccurrences(of: name, with: "") }
                #expect(!text.contains(vendor), "\(file.path):\(number + 1) names a vendor")
            }
        }
    }
}
