/// The hot facts of one node in one cache line.
///
/// ```
/// byte  0  firstDevice, deviceCount        row range of the node's devices
///       8  flags, exactVendor              exactVendor, slots ... hold for every device of a uniform node
///      12  slots, totalMemoryMiB, totalCores
///      24  words                           vendors whose requests see some device (every one, if uniform)
///      32  exactWords                      vendors whose word is the raw type of some device
///      40  sums                            six 32-bit sums over all devices
///      64
/// ```
public struct NodeHead: Sendable, BitwiseCopyable {
    public var firstDevice: Int32 = 0
    public var deviceCount: Int32 = 0
    public var flags: NodeFlags = .alive
    public var exactVendor: Int16 = -1
    public var slots: Int32 = 0
    public var totalMemoryMiB: Int32 = 0
    public var totalCores: Int32 = 0
    public var words: UInt64 = 0
    public var exactWords: UInt64 = 0
    public var sums = NodeSums()

    init() {}
}

/// One field of all node heads, read by node row; for readers that are not hot.
public struct NodeField<Value> {
    private let heads: Column<NodeHead>
    private let path: KeyPath<NodeHead, Value>

    init(_ heads: Column<NodeHead>, _ path: KeyPath<NodeHead, Value>) {
        self.heads = heads
        self.path = path
    }

    public var count: Int { heads.count }
    public subscript(node: Int) -> Value { heads[node][keyPath: path] }
}
