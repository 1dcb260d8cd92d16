import BulkJSON
import KubernetesWire
import PlacementEngine
import PlacementModel
import Synchronization
import VendorCatalog

/// Nodes read from memory up to the device records: parsing, decoding, and the JSON in the register annotation.
public struct SampleDecoding {
    public let nodes: [Node]
    public let devices: Int

    /// - Precondition: the catalogue has the vendor of ``SampleNodes``.
    /// - Complexity: linear in the bytes.
    public init(_ bytes: [UInt8], catalog: VendorCatalog, parallelism: Parallelism) {
        guard let id = catalog.id(ofWord: SampleNodes.vendorWord) else {
            preconditionFailure("the catalogue has the vendor of the sample nodes")
        }
        var reader = InputReader(parallelism: parallelism)
        reader.read(bytes, source: "memory")
        nodes = reader.input.nodes
        devices = Self.countDevices(of: nodes, catalog[id], parallelism)
    }

    private static func countDevices(of nodes: [Node], _ vendor: any Vendor, _ parallelism: Parallelism) -> Int {
        let devices = Atomic(0)
        Parallel.forEachChunk(of: nodes.indices, minimum: 64, parallelism) { _, range in
            let state = ProcessState()
            let parser = JSONParser()
            var count = 0
            for node in nodes[range] {
                count += (try? vendor.discover(on: node, state: state, parser: parser))?.count ?? 0
            }
            devices.add(count, ordering: .relaxed)
        }
        return devices.load(ordering: .relaxed)
    }
}

/// Decoding as a workload, on one thread so that its counts are exact.
enum DecodeWorkloads {
    static let all: [Workload] = [
        Workload("decode/list", "nodes with devices from one JSON list", operation: "node") { size, shelf in
            DecodeWorkload(SampleNodes.documents(count: count(size)).list, count(size), shelf.catalog)
        },
        Workload("decode/lines", "nodes with devices from one JSON object a line", operation: "node") { size, shelf in
            DecodeWorkload(SampleNodes.documents(count: count(size)).lines, count(size), shelf.catalog)
        },
    ]

    private static func count(_ size: WorkloadSize) -> Int { size.pick(smoke: 20, full: 1000) }
}

private final class DecodeWorkload: WorkloadRun {
    private let bytes: [UInt8]
    private let count: Int
    private let catalog: VendorCatalog
    private var decoded: SampleDecoding?

    init(_ bytes: [UInt8], _ count: Int, _ catalog: VendorCatalog) {
        self.bytes = bytes
        self.count = count
        self.catalog = catalog
    }

    func reset() { decoded = nil }

    func run() { decoded = SampleDecoding(bytes, catalog: catalog, parallelism: Parallelism(threads: 1)) }

    var outcome: WorkloadOutcome {
        var hash = DecisionHash()
        for node in decoded?.nodes ?? [] {
            for byte in node.metadata.name.utf8 { hash.combine(UInt64(byte)) }
            hash.combine(UInt64(node.metadata.annotations.count))
            hash.combine(UInt64(node.metadata.labels.count))
        }
        hash.combine(UInt64(decoded?.devices ?? 0))
        return WorkloadOutcome(operations: count, hash: hash.text)
    }
}
