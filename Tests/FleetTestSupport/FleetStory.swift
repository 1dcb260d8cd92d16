import PlacementEngine
import PlacementModel

/// What happens to a fleet, one thing after another: random, but the same for the same seed.
///
/// Every step stands for itself: it names nodes and pods, and does no harm where they are not there. So a story from which steps
/// are left out is a story too.
public struct FleetStory: Sendable {
    public enum Step: Sendable, CustomStringConvertible {
        /// A node joins or is changed.
        case node(Node)
        case nodeGone(String)
        case health(node: String, place: Int, isHealthy: Bool)
        /// Pods are queued together; what becomes of each that is placed, by its place.
        case round([Pod], fates: [Fate])
        /// The same, and taken back as a whole.
        case roundTakenBack([Pod])
        /// A pod that somebody else has bound.
        case bound(Pod)
        case confirmed(String)
        case forgotten(String)
        case gone(String)
        case quota(ResourceQuota)
        case quotaGone(namespace: String, name: String)
        /// The index's fleet forgets whatever nobody uses, and all but so many classes.
        case idleForgotten(butClasses: Int)

        public var description: String {
            switch self {
            case .node(let node):
                let keys = node.metadata.annotations.keys.sorted().joined(separator: " ")
                return "node \(node.name) \(keys) \(node.allocatable.keys.sorted().joined(separator: " ")) "
                    + "labels \(node.metadata.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }) "
                    + "taints \(node.taints.count)\(node.isUnschedulable ? " unschedulable" : "")"
            case .nodeGone(let name): return "node \(name) leaves"
            case .health(let node, let place, let isHealthy):
                return "device \(place) of \(node) is \(isHealthy ? "healthy" : "unhealthy")"
            case .round(let pods, _): return "round " + pods.map(Self.text).joined(separator: "; ")
            case .roundTakenBack(let pods): return "round taken back " + pods.map(Self.text).joined(separator: "; ")
            case .bound(let pod): return "bound \(Self.text(pod)) on \(pod.nodeName)"
            case .confirmed(let uid): return "confirmed \(uid)"
            case .forgotten(let uid): return "forgotten \(uid)"
            case .gone(let uid): return "gone \(uid)"
            case .quota(let quota):
                let limits = quota.hard.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return "quota \(quota.metadata.namespace)/\(quota.metadata.name) \(limits.joined(separator: " "))"
            case .quotaGone(let namespace, let name): return "quota \(namespace)/\(name) goes"
            case .idleForgotten(let count): return "idle things are forgotten, all but \(count) classes"
            }
        }

        private static func text(_ pod: Pod) -> String {
            func limits(_ container: Container) -> String {
                (container.limits.map { "\($0.key)=\($0.value)" }
                    + container.requests.map { "req:\($0.key)=\($0.value)" })
                    .sorted().joined(separator: " ")
            }
            let wishes = pod.metadata.annotations.sorted { $0.key < $1.key }.map { " @\($0.key)=\($0.value)" }
            return "\(pod.metadata.namespace)/\(pod.metadata.name) "
                + (pod.initContainers.map { "init " + limits($0) } + pod.containers.map(limits)).joined(
                    separator: " | ")
                + wishes.joined()
        }
    }

    public enum Fate: Sendable { case confirmed, forgotten, assumed }

    public var steps: [Step] = []

    /// What may happen.
    public struct Plot: Sendable {
        public var nodes: Int
        public var events: Int
        public var podsPerRound: Int
        public var hasQuotas: Bool

        public init(nodes: Int, events: Int, podsPerRound: Int = 12, hasQuotas: Bool) {
            self.nodes = nodes
            self.events = events
            self.podsPerRound = podsPerRound
            self.hasQuotas = hasQuotas
        }
    }

    /// A story of a fleet that starts with half of the plot's nodes.
    public init(seed: UInt64, _ plot: Plot) {
        var teller = Teller(seed: seed, plot)
        for number in 0..<plot.nodes / 2 { steps.append(.node(teller.node(teller.name(number)))) }
        for _ in 0..<plot.events { steps.append(teller.step()) }
    }

    /// Pods to be placed once the story has ended.
    public static func pods(_ count: Int, seed: UInt64) -> [Pod] {
        var teller = Teller(seed: seed, Plot(nodes: 4, events: 0, hasQuotas: true))
        return (0..<count).map { teller.pod("after-\($0)") }
    }
}

private struct Teller {
    var random: RandomFleet
    let plot: FleetStory.Plot
    private var podCount = 0
    private var uids: [String] = []
    private var known: [String: Node] = [:]
    private static let namespaces = ["default", "limited", "team-a", "Team-b"]

    init(seed: UInt64, _ plot: FleetStory.Plot) {
        random = RandomFleet(seed: seed, nodes: 0)
        self.plot = plot
    }

    /// Names whose order by bytes is not that of their numbers.
    func name(_ number: Int) -> String { "\(["n", "m-", "N", "n0"][number % 4])\(number * 7 % (2 * plot.nodes))" }

    mutating func anyName() -> String { name(random.index(below: plot.nodes)) }

    mutating func anyUID() -> String {
        uids.isEmpty ? "nobody" : uids[max(uids.count - 1 - random.index(below: min(uids.count, 60)), 0)]
    }

    mutating func node(_ name: String) -> Node {
        var node = random.node(named: name)
        dress(&node)
        known[name] = node
        return node
    }

