/// Amounts of resources in exact thousandths, so that sums round once, at the end.
///
/// The API server stores nothing finer than a thousandth. Amounts beyond 64 bits count as the largest there is.
public struct ResourceAmounts: Sendable, Hashable {
    private var milli: [String: Int128] = [:]

    public init() {}

    public init(_ quantities: [String: Quantity]) {
        for (name, quantity) in quantities { milli[name] = Self.milli(of: quantity) }
    }

    public var names: Dictionary<String, Int128>.Keys { milli.keys }
    public var isEmpty: Bool { milli.isEmpty }

    private static let largest = Int128(Int64.max) * 1000

    private static func milli(of quantity: Quantity) -> Int128 {
        // Past 2^60 Go's conversions may wrap; no amount of a pod is as large.
        if quantity.exceeds(OfferedAmount.self) { return largest }
        let units = quantity.roundedUp
        if units > Int64.max / 1000 || units < Int64.min / 1000 { return Int128(units) * 1000 }
        return Int128(quantity.milliRoundedUp)
    }

    public mutating func add(_ other: ResourceAmounts) {
        // A summand is below 2^73, above and below 0: 128 bits hold any sum that a file can name.
        for (name, amount) in other.milli { milli[name] = min(milli[name, default: 0] + amount, Self.largest) }
    }

    public mutating func add(_ quantities: [String: Quantity]) { add(ResourceAmounts(quantities)) }

    /// The greater of both, resource by resource.
    public mutating func raise(to other: ResourceAmounts) {
        for (name, amount) in other.milli { milli[name] = milli[name].map { max($0, amount) } ?? amount }
    }

    public mutating func replace(_ name: String, with other: ResourceAmounts) { milli[name] = other.milli[name] }

    public func has(_ name: String) -> Bool { milli[name] != nil }

    /// Thousandths for `cpu`, whole units rounded up for the rest; 0 where absent.
    public func counted(_ name: String) -> Int64 {
        guard let amount = milli[name] else { return 0 }
        if name == "cpu" { return Int64(clamping: amount) }
        return Int64(clamping: amount / 1000 + (amount % 1000 > 0 ? 1 : 0))
    }
}

/// What a pod asks of its node in total.
///
/// - Source: k8s.io/component-helpers/resource/helpers.go, PodRequests and AggregateContainerRequests
public enum PodRequest {
    /// What the spec of a pod to be scheduled asks for.
    public static func ofQueued(_ pod: Pod) -> ResourceAmounts { total(pod, usesStatus: false) }

    /// What a pod that runs is charged with: the greatest of what its spec asks for and what the kubelet has given it.
    public static func ofResident(_ pod: Pod) -> ResourceAmounts { total(pod, usesStatus: true) }

    private static func total(_ pod: Pod, usesStatus: Bool) -> ResourceAmounts {
        func request(_ container: Container, _ held: [String: Quantity]?) -> ResourceAmounts {
            let spec = ResourceAmounts(container.effectiveRequests)
            guard usesStatus, let held else { return spec }
            var amounts = ResourceAmounts(held)
            if !pod.isResizeInfeasible { amounts.raise(to: spec) }
            return amounts
        }

        // App containers add up, sidecars with them; a plain init container runs beside the sidecars started before it.
        var sum = ResourceAmounts()
        for container in pod.containers { sum.add(request(container, container.held)) }
        var side = ResourceAmounts()
        var peak = ResourceAmounts()
        for container in pod.initContainers {
            if container.isSidecar {
                let own = request(container, container.held)
                sum.add(own)
                side.add(own)
                peak.raise(to: side)
            } else {
                var own = side
                // Only what goes on running can be resized.
                own.add(request(container, nil))
                peak.raise(to: own)
            }
        }
        sum.raise(to: peak)

        if !pod.podRequests.isEmpty {
            var level = ResourceAmounts(pod.podRequests)
            if usesStatus, let held = pod.held {
                let spec = level
                level = ResourceAmounts(held)
                if !pod.isResizeInfeasible { level.raise(to: spec) }
            }
            for name in pod.podRequests.keys where Pod.countsForPod(name) { sum.replace(name, with: level) }
        }
        if !pod.overhead.isEmpty { sum.add(pod.overhead) }
        return sum
    }
}

extension Container {
    /// The requests, with limits where a request is absent, as the API server stores them.
    public var effectiveRequests: [String: Quantity] {
        limits.isEmpty ? requests : limits.merging(requests) { _, request in request }
    }
}
