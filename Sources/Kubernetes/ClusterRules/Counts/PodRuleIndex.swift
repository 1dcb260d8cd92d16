import DeviceTable
public import PlacementEngine
public import PlacementModel

/// kube-scheduler's rules over other pods, answered from counts that are repaired event by event.
///
/// ```
/// pod kind 3: anti-affinity app=web by zone        counter: pods meant by (app=web), by zone
///   node 7 -> zone b -> count 2 > 0: refused         a b c
///                                                    0 2 1     <- +1 when a pod of a kind it counts comes
/// ```
///
/// A counter is one question about one topology key, shared by all kinds that ask it; a kind knows the counters that count
/// it, so a pod that comes or goes costs one addition for each. Asking a node costs a comparison for each term. Volumes,
/// which few pods have, are asked of the plain filters over the pods that have some.
///
/// Events and what they change: a pod comes or goes (``didPlace(_:node:)``, ``didRemove(_:node:)``): the counters that
/// count its kind, and what its volumes hold; relabelled or terminating: it goes as one kind and comes as another; a node is
/// added, changes or goes (``set(_:node:)``): the counts of its pods move to its new domains, and it takes part in spread
/// constraints or not; labels of a namespace (``setNamespaces(_:)``): all questions are asked anew and recounted from the
/// pods kept by node; objects of volumes (``setObjects(_:)``): answers about volumes.
/// - Complexity: a pod O(counters that count it), a question O(terms)
public final class PodRuleIndex: InterPodRules {
    public private(set) var version = 0
    let labelKeys: Set<String>
    private let knowsClaims: Bool
    var nodes: [Node?] = []
    var kinds: [PodKind] = []
    private var numbers: [PodKindKey: Int32] = [:]
    private var domains: [TopologyDomains.Key: TopologyDomains] = [:]
    var counters: [CounterQuestion: PodCounter] = [:]
    /// Nodes of spread constraints, also in the order they were made.
    var spreadNodes: [SpreadNodes.Question: SpreadNodes] = [:]
    var allSpreadNodes: [SpreadNodes] = []
    /// Who may concern whom, see ``PodRuleLookup``.
    var lookup = PodRuleLookup()
    /// By node row: how many pods of which kinds are there.
    var onNode: [[(kind: Int32, count: Int32)]] = []
    var volumes: VolumeRules
    private var nominations: PodNominations
    /// Of a fleet without pods that may get any: affinity to others does not keep a pod off.
    private var expectsCompany = false

    /// - Parameters:
    ///   - pods: all pods whose rules will be asked or whose rules others have to keep, queued ones too.
    ///   - objects: namespaces, volumes and the like.
    ///   - knowsClaims: false where the objects do not tell of claims: volumes that need one are passed over.
    ///   - demand: what a nominated pod asks of its node.
    public init(
        pods: some Sequence<Pod>, objects: ClusterObjects, knowsClaims: Bool = true, profile: CompatibilityProfile,
        demand: (Pod) -> NodeDemand = { _ in .nothing }
    ) {
        self.knowsClaims = knowsClaims
        nominations = PodNominations(pods, demand: demand)
        labelKeys = pods.reduce(into: []) { $0.formUnion(PodKindKey.labelKeys(readBy: $1)) }
        volumes = VolumeRules(objects, profile: profile)
        for pod in pods where pod.hasScheduling { _ = number(of: pod) }
    }

    /// Whether any of the pods has a rule for this index; without one it need not be asked.
    public static func isNeeded(for pods: some Sequence<Pod>) -> Bool {
        pods.contains { pod in
            guard pod.hasScheduling else { return false }
            let scheduling = pod.scheduling
            return scheduling.readsOtherPods || !scheduling.resourceClaims.isEmpty || scheduling.restartsAllContainers
                || pod.isNominated
        }
    }

    // MARK: Kinds

    public func kind(of pod: Pod) -> Int32 {
        let number = number(of: pod)
        return kinds[Int(number)].isFree ? noPodKind : number
    }

    /// Whether pods of the pod's kind have been seen before.
    func isKnown(_ pod: Pod) -> Bool { numbers[key(of: weighed(pod))] != nil }

    /// The pod without the wishes that cannot be weighed here.
    private func weighed(_ given: Pod) -> Pod {
        var pod = given
        if !knowsClaims && pod.hasScheduling { pod.scheduling.volumes.removeAll { $0.needsClaim } }
        return pod
    }

    private func key(of pod: Pod) -> PodKindKey {
        var key = PodKindKey(pod, labelKeys: labelKeys)
        if !nominations.isEmpty {
            key.rank = nominations.rank(of: pod)
            if nominations.isNominee(pod.fullName) { key.nominee = pod.fullName }
        }
        return key
    }

