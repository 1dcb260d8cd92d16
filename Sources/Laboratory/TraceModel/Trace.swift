import PlacementModel

/// A fleet and the pods that come to it: what a replay needs to know.
public struct Trace: Sendable {
    public var metadata: TraceMetadata
    public var nodes: [TraceNode]
    public var pods: TracePods
    /// The pod list whose typical pods policies aim at; nil = ``pods``. Set where the pods offered were drawn from a list.
    public var targetPods: TracePods?
    /// What was read otherwise than it stands in the files: amounts beyond what a device can have.
    public var notes: [String] = []

    public init(metadata: TraceMetadata, nodes: [TraceNode] = [], pods: TracePods = TracePods()) {
        self.metadata = metadata
        self.nodes = nodes
        self.pods = pods
    }
}

/// What `trace.json` says.
public struct TraceMetadata: Sendable, Hashable {
    /// How devices are divided.
    public enum DeviceModel: String, Sendable, Hashable, CaseIterable {
        /// Slots, memory and cores, as HAMi does.
        case hami
        /// Thousandths of a device and nothing else, as the public GPU-sharing traces do.
        case milli
    }

    public var name: String
    public var description: String
    /// How the trace came to be: the command or the source.
    public var origin: String
    public var licence: String
    public var deviceModel: DeviceModel
    /// Seed of a generated trace.
    public var seed: UInt64?

    public init(
        name: String, description: String = "", origin: String, licence: String, deviceModel: DeviceModel = .hami,
        seed: UInt64? = nil
    ) {
        self.name = name
        self.description = description
        self.origin = origin
        self.licence = licence
        self.deviceModel = deviceModel
        self.seed = seed
    }
}

/// A node of the fleet. - Units: CPU milli, memory MiB.
public struct TraceNode: Sendable, Hashable {
    public var name: String
    public var cpuMilli: Int64
    public var memoryMiB: Int64
    public var podsMax: Int64
    public var labels: [String: String]
    public var taints: [Taint]
    public var groups: [TraceDeviceGroup]

    public init(
        name: String, cpuMilli: Int64, memoryMiB: Int64, podsMax: Int64, labels: [String: String] = [:],
        taints: [Taint] = [], groups: [TraceDeviceGroup] = []
    ) {
        self.name = name
        self.cpuMilli = cpuMilli
        self.memoryMiB = memoryMiB
        self.podsMax = podsMax
        self.labels = labels
        self.taints = taints
        self.groups = groups
    }
}

/// Equal devices of one node. - Units: `memoryMiB` and `cores` of one device; cores in the vendor's unit.
public struct TraceDeviceGroup: Sendable, Hashable {
    /// The vendor's common word.
    public var vendor: String
    public var model: String
    public var devices: Int
    public var slots: Int32
    public var memoryMiB: Int32
    public var cores: Int32
    public var numaNodes: Int
    /// Line of `fleet.csv`, for messages; 0 = not from a file.
    public var line: Int

    public init(
        vendor: String, model: String, devices: Int, slots: Int32, memoryMiB: Int32, cores: Int32, numaNodes: Int = 1,
        line: Int = 0
    ) {
        self.vendor = vendor
        self.model = model
        self.devices = devices
        self.slots = slots
        self.memoryMiB = memoryMiB
        self.cores = cores
        self.numaNodes = numaNodes
        self.line = line
    }
}

/// What a pod asks, apart from when: equal for pods that fall into one request class. Texts are ids in
/// ``TracePods/texts``.
public struct PodShape: Sendable, Hashable, BitwiseCopyable {
    public var namespace: Int32
    public var cpuMilli: Int64
    public var memoryMiB: Int64
    /// Device resources and amounts, a ``KeyValueList``.
    public var limits: Int32
    public var annotations: Int32
    public var nodeSelector: Int32

    public init(
        namespace: Int32, cpuMilli: Int64, memoryMiB: Int64, limits: Int32, annotations: Int32, nodeSelector: Int32
    ) {
        self.namespace = namespace
        self.cpuMilli = cpuMilli
        self.memoryMiB = memoryMiB
        self.limits = limits
        self.annotations = annotations
        self.nodeSelector = nodeSelector
    }
}

