import PlacementEngine
import PlacementModel
import Testing

@testable import ClusterRules

/// Counts that are repaired event by event, compared after every event with the plain filters, which count anew.
@Suite struct PodRuleIndexTests {
    /// A fleet, its pods, and both ways to answer, changed together at random.
    private struct World {
        var random: SplitMix
        var nodes: [Node?] = []
        var namespaces: [Namespace] = []
        var templates: [Pod] = []
        var pods: [(pod: Pod, row: Int)] = []
        var index: PodRuleIndex
        var made = 0

        init(seed: UInt64) {
            random = SplitMix(seed)
            templates = []
            for number in 0..<12 {
                templates.append(Self.template(number, &random))
            }
            index = PodRuleIndex(pods: templates, objects: ClusterObjects(), profile: .hami2_10_0)
            setNamespaces()
            for _ in 0..<8 { setNode(nodes.count) }
        }

        static func selector(_ random: inout SplitMix) -> LabelSelector? {
            switch random.below(6) {
            case 0: return nil
            case 1: return LabelSelector()
            case 2:
                return LabelSelector(matchExpressions: [
                    NodeSelectorRequirement(key: "app", operator: .notIn, values: ["a", "b"])
                ])
            default: return LabelSelector(matchLabels: ["app": random.pick(["a", "b", "c"])])
            }
        }

        static func term(_ random: inout SplitMix) -> PodAffinityTerm {
            var term = PodAffinityTerm(
                selector: selector(&random), topologyKey: random.pick(["host", "zone", "rack"]))
            if random.below(3) == 0 { term.namespaces = ["x"] }
            if random.below(3) == 0 {
                term.namespaceSelector =
                    random.below(2) == 0
                    ? LabelSelector(matchLabels: ["team": random.pick(["red", "blue"])])
                    : LabelSelector(matchExpressions: [
                        NodeSelectorRequirement(key: "team", operator: .notIn, values: ["red"])
                    ])
            }
            return term
        }

        static func template(_ number: Int, _ random: inout SplitMix) -> Pod {
            var pod = Pod(metadata: ObjectMeta(name: "t\(number)", namespace: random.pick(["x", "y", "z"])))
            if random.below(5) > 0 { pod.metadata.labels["app"] = random.pick(["a", "b", "c"]) }
            pod.metadata.labels["unread"] = "\(number)"
            var scheduling = PodScheduling()
            switch random.below(6) {
            case 0: scheduling.antiAffinity = [term(&random), term(&random)]
            case 1: scheduling.affinity = [term(&random)]
            case 2:
                scheduling.affinity = [term(&random), term(&random)]
                scheduling.antiAffinity = [term(&random)]
            case 3:
                for key in ["zone", "host"] where random.below(2) == 0 {
                    scheduling.spread.append(
                        TopologySpreadConstraint(
                            maxSkew: Int32(1 + random.below(2)), topologyKey: key, selector: selector(&random),
                            minDomains: Int32(1 + random.below(3)), honorsNodeAffinity: random.below(2) == 0,
                            honorsTaints: random.below(2) == 0))
                }
                if random.below(2) == 0 { pod.nodeSelector = ["disk": "ssd"] }
            case 4:
                scheduling.hostPorts = [
                    HostPort(address: random.pick(["", "10.0.0.1"]), port: Int32(80 + random.below(2)))
                ]
            default: break
            }
            pod.scheduling = scheduling
            return pod
        }

        mutating func setNamespaces() {
            namespaces = ["x", "y", "z"].filter { _ in random.below(5) > 0 }.map { name in
                Namespace(
                    metadata: ObjectMeta(
                        name: name, labels: random.below(3) == 0 ? [:] : ["team": random.pick(["red", "blue"])]))
            }
            index.setNamespaces(namespaces)
        }

        mutating func setNode(_ row: Int) {
            var labels = ["host": "n\(row)"]
            if random.below(5) > 0 { labels["zone"] = random.pick(["z1", "z2", "z3"]) }
            if random.below(3) > 0 { labels["rack"] = random.pick(["r1", ""]) }
            if random.below(2) == 0 { labels["disk"] = "ssd" }
            var node = Node(metadata: ObjectMeta(name: "n\(row)", labels: labels))
            if random.below(4) == 0 { node.taints = [Taint(key: "t", effect: .noSchedule)] }
            if nodes.count == row { nodes.append(node) } else { nodes[row] = node }
            index.set(row, node)
        }

        mutating func place() {
            let rows = nodes.indices.filter { nodes[$0] != nil }
            guard !rows.isEmpty else { return }
            var pod = random.pick(templates)
            made += 1
            pod.metadata.name = "p\(made)"
            if random.below(6) == 0 { pod.isTerminating = true }
            let row = random.pick(rows)
            pod.nodeName = nodes[row]?.name ?? ""
            pods.append((pod, row))
            bind(pod, row, 1)
        }

        func bind(_ pod: Pod, _ row: Int, _ sign: Int) {
            let kind = index.kind(of: pod)
            if kind < 0 { return }
            if sign > 0 { index.didPlace(kind, node: row) } else { index.didRemove(kind, node: row) }
        }

        mutating func remove(_ place: Int) {
            let (pod, row) = pods.remove(at: place)
            bind(pod, row, -1)
        }