    private func number(of given: Pod) -> Int32 {
        let pod = weighed(given)
        let key = key(of: pod)
        if let known = numbers[key] { return known }
        let number = Int32(kinds.count)
        let kind = PodKind(PodFacts(pod), rank: key.rank, nominee: key.nominee)
        kind.leavesRoom = nominations.concerns(rank: key.rank)
        numbers[key] = number
        kinds.append(kind)
        if let name = key.nominee { nominations.setKind(number, of: name) }
        ask(kind)
        return number
    }

    func domains(of key: TopologyDomains.Key) -> TopologyDomains {
        if let known = domains[key] { return known }
        let made = TopologyDomains(key)
        for (row, node) in nodes.enumerated() { made.set(row, node?.metadata.labels) }
        domains[key] = made
        return made
    }

    // MARK: Questions

    public func allows(_ kind: Int32, node: Int) -> Bool { refusal(kind, node: node) == nil }

    public func refusal(_ number: Int32, node: Int) -> NodeFilter? {
        let kind = kinds[Int(number)]
        if kind.leavesRoom, let refusal = refusalBesideNominees(kind, number, node) { return refusal }
        return refusal(kind, number, node, beside: [], checksResidents: true)
    }

    /// The refusal with the pods on the node that are nominated to it and matter as much.
    private func refusalBesideNominees(_ kind: PodKind, _ number: Int32, _ node: Int) -> NodeFilter? {
        let others = nominees(for: kind, node).map(\.kind).filter { $0 >= 0 }.map { kinds[Int($0)] }
        if others.isEmpty { return nil }
        // A filter that had nothing to check is not told of them: what they are against goes unnoticed then.
        let checksResidents =
            !kind.affinity.isEmpty || !kind.antiAffinity.isEmpty || kind.residents.contains { $0.counter.total > 0 }
        func add(_ sign: Int32) {
            for other in others {
                for counter in other.countedBy { counter.add(sign, node: node) }
                // The hook counts what counting anew leaves out: all pods of the namespace, for an empty selector.
                for check in kind.spread
                where check.countsAllNominees && other.facts.namespace == kind.facts.namespace {
                    check.counter.add(sign, node: node)
                }
            }
        }
        add(1)
        defer { add(-1) }
        return refusal(kind, number, node, beside: others.map(\.facts), checksResidents: checksResidents)
    }

    private func nominees(for kind: PodKind, _ node: Int) -> [PodNominations.Nominee] {
        guard kind.leavesRoom, let name = nodes[node]?.name else { return [] }
        return nominations.waiting(on: name, rank: kind.rank, except: kind.nominee)
    }

    public var keepsRoom: Bool { !nominations.isEmpty }

    public func keptRoom(from number: Int32, node: Int) -> NodeDemand? {
        let others = nominees(for: kinds[Int(number)], node)
        guard var sum = others.first?.demand else { return nil }
        for other in others.dropFirst() { sum.add(other.demand) }
        return sum
    }

    private func refusal(
        _ kind: PodKind, _ number: Int32, _ node: Int, beside others: [PodFacts], checksResidents: Bool
    ) -> NodeFilter? {
        for check in kind.ports { if let refusal = check.refusal(node) { return refusal } }
        if kind.asksFilters, let refusal = volumes.refusal(number, kind.facts, node, beside: others) { return refusal }
        for check in kind.spread { if let refusal = check.refusal(node) { return refusal } }
        if !kind.affinity.isEmpty, !kind.satisfiesAffinity(node, expectsCompany: expectsCompany) { return .podAffinity }
        for check in kind.antiAffinity { if let refusal = check.refusal(node) { return refusal } }
        if !checksResidents { return nil }
        for check in kind.residents { if let refusal = check.refusal(node) { return refusal } }
        return nil
    }

    /// Why no node is looked at for pods of the kind, in kube-scheduler's words; nil = nodes are.
    public func rejection(of number: Int32) -> String? {
        let kind = kinds[Int(number)]
        return kind.asksFilters ? volumes.rejection(number, kind.facts) : nil
    }

    // MARK: Events

    public func didPlace(_ kind: Int32, node: Int) { add(1, kind, node) }
    public func didRemove(_ kind: Int32, node: Int) { add(-1, kind, node) }

    /// From now on, volumes that a pod takes are reserved for it; pods that ran before have theirs.
    public func beginQueue() { volumes.reserves = true }