/// The pods of a trace as columns, one row a pod in file order; about 40 bytes a pod besides its name.
public struct TracePods: Sendable {
    /// Names; a pod's id is its row.
    public private(set) var names = TextPool()
    /// Milliseconds after the start.
    public private(set) var arrivalMs: [Int64] = []
    /// Milliseconds on the fleet, -1 = stays.
    public private(set) var durationMs: [Int64] = []
    /// Place in ``shapes``.
    public private(set) var shape: [Int32] = []
    /// Gang id in ``texts``, -1 = none.
    public private(set) var gang: [Int32] = []
    public private(set) var gangSize: [Int32] = []
    /// As in Kubernetes: higher goes first, 0 is usual.
    public private(set) var priority: [Int32] = []
    /// Row of the node that holds the pod from the start, -1 = the pod is queued.
    public private(set) var placedOn: [Int32] = []
    /// Distinct shapes in order of first use.
    public private(set) var shapes: [PodShape] = []
    public var texts = TextPool()
    private var shapeIDs: [PodShape: Int32] = [:]

    public init() {}

    public var count: Int { shape.count }

    public func name(_ pod: Int) -> String { names[Int32(pod)] }

    public mutating func reserveCapacity(_ count: Int) {
        arrivalMs.reserveCapacity(count)
        durationMs.reserveCapacity(count)
        shape.reserveCapacity(count)
        gang.reserveCapacity(count)
        gangSize.reserveCapacity(count)
        priority.reserveCapacity(count)
        placedOn.reserveCapacity(count)
    }

    /// Adds a pod.
    ///
    /// - Returns: false, changing nothing, when the name is taken.
    @discardableResult
    public mutating func append(
        name: UnsafeBufferPointer<UInt8>, arrivalMs: Int64 = 0, durationMs: Int64 = -1, shape: PodShape,
        gang: Int32 = -1, gangSize: Int32 = 0, priority: Int32 = 0, placedOn: Int32 = -1
    ) -> Bool {
        if names.intern(name) != Int32(count) { return false }
        self.arrivalMs.append(arrivalMs)
        self.durationMs.append(durationMs)
        self.shape.append(shapeID(shape))
        self.gang.append(gang)
        self.gangSize.append(gangSize)
        self.priority.append(priority)
        self.placedOn.append(placedOn)
        return true
    }

    /// Adds a pod of a shape that has a number.
    @discardableResult
    package mutating func append(name: UnsafeBufferPointer<UInt8>, shapeID: Int32, placedOn: Int32) -> Bool {
        if names.intern(name) != Int32(count) { return false }
        arrivalMs.append(0)
        durationMs.append(-1)
        shape.append(shapeID)
        gang.append(-1)
        gangSize.append(0)
        priority.append(0)
        self.placedOn.append(placedOn)
        return true
    }

    /// Adds a shape even if one reads the same: a shape cannot say all by which pods of a cluster differ.
    package mutating func addShape(_ shape: PodShape) -> Int32 {
        shapes.append(shape)
        return Int32(shapes.count - 1)
    }

    private mutating func shapeID(_ shape: PodShape) -> Int32 {
        if let known = shapeIDs[shape] { return known }
        let id = Int32(shapes.count)
        shapes.append(shape)
        shapeIDs[shape] = id
        return id
    }

    /// Rows of the queued pods in order of arrival, file order among equals. - Complexity: O(n log n), O(n) when sorted.
    public func arrivalOrder() -> [Int32] {
        let queued = (0..<Int32(count)).filter { placedOn[Int($0)] < 0 }
        let isSorted = zip(queued, queued.dropFirst()).allSatisfy { arrivalMs[Int($0)] <= arrivalMs[Int($1)] }
        if isSorted { return queued }
        return queued.sorted { (arrivalMs[Int($0)], $0) < (arrivalMs[Int($1)], $1) }
    }
}
