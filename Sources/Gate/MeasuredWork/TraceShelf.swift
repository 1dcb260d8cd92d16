import PlacementEngine
import Synchronization
import TraceModel
import VendorCatalog

/// The traces that workloads use, each made or read once.
public final class TraceShelf: Sendable {
    public let catalog: VendorCatalog
    private let traces = Mutex<[String: Trace]>([:])

    public init() throws { catalog = try VendorCatalog.forTraces() }

    /// The trace of this name, made by `make` at first use.
    func trace(_ name: String, make: (VendorCatalog) throws -> Trace) throws -> Trace {
        if let known = traces.withLock({ $0[name] }) { return known }
        let made = try make(catalog)
        traces.withLock { $0[name] = made }
        return made
    }

    /// Everything that was taken from the shelf so far, by name.
    public var fingerprints: [TraceFingerprint] {
        traces.withLock { $0 }.sorted { $0.key < $1.key }.map { TraceFingerprint($0.key, $0.value) }
    }
}

/// Which trace it was: equal fingerprints are equal traces.
public struct TraceFingerprint: Sendable, Hashable {
    public var name: String
    public var nodes: Int
    public var pods: Int
    /// SHA-256 of the fleet and of the pods in the form that trace folders have.
    public var fleetSHA256: String
    public var podsSHA256: String

    public init(name: String, nodes: Int, pods: Int, fleetSHA256: String, podsSHA256: String) {
        self.name = name
        self.nodes = nodes
        self.pods = pods
        self.fleetSHA256 = fleetSHA256
        self.podsSHA256 = podsSHA256
    }

    init(_ name: String, _ trace: Trace) {
        let checksums = trace.checksums()
        self.init(
            name: name, nodes: trace.nodes.count, pods: trace.pods.count, fleetSHA256: checksums.fleet,
            podsSHA256: checksums.pods)
    }
}