        mutating func change() {
            switch random.below(12) {
            case 0: setNode(random.below(2) == 0 ? nodes.count : random.below(nodes.count))
            case 1: setNamespaces()
            case 2:
                // A node goes, with its pods.
                let row = random.below(nodes.count)
                while let place = pods.firstIndex(where: { $0.row == row }) { remove(place) }
                nodes[row] = nil
                index.set(row, nil)
            case 3 where !pods.isEmpty:
                // A pod is relabelled, or starts to terminate.
                let place = random.below(pods.count)
                let (old, row) = pods[place]
                bind(old, row, -1)
                if random.below(2) == 0 { pods[place].pod.isTerminating = true }
                pods[place].pod.metadata.labels["app"] = random.pick(["a", "b", "c"])
                bind(pods[place].pod, row, 1)
            case 4...6 where !pods.isEmpty: remove(random.below(pods.count))
            default: place()
            }
        }

        /// What the plain filters say, from the objects as they are now.
        func recounted() -> ClusterState {
            var objects = ClusterObjects()
            objects.namespaces = namespaces
            var state = ClusterState(nodes: nodes.compactMap { $0 }, objects: objects)
            for (pod, _) in pods { state.add(PodFacts(pod)) }
            return state
        }
    }

    private static let plainFilters: [any PodFilter.Type] = [
        NodePortsFilter.self, TopologySpreadFilter.self, InterPodAffinityFilter.self,
    ]

    private static func plainAnswer(_ pod: PodFacts, _ state: ClusterState, _ node: NodeContents) -> String? {
        for type in plainFilters {
            guard case .filter(let filter) = type.prepare(pod, state) else { continue }
            if case .reject(_, let reasons) = filter.check(node, state) { return reasons[0] }
        }
        return nil
    }

    @Test("Repaired counts answer as recounted ones after every event", arguments: 0..<12)
    func randomEvents(seed: Int) {
        var world = World(seed: UInt64(seed))
        var (asked, refused) = (0, 0)
        for event in 0..<60 {
            world.change()
            let state = world.recounted()
            for template in world.templates {
                let facts = PodFacts(template)
                let kind = world.index.kind(of: template)
                for (row, node) in world.nodes.enumerated() {
                    guard let node, let place = state.place(ofNode: node.name) else { continue }
                    let plain = Self.plainAnswer(facts, state, state.nodes[place])
                    let repaired = kind < 0 ? nil : world.index.refusal(kind, node: row)?.word
                    asked += 1
                    refused += plain == nil ? 0 : 1
                    #expect(
                        repaired == plain, "seed \(seed), event \(event), \(template.metadata.name) on \(node.name)")
                    if repaired != plain { return }
                }
            }
        }
        #expect(asked > 1000 && refused > 50)
    }

    @Test func labelsThatNobodyReadsMakeNoKinds() {
        var reader = Pod(metadata: ObjectMeta(name: "r", labels: ["app": "a"]))
        reader.scheduling.antiAffinity = [
            PodAffinityTerm(selector: LabelSelector(matchLabels: ["app": "a"]), topologyKey: "host")
        ]
        let index = PodRuleIndex(pods: [reader], objects: ClusterObjects(), profile: .hami2_10_0)
        func kind(_ labels: [String: String]) -> Int32 {
            index.kind(of: Pod(metadata: ObjectMeta(name: "p", labels: labels)))
        }
        #expect(kind(["app": "a", "hash": "1"]) == kind(["app": "a", "hash": "2"]))
        #expect(kind(["app": "a"]) != noPodKind)
        #expect(kind(["app": "b"]) == noPodKind)
    }

    @Test func aReservedVolumeIsNotGivenTwice() {
        var volume = PersistentVolume(metadata: ObjectMeta(name: "v"))
        (volume.capacity, volume.accessModes, volume.storageClassName) = (Quantity(integer: 5), ["ReadWriteOnce"], "s")
        volume.phase = "Available"
        var storageClass = StorageClass(metadata: ObjectMeta(name: "s"))
        (storageClass.provisioner, storageClass.waitsForConsumer) = ("kubernetes.io/no-provisioner", true)
        var objects = ClusterObjects()
        objects.volumes = [volume]
        objects.storageClasses = [storageClass]
        var pods: [Pod] = []
        for name in ["a", "b"] {
            var claim = PersistentVolumeClaim(metadata: ObjectMeta(name: name, uid: name))
            (claim.requested, claim.accessModes, claim.storageClassName) = (
                Quantity(integer: 1), ["ReadWriteOnce"], "s"
            )
            objects.claims.append(claim)
            var pod = Pod(metadata: ObjectMeta(name: name))
            pod.scheduling.volumes = [PodVolume(name: "d", source: .claim(name: name))]
            pods.append(pod)
        }
        let index = PodRuleIndex(pods: pods, objects: objects, profile: .hami2_10_0)
        index.set(0, Node(metadata: ObjectMeta(name: "n")))
        index.beginQueue()
        let (first, second) = (index.kind(of: pods[0]), index.kind(of: pods[1]))
        #expect(index.allows(first, node: 0) && index.allows(second, node: 0))
        index.didPlace(first, node: 0)
        #expect(index.refusal(second, node: 0) == .availableVolume)
        var missing = pods[0]
        missing.scheduling.volumes = [PodVolume(name: "d", source: .claim(name: "none"))]
        #expect(index.rejection(of: index.kind(of: missing)) == "persistentvolumeclaim \"none\" not found")
        var dynamic = Pod(metadata: ObjectMeta(name: "d"))
        dynamic.scheduling.resourceClaims = ["gpu"]
        #expect(index.rejection(of: index.kind(of: dynamic)) == "resource claims are not weighed")
    }
}

/// Numbers from a seed.
struct SplitMix {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }
}
