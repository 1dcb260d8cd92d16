/// Node resources besides devices. A resource the node does not state is unlimited (`Int64.max`).
public struct NodeResources: Sendable, Hashable, BitwiseCopyable {
    public var cpuMilli: Int64
    public var memoryBytes: Int64
    public var ephemeralBytes: Int64
    public var pods: Int64

    public static let unlimited = NodeResources(
        cpuMilli: .max, memoryBytes: .max, ephemeralBytes: .max, pods: .max)
    public static let none = NodeResources(cpuMilli: 0, memoryBytes: 0, ephemeralBytes: 0, pods: 0)

    /// The most that pods are counted to hold of one resource of a node. A node offers at most 2^60, so that what is left of it
    /// never leaves 64 bits, however many pods are said to run there.
    public static let heldMax: Int64 = 1 << 61

    public init(cpuMilli: Int64, memoryBytes: Int64, ephemeralBytes: Int64, pods: Int64) {
        self.cpuMilli = cpuMilli
        self.memoryBytes = memoryBytes
        self.ephemeralBytes = ephemeralBytes
        self.pods = pods
    }

    /// Minus `used`, keeping unlimited resources unlimited.
    public func subtracting(_ used: NodeResources) -> NodeResources {
        func less(_ left: Int64, _ right: Int64) -> Int64 { left == .max ? .max : left &- right }
        return NodeResources(
            cpuMilli: less(cpuMilli, used.cpuMilli), memoryBytes: less(memoryBytes, used.memoryBytes),
            ephemeralBytes: less(ephemeralBytes, used.ephemeralBytes), pods: less(pods, used.pods))
    }

    /// The part of it that can be added to what pods hold already, up to ``heldMax`` of each.
    package func bounded(besides held: NodeResources) -> NodeResources {
        func part(_ amount: Int64, _ held: Int64) -> Int64 { min(amount, max(Self.heldMax &- held, 0)) }
        return NodeResources(
            cpuMilli: part(cpuMilli, held.cpuMilli), memoryBytes: part(memoryBytes, held.memoryBytes),
            ephemeralBytes: part(ephemeralBytes, held.ephemeralBytes), pods: part(pods, held.pods))
    }

    /// Sum and difference of amounts in use, which are never unlimited; they wrap, so that each takes the other back.
    func wrappingSum(_ other: NodeResources) -> NodeResources {
        NodeResources(
            cpuMilli: cpuMilli &+ other.cpuMilli, memoryBytes: memoryBytes &+ other.memoryBytes,
            ephemeralBytes: ephemeralBytes &+ other.ephemeralBytes, pods: pods &+ other.pods)
    }

    func wrappingDifference(_ other: NodeResources) -> NodeResources {
        NodeResources(
            cpuMilli: cpuMilli &- other.cpuMilli, memoryBytes: memoryBytes &- other.memoryBytes,
            ephemeralBytes: ephemeralBytes &- other.ephemeralBytes, pods: pods &- other.pods)
    }

    public func adding(_ used: NodeResources) -> NodeResources {
        func more(_ left: Int64, _ right: Int64) -> Int64 { left == .max ? .max : left &+ right }
        return NodeResources(
            cpuMilli: more(cpuMilli, used.cpuMilli), memoryBytes: more(memoryBytes, used.memoryBytes),
            ephemeralBytes: more(ephemeralBytes, used.ephemeralBytes), pods: more(pods, used.pods))
    }
}
