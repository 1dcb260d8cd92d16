import DeviceTable

/// How many resident pods with devices each node holds, in all and by affinity class.
///
/// ```
/// row of a node   all | share | 1 device | 2 devices | ... | classesMax - 1 devices or more
/// ```
///
/// - Source: fgd.md section 2 and 5 (GpuClustering)
final class AffinityLedger {
    /// Classes told apart: sharing, and each number of devices; more devices than that fall into the last.
    static let classesMax = 17
    private static let width = classesMax + 1

    private var counts: UnsafeMutablePointer<Int32>
    private var nodes: Int

    init(nodes: Int) {
        self.nodes = nodes
        counts = .allocate(capacity: max(nodes, 1) * Self.width)
        counts.initialize(repeating: 0, count: max(nodes, 1) * Self.width)
    }

    deinit { counts.deallocate() }

    /// Counters of a node; valid for the life of the ledger.
    func counters(of node: Int) -> UnsafeMutablePointer<Int32> { counts + node * Self.width }

    /// Counts a pod with devices in or out.
    @inline(__always)
    func add(affinityClass: Int, node: Int, _ amount: Int32) {
        let row = counters(of: node)
        row[0] &+= amount
        row[1 + min(affinityClass, Self.classesMax - 1)] &+= amount
    }

    /// Counts a pod by what it holds: its devices and the milli of the first.
    func add(_ effects: UnsafeBufferPointer<DeviceEffect>, node: Int, _ amount: Int32) {
        var devices = 0
        var isShare = false
        for effect in effects where effect.kind == .usage && effect.cores > 0 {
            devices += 1
            isShare = effect.cores < MilliNode.deviceMilli
        }
        if devices == 0 { return }
        add(affinityClass: devices == 1 && isShare ? 0 : devices, node: node, amount)
    }
}
