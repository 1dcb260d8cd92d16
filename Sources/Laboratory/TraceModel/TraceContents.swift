/// Totals over a trace, for descriptions.
public struct TraceContents: Sendable {
    /// Devices of one vendor and model over the fleet.
    public struct Group: Sendable, Hashable {
        public var vendor: String
        public var model: String
        public var nodes = 0
        public var devices = 0
        /// Over all devices.
        public var slots = 0
        public var memoryMiB = 0
        public var cores = 0
    }

    public private(set) var cpuMilli: Int64 = 0
    public private(set) var memoryMiB: Int64 = 0
    /// By vendor and model.
    public private(set) var groups: [Group] = []
    public private(set) var queuedPods = 0
    public private(set) var residentPods = 0
    public private(set) var stayingPods = 0
    public private(set) var gangPods = 0
    /// Queued pods by priority.
    public private(set) var priorities: [Int32: Int] = [:]
    public private(set) var lastArrivalMs: Int64 = 0
    /// Distinct asks of the queued pods.
    public private(set) var shapes = 0
    private var podsByResources: [[String]: Int] = [:]

    /// - Complexity: linear in nodes and pods.
    public init(_ trace: Trace) {
        var found: [String: Group] = [:]
        for node in trace.nodes {
            // A million nodes of at most 2^40 each; devices of a node below 2^28 together.
            cpuMilli += node.cpuMilli
            memoryMiB += node.memoryMiB
            for group in node.groups {
                let key = group.vendor + "\n" + group.model
                var sum = found[key] ?? Group(vendor: group.vendor, model: group.model)
                sum.nodes += 1
                sum.devices += group.devices
                sum.slots += group.devices * Int(group.slots)
                sum.memoryMiB += group.devices * Int(group.memoryMiB)
                sum.cores += group.devices * Int(group.cores)
                found[key] = sum
            }
        }
        groups = found.sorted { $0.key < $1.key }.map(\.value)
        var podsByShape = Array(repeating: 0, count: trace.pods.shapes.count)
        for pod in 0..<trace.pods.count {
            if trace.pods.placedOn[pod] >= 0 {
                residentPods += 1
                continue
            }
            queuedPods += 1
            podsByShape[Int(trace.pods.shape[pod])] += 1
            if trace.pods.durationMs[pod] < 0 { stayingPods += 1 }
            if trace.pods.gang[pod] >= 0 { gangPods += 1 }
            priorities[trace.pods.priority[pod], default: 0] += 1
            lastArrivalMs = max(lastArrivalMs, trace.pods.arrivalMs[pod])
        }
        for (shape, pods) in podsByShape.enumerated() where pods > 0 {
            shapes += 1
            let text = trace.pods.texts[trace.pods.shapes[shape].limits]
            let names = ((try? KeyValueList.parse(text)) ?? []).map(\.key)
            podsByResources[names, default: 0] += pods
        }
    }

    /// Queued pods that ask any of some resources.
    public func pods(asking resources: [String]) -> Int {
        podsByResources.reduce(0) { sum, entry in
            sum + (entry.key.contains(where: resources.contains) ? entry.value : 0)
        }
    }
}