    private func add(_ pods: Int32, _ number: Int32, _ node: Int) {
        let kind = kinds[Int(number)]
        kind.pods += pods
        for counter in kind.countedBy { counter.add(pods, node: node) }
        if let place = onNode[node].firstIndex(where: { $0.kind == number }) {
            onNode[node][place].count += pods
            if onNode[node][place].count == 0 { onNode[node].remove(at: place) }
        } else {
            onNode[node].append((number, pods))
        }
        if kind.asksFilters { volumes.add(pods, number, kind.facts, node) }
        if let name = kind.nominee { nominations.note(name, isPlaced: pods > 0) }
        version += 1
    }

    /// A node was added or has changed; nil = it is gone.
    ///
    /// - Complexity: O(rules of spread constraints + pods of the node x counters of each), and a domain that appears or goes
    ///   costs an addition for each constraint over its key
    public func set(_ row: Int, _ node: Node?) {
        while nodes.count <= row {
            nodes.append(nil)
            onNode.append([])
            for made in domains.values { made.set(nodes.count - 1, nil) }
            for spread in allSpreadNodes { spread.set(nodes.count - 1, nil) }
        }
        for (kind, count) in onNode[row] {
            for counter in kinds[Int(kind)].countedBy { counter.add(-count, node: row) }
        }
        for spread in allSpreadNodes { spread.withdraw(row) }
        nodes[row] = node
        for made in domains.values { made.set(row, node?.metadata.labels) }
        for spread in allSpreadNodes { spread.set(row, node) }
        for (kind, count) in onNode[row] {
            for counter in kinds[Int(kind)].countedBy { counter.add(count, node: row) }
        }
        volumes.set(row, node)
        version += 1
    }

    /// Namespaces have come, gone or changed their labels.
    ///
    /// - Complexity: O(kinds x counters + pods)
    public func setNamespaces(_ namespaces: [Namespace]) {
        volumes.cluster.setNamespaces(namespaces)
        recount()
        version += 1
    }

    /// Volumes, claims, classes, drivers, capacities or attachments have changed.
    public func setObjects(_ objects: ClusterObjects) {
        volumes.cluster.setVolumes(objects)
        volumes.forget()
        version += 1
    }

    public func lay(_ nodes: [Node?], _ pods: [(kind: Int32, node: Int)]) {
        for row in onNode.indices {
            for (kind, count) in onNode[row] { add(-count, kind, row) }
        }
        for (row, node) in nodes.enumerated() { set(row, node) }
        for row in nodes.count..<max(nodes.count, self.nodes.count) { set(row, nil) }
        for (kind, row) in pods { add(1, kind, row) }
    }

    // MARK: Copies

    private init(_ other: PodRuleIndex, withPods: Bool) {
        (version, labelKeys, knowsClaims) = (other.version, other.labelKeys, other.knowsClaims)
        (nodes, numbers, kinds) = (other.nodes, other.numbers, other.kinds)
        (volumes, nominations, expectsCompany) = (other.volumes, other.nominations, other.expectsCompany)
        onNode = other.onNode
        if !withPods {
            onNode = Array(repeating: [], count: other.onNode.count)
            volumes.removePods()
            kinds = kinds.map { PodKind($0.facts, rank: $0.rank, nominee: $0.nominee) }
            nominations = PodNominations([], demand: { _ in .nothing })
            expectsCompany = true
        }
        recount()
        if !withPods { for kind in kinds { kind.leavesRoom = false } }
    }

    public func copy() -> any InterPodRules { PodRuleIndex(self, withPods: true) }

    /// The rules of the same fleet without any pod, where company may still come: what could keep a pod off for good.
    public func emptied() -> PodRuleIndex { PodRuleIndex(self, withPods: false) }

    /// Asks all questions anew and counts from the pods kept by node.
    private func recount() {
        counters = [:]
        spreadNodes = [:]
        allSpreadNodes = []
        lookup = PodRuleLookup()
        let (known, pods) = (kinds, onNode)
        kinds = []
        onNode = Array(repeating: [], count: pods.count)
        for kind in known {
            kinds.append(PodKind(kind.facts, rank: kind.rank, nominee: kind.nominee))
            kinds[kinds.count - 1].leavesRoom = kind.leavesRoom
            kinds[kinds.count - 1].pods = kind.pods
            ask(kinds[kinds.count - 1])
        }
        onNode = pods
        for (row, pods) in pods.enumerated() {
            for (kind, count) in pods {
                for counter in kinds[Int(kind)].countedBy { counter.add(count, node: row) }
            }
        }
    }
}

extension PodVolume {
    fileprivate var needsClaim: Bool {
        switch source {
        case .claim, .ephemeral: true
        case .gcePersistentDisk, .awsElasticBlockStore, .iscsi, .rbd: false
        }
    }
}
