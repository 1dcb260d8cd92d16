import PlacementEngine
import PlacementModel

@testable import ClusterRules

/// A fleet, its pods, and both ways to answer, changed together at random.
struct RuleWorld {
    var random: SplitMix
    var nodes: [Node?] = []
    var namespaces: [Namespace] = []
    var templates: [Pod] = []
    var pods: [(pod: Pod, row: Int)] = []
    /// Pods that are nominated to a node and have not been placed.
    var nominees: [Pod] = []
    var objects = ClusterObjects()
    var index: PodRuleIndex
    var made = 0

    init(seed: UInt64) {
        random = SplitMix(seed)
        templates = []
        for number in 0..<12 {
            templates.append(Self.template(number, &random))
        }
        for number in 0..<3 {
            var pod = Self.template(12 + number, &random)
            pod.metadata.name = "nominee\(number)"
            pod.scheduling.nominatedNodeName = "n\(random.below(4))"
            pod.scheduling.priority = Int32(random.below(3))
            nominees.append(pod)
        }
        objects = Self.volumeObjects(&random)
        index = PodRuleIndex(pods: templates + nominees, objects: objects, profile: .hami2_10_0)
        for nominee in nominees { _ = index.kind(of: nominee) }
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
        scheduling.priority = Int32(random.below(3))
        switch random.below(8) {
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
        case 5, 6:
            pod.metadata.namespace = "x"
            scheduling.volumes = [
                PodVolume(name: "a", source: .claim(name: random.pick(["c0", "c1", "c2", "c3", "c4", "none"])))
            ]
            if random.below(3) == 0 {
                scheduling.volumes.append(
                    PodVolume(
                        name: "b",
                        source: .gcePersistentDisk(name: random.pick(["d", "e"]), isReadOnly: random.below(2) == 0)))
            }
        default: break
        }
        pod.scheduling = scheduling
        return pod
    }

    /// Claims of a few kinds, their volumes and classes, limits of nodes and attachments.
    static func volumeObjects(_ random: inout SplitMix) -> ClusterObjects {
        var objects = ClusterObjects()
        var local = StorageClass(metadata: ObjectMeta(name: "local"))
        (local.provisioner, local.waitsForConsumer) = ("kubernetes.io/no-provisioner", true)
        var made = StorageClass(metadata: ObjectMeta(name: "made"))
        (made.provisioner, made.waitsForConsumer) = ("csi", true)
        objects.storageClasses = [local, made]
        for number in 0..<5 {
            var volume = PersistentVolume(metadata: ObjectMeta(name: "v\(number)"))
            volume.capacity = Quantity(integer: Int64(1 + random.below(4)))
            volume.accessModes = ["ReadWriteOnce"]
            volume.storageClassName = "local"
            volume.phase = "Available"
            volume.source = .csi(driver: "csi", handle: "h\(number)")
            if random.below(3) > 0 {
                volume.nodeAffinity = [
                    NodeSelectorTerm(matchExpressions: [
                        NodeSelectorRequirement(key: "host", operator: .in, values: ["n\(random.below(8))", "n1"])
                    ])
                ]
            }
            var claim = PersistentVolumeClaim(
                metadata: ObjectMeta(name: "c\(number)", namespace: "x", uid: "u\(number)"))
            claim.requested = Quantity(integer: Int64(1 + random.below(3)))
            claim.accessModes = [random.below(4) == 0 ? "ReadWriteOncePod" : "ReadWriteOnce"]
            claim.storageClassName = random.pick(["local", "made", "other"])
            if random.below(2) == 0 {
                claim.volumeName = volume.metadata.name
                claim.metadata.annotations["pv.kubernetes.io/bind-completed"] = "yes"
                volume.phase = "Bound"
                volume.claim = .init(namespace: "x", name: claim.metadata.name, uid: claim.metadata.uid)
            }
            if random.below(8) > 0 { objects.volumes.append(volume) }
            if random.below(8) > 0 { objects.claims.append(claim) }
        }
        for number in 0..<6 where random.below(3) > 0 {
            var node = CSINode(metadata: ObjectMeta(name: "n\(number)"))
            node.limits = ["csi": Int64(random.below(3))]
            objects.csiNodes.append(node)
            if random.below(2) == 0 {
                var attachment = VolumeAttachment(metadata: ObjectMeta(name: "a\(number)"))
                (attachment.attacher, attachment.nodeName) = ("csi", "n\(number)")
                attachment.volumeName = "v\(random.below(5))"
                objects.attachments.append(attachment)
            }
        }
        return objects
    }

    mutating func setObjects() {
        objects = Self.volumeObjects(&random)
        index.setObjects(objects)
    }

    /// A nominated pod is placed, or taken off again.
    mutating func settleNominee() {
        if let place = pods.firstIndex(where: { $0.pod.metadata.name.hasPrefix("nominee") }), random.below(2) == 0 {
            var pod = pods[place].pod
            remove(place)
            pod.nodeName = ""
            nominees.append(pod)
            return
        }
        let rows = nodes.indices.filter { nodes[$0] != nil }
        guard !nominees.isEmpty, !rows.isEmpty else { return }
        var pod = nominees.remove(at: random.below(nominees.count))
        let row = random.pick(rows)
        bind(pod, row, 1)
        pod.nodeName = nodes[row]?.name ?? ""
        pods.append((pod, row))
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

    func bind(_ given: Pod, _ row: Int, _ sign: Int) {
        var pod = given
        pod.nodeName = ""
        let kind = index.kind(of: pod)
        if kind < 0 { return }
        if sign > 0 { index.didPlace(kind, node: row) } else { index.didRemove(kind, node: row) }
    }

    mutating func remove(_ place: Int) {
        let (pod, row) = pods.remove(at: place)
        bind(pod, row, -1)
    }

    mutating func change() {
        switch random.below(14) {
        case 0: setNode(random.below(2) == 0 ? nodes.count : random.below(nodes.count))
        case 1: setNamespaces()
        case 2:
            // A node goes, with its pods.
            let row = random.below(nodes.count)
            while let place = pods.firstIndex(where: { $0.row == row }) {
                var pod = pods[place].pod
                remove(place)
                pod.nodeName = ""
                if pod.metadata.name.hasPrefix("nominee") { nominees.append(pod) }
            }
            nodes[row] = nil
            index.set(row, nil)
        case 12: setObjects()
        case 13: settleNominee()
        case 3 where !pods.isEmpty:
            // A pod is relabelled, or starts to terminate.
            let place = random.below(pods.count)
            let (old, row) = pods[place]
            if old.metadata.name.hasPrefix("nominee") { return }
            bind(old, row, -1)
            if random.below(2) == 0 { pods[place].pod.isTerminating = true }
            pods[place].pod.metadata.labels["app"] = random.pick(["a", "b", "c"])
            bind(pods[place].pod, row, 1)
        case 4...6 where !pods.isEmpty:
            let place = random.below(pods.count)
            if !pods[place].pod.metadata.name.hasPrefix("nominee") { remove(place) }
        default: place()
        }
    }

    /// What the plain filters say, from the objects as they are now.
    func recounted() -> ClusterState {
        var objects = objects
        objects.namespaces = namespaces
        var state = ClusterState(nodes: nodes.compactMap { $0 }, objects: objects)
        for (pod, _) in pods { state.add(PodFacts(pod)) }
        for pod in nominees { state.nominate(PodFacts(pod), to: pod.scheduling.nominatedNodeName) }
        return state
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
