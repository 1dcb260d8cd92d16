import BulkJSON
import DeviceTable
import FleetTestSupport
import PlacementModel
import Testing

@testable import VendorCatalog

/// A device type nobody makes: abacuses with ten rods each, asked for by the rod.
///
/// This one file is all that a new device type needs, but for its line in the registry; docs/adding-a-device-type.md
/// goes through it.
private struct Abacus: Vendor {
    static let rodsPerFrame: Int32 = 10

    let commonWord = "Abacus"
    let displayName = "Counting frame"
    let resources = ResourceNames(count: "example.com/abacus", cores: "example.com/abacus-rods")
    let annotations = AnnotationKeys(
        toAllocate: "example.com/abacus-to-allocate", allocated: "example.com/abacus-allocated",
        useUUID: ["example.com/use-abacus"], noUseUUID: ["example.com/nouse-abacus"],
        others: ["example.com/abacus-rods-given"])
    let capabilities = VendorCapabilities(memory: "no", cores: "yes (rods)")
    let rules = ["rods default to a whole frame of ten"]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] { [Abacus()] }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        guard countIsInLimits(container) else { return false }
        if let rods = container.limit(resources.cores)?.exactInt64, rods > Int64(Self.rodsPerFrame) {
            throw AdmissionError("\(resources.cores) must be at most \(Self.rodsPerFrame)")
        }
        return true
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        let frames = try capacity(resources.count, of: node)
        return try capacityDevices(vcores: frames, perDevice: 1) { number in
            DeviceRecord(
                id: "\(node.name)-abacus-\(number)", index: UInt64(number), slots: 100, memoryMiB: 1,
                cores: Self.rodsPerFrame, type: commonWord, vendorWord: commonWord)
        }
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let frames = positiveCount(container.limit(resources.count)) else { return nil }
        let rods = container.limit(resources.cores)?.exactInt64.map { Int32(truncatingIfNeeded: $0) }
        return DeviceRequest(
            vendor: VendorID(0), devices: frames, memoryMiB: 0, memoryPercent: DeviceRequest.notGivenPercent,
            cores: rods ?? Self.rodsPerFrame)
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        var rule = StandardFit()
        rule.clampsCores = false
        return rule.run(request, rules, policy, &workspace)
    }

    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {
        let rods = placement.containers.joined().reduce(0) { $0 + $1.cores }
        annotations["example.com/abacus-rods-given"] = String(rods)
    }
}

@Suite struct MadeUpVendorTests {
    static let names = ["n": "example.com/abacus", "r": "example.com/abacus-rods", "g": "enflame.com/gcu"]

    static func fleet() throws -> SmallFleet {
        let catalog = try VendorCatalog(vendors: VendorCatalog().vendors + [Abacus()])
        let nodes = [
            Node.with(name: "counting-house", ["example.com/abacus": "2"]),
            Node.with(name: "mixed", ["example.com/abacus": "1", "enflame.com/gcu": "1"]),
        ]
        return try SmallFleet(nodes: nodes, names: names, catalog: catalog)
    }

    @Test func podsArePlacedEndToEnd() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place("n=1 r=4") == "counting-house 1:0/4")
        #expect(fleet.last?.annotations["example.com/abacus-allocated"] == "counting-house-abacus-1,Abacus,0,4:;")
        #expect(fleet.last?.annotations["example.com/abacus-rods-given"] == "4")
        #expect(fleet.place("n=2 r=6") == "counting-house 0:0/6 1:0/6")
        #expect(fleet.place("n=1") == "mixed 0:0/10")
        #expect(fleet.place("n=1 r=5") == "2/2 CardInsufficientCore; 1/1 CardInsufficientCore")
        #expect(fleet.place("n=1 r=11") == "denied: example.com/abacus-rods must be at most 10")
    }

    @Test func policiesAndFiltersComeForFree() throws {
        let fleet = try Self.fleet()
        #expect(fleet.place("n=1 r=1 @example.com/use-abacus=mixed-abacus-0") == "mixed 0:0/1")
        #expect(fleet.place("n=1 r=1 @hami.io/node-scheduler-policy=spread") == "counting-house 1:0/1")
        #expect(fleet.place("n=1 r=1 g=1 @hami.io/gpu-scheduler-policy=binpack") == "mixed 0:0/1 0:100/100")
    }

    @Test func placementsCanBeTakenBack() throws {
        let fleet = try Self.fleet()
        let before = fleet.cluster.table.snapshot()
        fleet.place("n=2 r=3 | n=1 r=7")
        if let placement = fleet.last { fleet.remove(placement) }
        #expect(fleet.cluster.table.snapshot() == before)
    }

    @Test func theCatalogueTellsOfIt() throws {
        let catalog = try VendorCatalog(vendors: VendorCatalog().vendors + [Abacus()])
        #expect(
            CatalogDescription(catalog, matching: "abacus").details.contains("rods default to a whole frame of ten"))
        #expect(catalog.managedResources.contains("example.com/abacus-rods"))
    }
}
