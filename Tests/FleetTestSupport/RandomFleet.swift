import PlacementModel

/// Random nodes of all device types, several on most nodes, and pods that ask for them. One seed, one fleet.
public struct RandomFleet {
    public var nodes: [Node] = []
    private var random: SeededGenerator
    private let kinds: [Kind]

    /// A device type: what a node offers of it, and a container that asks for it.
    struct Kind: Sendable {
        /// Adds capacity, annotations or labels to a node.
        var offer: @Sendable (inout Node, inout SeededGenerator) -> Void
        /// Limits of a container, as ``PodText`` reads them.
        var ask: @Sendable (inout SeededGenerator) -> String
        /// Annotations of a pod, same form.
        var wish: @Sendable (inout SeededGenerator) -> String = { _ in "" }
    }

    /// - Parameter isMixed: whether nodes have several types; else each has one, and types take turns.
    public init(seed: UInt64, nodes count: Int, isMixed: Bool = true) {
        random = SeededGenerator(seed: seed)
        kinds = Self.cardKinds + Self.chipKinds
        for number in 0..<count {
            if !isMixed {
                var node = Node.with(name: "n\(number)")
                kinds[number % kinds.count].offer(&node, &random)
                nodes.append(node)
                continue
            }
            var node = self.node(named: "n\(number)")
            // Every type stands somewhere.
            if number < kinds.count { kinds[number].offer(&node, &random) }
            nodes.append(node)
        }
    }

    /// A node with one to three device types.
    public mutating func node(named name: String) -> Node {
        var node = Node.with(name: name)
        for _ in 0..<random.int(1...3) { random.pick(kinds).offer(&node, &random) }
        return node
    }

    /// The next pod: one to three containers, now and then an init container, one or two device types.
    public mutating func pod(named name: String) -> Pod {
        let kind = random.pick(kinds)
        let other = random.pick(kinds)
        var containers: [String] = []
        for _ in 0..<random.pick([1, 1, 1, 1, 2, 3]) {
            if random.chance(oneIn: 8) {
                containers.append("cpu=1")
            } else {
                containers.append(kind.ask(&random) + (random.chance(oneIn: 8) ? " " + other.ask(&random) : ""))
            }
        }
        if random.chance(oneIn: 8) { containers.insert("init " + kind.ask(&random), at: 0) }
        if random.chance(oneIn: 12) { containers.insert("init cpu=1", at: 0) }
        var wishes = kind.wish(&random)
        if random.chance(oneIn: 2) {
            let policy = random.pick(["binpack", "spread", "mutex", "numa", "binpack,numa", "topology-aware"])
            wishes += " @hami.io/gpu-scheduler-policy=\(policy)"
        }
        if random.chance(oneIn: 2) { wishes += " @hami.io/node-scheduler-policy=spread" }
        if random.chance(oneIn: 6) { wishes += " @nvidia.com/numa-bind=true" }
        containers[containers.count - 1] += " " + wishes
        return PodText(names: [:]).pod(containers.joined(separator: " | "), name: name)
    }

    public mutating func chance(oneIn times: Int) -> Bool { random.chance(oneIn: times) }
    public mutating func index(below count: Int) -> Int { random.int(0...count - 1) }
    public mutating func pick<Element>(_ choices: [Element]) -> Element { random.pick(choices) }
}

extension Node {
    /// Offers a resource once; a second offer of the same name is left out.
    mutating func offer(_ name: String, _ amount: Int) {
        if capacity[name] != nil { return }
        capacity[name] = Quantity(integer: Int64(amount))
        allocatable[name] = Quantity(integer: Int64(amount))
    }

    mutating func annotate(_ key: String, _ text: String) {
        if metadata.annotations[key] == nil { metadata.annotations[key] = text }
    }
}