    /// What kube-scheduler reads of a node; now and then a resource is not stated at all.
    mutating func dress(_ node: inout Node) {
        node.metadata.labels["zone"] = "z\(random.index(below: 4))"
        node.allocatable["cpu"] =
            random.chance(oneIn: 6) ? nil : Quantity(integer: Int64(8 + random.index(below: 5) * 8))
        node.allocatable["pods"] = random.chance(oneIn: 6) ? nil : Quantity(integer: Int64(6 + random.index(below: 60)))
        node.allocatable["example.com/port"] = random.chance(oneIn: 3) ? Quantity(integer: 3) : nil
        node.taints =
            random.chance(oneIn: 10) ? [Taint(key: "dedicated", value: "batch", effect: .noSchedule)] : []
        node.isUnschedulable = random.chance(oneIn: 15)
    }

    mutating func pod(_ name: String) -> Pod {
        var pod = random.pod(named: name)
        if random.chance(oneIn: 4) { pod.nodeSelector = ["zone": "z\(random.index(below: 4))"] }
        if random.chance(oneIn: 5) { pod.tolerations = [Toleration(operator: .exists)] }
        if random.chance(oneIn: 2) { pod.metadata.namespace = random.pick(Self.namespaces) }
        if random.chance(oneIn: 3) {
            pod.containers[0].requests["cpu"] = Quantity(integer: Int64(1 + random.index(below: 6)))
        }
        if random.chance(oneIn: 20) { pod.containers[0].requests["example.com/port"] = Quantity(integer: 1) }
        return pod
    }

    mutating func pods() -> [Pod] {
        var pods: [Pod] = []
        let kinds = 1 + random.index(below: plot.podsPerRound)
        while pods.count < plot.podsPerRound {
            let model = pod("")
            // Equal pods in a row are what the index is for.
            for _ in 0..<1 + random.index(below: max(plot.podsPerRound / kinds, 1)) where pods.count < plot.podsPerRound
            {
                podCount += 1
                var next = model
                next.metadata.name = "p\(podCount)"
                next.metadata.uid = "uid-\(podCount)"
                uids.append(next.metadata.uid)
                pods.append(next)
            }
        }
        return pods
    }

    mutating func step() -> FleetStory.Step {
        switch random.index(below: 21) {
        case 0, 1: return .node(node(anyName()))
        case 2, 3:
            // The same devices, other labels, taints and resources.
            guard var changed = known[anyName()] else { return .node(node(anyName())) }
            dress(&changed)
            known[changed.name] = changed
            return .node(changed)
        case 4:
            guard let same = known[anyName()] else { return .node(node(anyName())) }
            return .node(same)
        case 5: return .nodeGone(anyName())
        case 6: return .health(node: anyName(), place: random.index(below: 8), isHealthy: random.chance(oneIn: 2))
        case 7, 8, 9: return .gone(anyUID())
        case 10: return .forgotten(anyUID())
        case 11: return .confirmed(anyUID())
        case 12: return .roundTakenBack(pods())
        case 13: return bound()
        case 14 where plot.hasQuotas: return quota()
        case 15: return .idleForgotten(butClasses: random.index(below: 8))
        default:
            let pods = pods()
            return .round(pods, fates: pods.map { _ in random.pick([.confirmed, .confirmed, .forgotten, .assumed]) })
        }
    }

    /// A pod of another scheduler, be it on a node or devices that are not there.
    private mutating func bound() -> FleetStory.Step {
        podCount += 1
        var pod = Pod(
            metadata: ObjectMeta(
                name: "b\(podCount)", namespace: random.pick(Self.namespaces), uid: "uid-\(podCount)"),
            containers: [Container(name: "c", requests: ["cpu": Quantity(integer: 1)])])
        uids.append(pod.metadata.uid)
        pod.nodeName = anyName()
        pod.phase = .running
        if random.chance(oneIn: 2) {
            // Now and then the devices are counted on another node than CPU and memory.
            let home = random.chance(oneIn: 4) ? anyName() : pod.nodeName
            let device = "\(home)-g\(random.index(below: 10))"
            pod.metadata.annotations["hami.io/vgpu-node"] = home
            pod.metadata.annotations["hami.io/vgpu-devices-allocated"] =
                "\(device),NVIDIA,\(100 + random.index(below: 4000)),\(random.index(below: 40)):;"
        }
        return .bound(pod)
    }

    private mutating func quota() -> FleetStory.Step {
        let (namespace, name) = (random.pick(Self.namespaces), random.pick(["q", "r", "Q"]))
        if random.chance(oneIn: 3) { return .quotaGone(namespace: namespace, name: name) }
        let limits = [
            "limits.nvidia.com/gpumem": 5000 + random.index(below: 80_000),
            "limits.nvidia.com/gpucores": 50 + random.index(below: 900),
            "limits.cambricon.com/mlu.smlu.vmemory": 20 + random.index(below: 300), "limits.cpu": 4, "pods": 7,
        ]
        let hard = limits.sorted { $0.key < $1.key }.filter { _ in random.chance(oneIn: 2) }
        return .quota(
            ResourceQuota(
                metadata: ObjectMeta(name: name, namespace: namespace),
                hard: Dictionary(hard.map { ($0.key, Quantity(integer: Int64($0.value))) }) { $1 }))
    }
}
