// The form in which the API server stores what it is given, and in which everything behind it reads it.

extension Quantity {
    /// The quantity read back from its canonical text; whether it counts as a plain integer may change.
    public var canonicalized: Quantity {
        if literal != nil { return self }
        return (try? Quantity(parsing: canonical)) ?? self
    }

    /// A resource amount as the API server stores it: in canonical form, what is finer than a thousandth rounded up to it.
    public var stored: Quantity {
        guard isFinerThanMilli else { return canonicalized }
        return Quantity(amount: .scaled(milliRoundedUp, scale: -3), notation: notation).canonicalized
    }

    private var isFinerThanMilli: Bool {
        switch amount {
        case .scaled(let value, let scale): scale < -3 && value != 0
        case .decimal(let decimal): decimal.exponent < -3
        }
    }
}

extension [String: Quantity] {
    /// The amounts as the API server stores them.
    ///
    /// - Complexity: O(entries); amounts that stand in stored form already are not made anew.
    public var stored: [String: Quantity] { mapValues(\.stored) }
}

extension Container {
    mutating func canonicalizeQuantities() {
        limits = limits.mapValues(\.canonicalized)
        requests = requests.mapValues(\.canonicalized)
    }
}

extension Pod {
    /// The pod with every quantity in canonical form (`2000m` is `2`), as it is handed to the admission webhook.
    public var withCanonicalQuantities: Pod {
        var pod = self
        for container in pod.containers.indices { pod.containers[container].canonicalizeQuantities() }
        for container in pod.initContainers.indices { pod.initContainers[container].canonicalizeQuantities() }
        pod.overhead = pod.overhead.mapValues(\.canonicalized)
        pod.podRequests = pod.podRequests.mapValues(\.canonicalized)
        pod.podLimits = pod.podLimits.mapValues(\.canonicalized)
        return pod
    }

    /// The pod as the API server stores it: amounts in canonical form and not finer than a thousandth; what the pod as a
    /// whole asks of a resource that it limits and no container asks for is its limit.
    ///
    /// Requests that containers leave out are not filled in: every reader takes the limit in their place.
    /// - Source: kubernetes pkg/apis/core/v1/defaults.go
    public var stored: Pod {
        var pod = self
        for place in pod.containers.indices {
            pod.containers[place].limits = pod.containers[place].limits.stored
            pod.containers[place].requests = pod.containers[place].requests.stored
        }
        for place in pod.initContainers.indices {
            pod.initContainers[place].limits = pod.initContainers[place].limits.stored
            pod.initContainers[place].requests = pod.initContainers[place].requests.stored
        }
        if !pod.overhead.isEmpty { pod.overhead = pod.overhead.stored }
        if !pod.podRequests.isEmpty { pod.podRequests = pod.podRequests.stored }
        if pod.podLimits.isEmpty { return pod }
        pod.podLimits = pod.podLimits.stored
        for (name, limit) in pod.podLimits where pod.podRequests[name] == nil && Self.countsForPod(name) {
            let isAsked = (pod.initContainers + pod.containers).contains { $0.requests[name] ?? $0.limits[name] != nil }
            if !isAsked || name.hasPrefix("hugepages-") { pod.podRequests[name] = limit }
        }
        return pod
    }

    /// Whether a pod as a whole can ask for the resource.
    public static func countsForPod(_ name: String) -> Bool {
        name == "cpu" || name == "memory" || name.hasPrefix("hugepages-")
    }
}

extension Node {
    /// The node as the API server stores it.
    public var stored: Node {
        var node = self
        node.capacity = capacity.stored
        node.allocatable = allocatable.stored
        return node
    }
}

extension ResourceQuota {
    /// The quota as the API server stores it.
    public var stored: ResourceQuota { ResourceQuota(metadata: metadata, hard: hard.stored) }
}
