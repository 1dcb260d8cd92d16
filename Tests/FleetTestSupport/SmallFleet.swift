import BulkJSON
import DeviceTable
import PlacementEngine
import PlacementModel
import SchedulerSession
import VendorCatalog

/// A small cluster for tests: pods written as one line of text go through admission and are placed one after another.
///
/// ```
/// let fleet = try SmallFleet(nodes: [node], names: ["n": "cambricon.com/vmlu"])
/// fleet.place("n=1 @hami.io/gpu-scheduler-policy=binpack | n=2")
/// ```
public final class SmallFleet {
    public let cluster: Fleet
    public var defaults: SchedulingDefaults
    /// Whether pods go through the admission webhook first.
    public var admits: Bool
    public let engine: ReferenceEngine
    /// The pod placed last.
    public private(set) var last: Placement?
    private let names: [String: String]
    private var podCount = 0

    /// - Parameters:
    ///   - names: short names of resources in pod texts.
    ///   - existing: pods that run already, their annotations say where.
    public init(
        nodes: [Node], names: [String: String] = [:], catalog: VendorCatalog? = nil,
        profile: CompatibilityProfile = .hami2_10_0, quotas: [ResourceQuota] = [], existing: [Pod] = [],
        defaults: SchedulingDefaults = SchedulingDefaults(), admits: Bool = true
    ) throws {
        cluster = Fleet(
            catalog: try catalog ?? VendorCatalog(), profile: profile, order: .asRegistered, amounts: .asGiven,
            parser: JSONParser())
        for node in nodes { cluster.register(node, now: Self.now) }
        for quota in quotas { cluster.quotas.add(quota) }
        for pod in existing { _ = cluster.restoreAtStart(pod) }
        engine = ReferenceEngine(cluster: cluster)
        self.names = names
        self.defaults = defaults
        self.admits = admits
    }

    public static let now = WallClock(unixSeconds: 1_700_000_000, redaction: "<time>")

    /// What a pod got.
    public struct Placement {
        public var pod: Pod
        public var resident: ResidentID
        public var node: String
        public var score: Float
        /// Devices by container, init containers first, all vendors.
        public var containers: [[Device]]
        public var annotations: [String: String]

        public struct Device {
            public var index: UInt64
            public var id: String
            public var memoryMiB: Int32
            public var cores: Int32
        }

        public var text: String {
            containers.map { devices in
                devices.isEmpty
                    ? "-" : devices.map { "\($0.index):\($0.memoryMiB)/\($0.cores)" }.joined(separator: " ")
            }.joined(separator: " | ")
        }

        /// Device indexes only.
        public var indexes: [UInt64] { containers.joined().map(\.index) }
    }

    /// Admits and places a pod.
    ///
    /// - Returns: `index:MiB/cores` a device, ` | ` between containers; or the reason, of each node where there are
    ///   several; or `denied: ` and the webhook's message; or `no request`.
    @discardableResult
    public func place(_ text: String, namespace: String = "default", annotations: [String: String] = [:]) -> String {
        var pod = PodText(names: names).pod(text, name: "pod-\(podCount)", namespace: namespace)
        pod.metadata.annotations.merge(annotations) { $1 }
        podCount += 1
        return place(pod)
    }

    @discardableResult
    public func place(_ original: Pod) -> String {
        last = nil
        var pod = original
        if admits {
            let verdict = AdmissionWebhook().review(&pod, cluster: cluster)
            if !verdict.isAllowed { return "denied: " + verdict.message }
        }
        let requests = cluster.catalog.requests(of: pod, state: cluster.state, amounts: .asGiven)
        if requests.allSatisfy(\.isEmpty) { return "no request" }
        let requestClass: RequestClass
        do {
            requestClass = cluster.requestClass(try cluster.classKey(of: pod, requests: requests, defaults: defaults))
        } catch { return "error: \(error)" }
        guard let choice = engine.choose(requestClass, filtersNodes: false) else { return refusals(requestClass) }
        _ = engine.evaluator.fits(requestClass, node: choice.node)
        let detail = PlacementDetail(requestClass, engine.evaluator, cluster: cluster, score: choice.score)
        let annotations = detail.annotations(for: pod, requestClass, cluster: cluster, now: Self.now)
        let containers = devices(containers: requestClass.containerCount)
        var result = RoundResult()
        let outcome = engine.commit(requestClass, into: &result)
        let placement = Placement(
            pod: pod, resident: outcome.resident, node: cluster.table.nodes[choice.node].name,
            score: choice.score, containers: containers, annotations: annotations)
        last = placement
        return (cluster.table.nodeRowCount > 1 ? placement.node + " " : "") + placement.text
    }

    /// The device indexes of a pod placed for its devices alone, or the refusal's text.
    public func indexes(_ text: String, annotations: [String: String] = [:]) -> String {
        let answer = place(text, annotations: annotations)
        return last.map { $0.indexes.map(String.init).joined(separator: ",") } ?? answer
    }

    private func devices(containers: Int) -> [[Placement.Device]] {
        var devices = Array(repeating: [Placement.Device](), count: containers)
        for entry in 0..<engine.evaluator.workspace.entryCount {
            let own = engine.evaluator.workspace.entries[entry]
            for place in Int(own.firstPick)..<Int(own.firstPick + own.pickCount) {
                let pick = engine.evaluator.workspace.picks[place]
                let record = cluster.table.records[engine.evaluator.workspace.firstDevice + Int(pick.device)]
                devices[Int(own.container)].append(
                    Placement.Device(
                        index: record.index, id: record.id, memoryMiB: pick.memoryMiB, cores: pick.cores))
            }
        }
        return devices
    }

    private func refusals(_ requestClass: RequestClass) -> String {
        var texts: [String] = []
        for node in 0..<cluster.table.nodeRowCount {
            if cluster.table.deviceCount[node] == 0 {
                texts.append("node unregistered")
            } else if !engine.evaluator.fits(requestClass, node: node) {
                texts.append(engine.evaluator.failure().text)
            }
        }
        return texts.joined(separator: "; ")
    }

    /// Charges a device as a pod of an earlier day would.
    public func occupy(_ device: Int, slots: Int32 = 1, memoryMiB: Int32 = 0, cores: Int32 = 0) {
        cluster.table.apply(.usage(device: device, slots: slots, memoryMiB: memoryMiB, cores: cores))
    }

    /// Takes a placed pod off.
    public func remove(_ placement: Placement) { cluster.remove(placement.resident) }

    /// Devices of all nodes as registered.
    public var records: [DeviceRecord] { cluster.table.records }
}
