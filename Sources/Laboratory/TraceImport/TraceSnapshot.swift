import BulkJSON
import DeviceTable
import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import TraceModel
import VendorCatalog

/// A trace as a live cluster would show itself: nodes with the registers that device plugins write, running pods with the
/// annotations that HAMi writes, pending pods.
public struct TraceSnapshot: Sendable {
    public var nodes: [Node]
    public var pods: [Pod]
    public var running: Int

    /// Lets the pods that hold part of the fleet from the start run on their nodes, and the first `running` of the others
    /// where HAMi's policies put them; what does not fit is pending, as is the rest.
    ///
    /// - Throws: ``TraceError`` when the catalogue lacks a vendor, or a vendor's devices exist in traces alone.
    /// - Complexity: O(nodes x devices + pods), besides that of the index
    /// - Determinism: the trace decides; times are those of `now`.
    public init(
        of trace: Trace, running: Int, defaults: SchedulingDefaults = SchedulingDefaults(), now: WallClock,
        catalog: VendorCatalog
    ) throws(TraceError) {
        let cluster = Fleet(catalog: catalog, order: .asRegistered, parser: JSONParser())
        nodes = []
        for node in trace.nodes {
            let advertised = try node.advertised(catalog: catalog)
            nodes.append(advertised)
            cluster.register(advertised, now: now)
        }
        pods = []
        self.running = 0
        let index = IndexedEngine(cluster: cluster)
        let inspector = ReferenceEngine(cluster: cluster)
        let classifier = ShapeClassifier(trace, cluster: cluster, defaults: defaults)
        let shapePods = trace.pods.shapes.map { trace.pods.pod(of: $0) }
        // Pods that run from the start are put first, so that those that come later find the fleet as it is.
        let rows = (0..<trace.pods.count).sorted {
            (trace.pods.placedOn[$0] < 0 ? 1 : 0, $0) < (trace.pods.placedOn[$1] < 0 ? 1 : 0, $1)
        }
        var offered = 0
        for row in rows {
            let shape = Int(trace.pods.shape[row])
            var pod = shapePods[shape]
            pod.metadata.name = trace.pods.name(row)
            pod.metadata.uid = "uid-\(row)"
            let home = Int(trace.pods.placedOn[row])
            if home < 0 { offered += 1 }
            if home >= 0 || offered <= running, let requestClass = classifier.classes[shape] {
                // Nothing is looked for where the node is given.
                let node =
                    home < 0
                    ? index.choose(requestClass)
                    : inspector.choose(requestClass, candidates: [home], filtersNodes: false)?.node
                if let node {
                    Self.start(&pod, requestClass, on: node, inspector, now)
                } else if home >= 0 {
                    (pod.nodeName, pod.phase) = (cluster.table.nodes[home].name, .running)
                    _ = cluster.charge(requestClass, withoutDevicesOn: home)
                }
            }
            if pod.phase == .running { self.running += 1 }
            pods.append(pod)
        }
    }

    /// Charges a pod to a node that fits and writes on it what HAMi and the kubelet would.
    private static func start(
        _ pod: inout Pod, _ requestClass: RequestClass, on node: Int, _ engine: ReferenceEngine, _ now: WallClock
    ) {
        let cluster = engine.cluster
        _ = engine.evaluator.fits(requestClass, node: node)
        if requestClass.asksForDevices {
            let detail = PlacementDetail(
                requestClass, engine.evaluator, cluster: cluster, score: engine.evaluator.score(requestClass))
            let added = detail.annotations(for: pod, requestClass, cluster: cluster, now: now)
            pod.metadata.annotations.merge(added) { $1 }
            pod.schedulerName = "hami-scheduler"
        }
        pod.nodeName = cluster.table.nodes[node].name
        pod.phase = .running
        var result = RoundResult()
        _ = engine.commit(requestClass, filtersNodes: false, into: &result)
    }

    /// The List that kubectl would print.
    public var json: [UInt8] { ListEncoder.encode(nodes: nodes, pods: pods) }
}

extension TraceNode {
    /// The node object with what the device plugins would write on it.
    func advertised(catalog: VendorCatalog) throws(TraceError) -> Node {
        var node = kubernetesNode
        let records = try deviceRecords(catalog: catalog)
        for id in catalog.ids {
            let own = records.filter { $0.vendor == id }.map(\.record)
            if own.isEmpty { continue }
            if catalog[id].commonWord == VendorCatalog.milliWord {
                throw TraceError(
                    file: TraceFormat.fleetFile, line: groups[0].line,
                    problem:
                        "node \(name) has devices in thousandths, which exist in traces alone; no cluster shows them")
            }
            catalog[id].advertise(own, on: &node)
        }
        return node
    }
}
