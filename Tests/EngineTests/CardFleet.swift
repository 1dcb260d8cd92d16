import BulkJSON
import FleetTestSupport
import PlacementModel
import SchedulerSession
import VendorCatalog

@testable import PlacementEngine

/// A fleet of plain cards, changed by events and decided by the index and the reference side by side.
final class CardFleet {
    let fleet: Fleet
    let index: IndexedEngine
    let reference: ReferenceEngine
    private var podCount = 0

    init(_ nodes: [Node] = [], order: NodeOrder = .byName) throws {
        fleet = Fleet(catalog: try VendorCatalog(), order: order, parser: JSONParser())
        index = IndexedEngine(cluster: fleet)
        reference = ReferenceEngine(cluster: fleet)
        for node in nodes { apply(.nodeAdded(node)) }
    }

    /// A node with cards `<name>-g0`, `<name>-g1`, ... of 40 GiB.
    static func node(
        _ name: String, cards: Int = 2, memoryMiB: Int = 40_960, _ capacity: [String: String] = [:],
        labels: [String: String] = [:]
    ) -> Node {
        let devices = RegisteredDevice.make(cards, name + "-g") { device, _ in
            device.count = 10
            device.memoryMiB = memoryMiB
            device.type = "NVIDIA A100"
            device.mode = "hami-core"
        }
        return .with(
            name: name, capacity, annotations: ["hami.io/node-nvidia-register": devices.register], labels: labels)
    }

    @discardableResult
    func apply(_ event: FleetEvent) -> FleetAnswer { fleet.apply(event, at: SmallFleet.now) }

    func requestClass(_ text: String, namespace: String = "default") throws -> RequestClass {
        let pod = PodText(names: ["n": "nvidia.com/gpu", "m": "nvidia.com/gpumem"]).pod(
            text, name: "p", namespace: namespace)
        let requests = fleet.catalog.requests(of: pod, state: fleet.state)
        return fleet.requestClass(
            try fleet.classKey(of: pod, requests: requests, defaults: SchedulingDefaults()))
    }

    /// The node that index and reference give a pod; nil = none.
    func node(for text: String, namespace: String = "default") throws -> String? {
        let asked = try requestClass(text, namespace: namespace)
        let row = reference.choose(asked)?.node
        if index.choose(asked) != row { throw Difference(text: "the index says otherwise for \(text)") }
        return row.map { fleet.table.nodes[$0].name }
    }

    struct Difference: Error { var text: String }

    /// Places a pod and assumes it under a uid; nil = refused.
    func place(_ text: String, as uid: String? = nil, namespace: String = "default") throws -> ResidentID? {
        let id = Int32(try requestClass(text, namespace: namespace).id)
        var result = RoundResult()
        [id].withUnsafeBufferPointer { index.place($0, clock: nil, into: &result) }
        guard result.outcomes[0].isPlaced else { return nil }
        if let uid { fleet.assume(uid, namespace: namespace, result.outcomes[0].resident) }
        return result.outcomes[0].resident
    }

    /// A pod that runs where its annotations say.
    static func running(
        _ name: String, on node: String, card: String, memoryMiB: Int, namespace: String = "default"
    ) -> Pod {
        var pod = PodText(names: [:]).pod(
            "@hami.io/vgpu-node=\(node) @hami.io/vgpu-devices-allocated=\(card),NVIDIA,\(memoryMiB),10:;", name: name,
            namespace: namespace)
        pod.nodeName = node
        pod.phase = .running
        return pod
    }

    static func quota(_ namespace: String, named name: String = "q", _ limits: [String: Int]) -> ResourceQuota {
        ResourceQuota(
            metadata: ObjectMeta(name: name, namespace: namespace),
            hard: limits.mapValues { Quantity(integer: Int64($0)) })
    }
}
