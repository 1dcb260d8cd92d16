public import PlacementModel

/// A node and the pods on it, summed up as kube-scheduler's NodeInfo does.
public struct NodeContents: Sendable {
    public internal(set) var node: Node
    public private(set) var residents: [PodFacts] = []
    /// A set without counts, see ``removeForTrial(_:)``.
    private(set) var usedPorts: Set<HostPort> = []
    private(set) var used = CountedRequest()
    private(set) var allocatable: CountedRequest
    private(set) var allowedPods: Int64

    public init(_ node: Node) {
        self.node = node
        let amounts = ResourceAmounts(node.allocatable)
        allocatable = CountedRequest(amounts)
        allowedPods = amounts.counted("pods")
    }

    public var name: String { node.name }
    var labels: [String: String] { node.metadata.labels }

    /// Takes the changed object; the pods stay.
    mutating func replace(_ node: Node) {
        let residents = residents
        self = NodeContents(node)
        for resident in residents { add(resident) }
    }

    mutating func add(_ pod: PodFacts) {
        residents.append(pod)
        used.add(pod.charge)
        usedPorts.formUnion(pod.scheduling.hostPorts)
    }

    /// Takes a pod off for the time of a trial. The set of ports forgets what the pod had, whoever has it too.
    mutating func removeForTrial(_ pod: PodFacts) {
        guard let place = place(of: pod) else { return }
        let resident = residents.remove(at: place)
        used.add(resident.charge, sign: -1)
        usedPorts.subtract(resident.scheduling.hostPorts)
    }

    /// A pod is gone; ports that another one has too stay in use.
    ///
    /// - Returns: whether it was here.
    @discardableResult
    mutating func remove(_ pod: PodFacts) -> Bool {
        guard let place = place(of: pod) else { return false }
        used.add(residents.remove(at: place).charge, sign: -1)
        recountPorts()
        return true
    }

    /// Puts a changed object in a pod's place.
    mutating func replace(_ pod: PodFacts, with changed: PodFacts) {
        guard let place = place(of: pod) else { return }
        used.add(residents[place].charge, sign: -1)
        residents[place] = changed
        used.add(changed.charge)
        recountPorts()
    }

    private func place(of pod: PodFacts) -> Int? { residents.firstIndex { $0 === pod || $0.name == pod.name } }

    private mutating func recountPorts() {
        usedPorts = []
        for resident in residents { usedPorts.formUnion(resident.scheduling.hostPorts) }
    }
}
