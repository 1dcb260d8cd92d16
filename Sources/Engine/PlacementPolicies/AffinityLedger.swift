import DeviceTable
import PlacementEngine

/// How many resident pods with devices each node holds, in all and by affinity class.
///
/// ```
/// row of a node   all | share | 1 device | 2 devices | ... | classesMax - 1 devices or more
/// ```
///
/// - Source: fgd.md section 2 and 5 (GpuClustering)
final class AffinityLedger: ResidentObserver {
    /// Classes told apart: sharing, and each number of devices; more devices than that fall into the last.
    static let classesMax = 17
    private static let width = classesMax + 1

    private var counts: UnsafeMutablePointer<Int32>
    /// Where the devices have slots, memory and cores; nil = they are in thousandths.
    private let shares: DeviceTable?

    init(nodes: Int, shares: DeviceTable? = nil) {
        self.shares = shares
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

    /// Counts a pod by what it holds: its devices and the part of the last.
    func residentChanged(_ effects: UnsafeBufferPointer<DeviceEffect>, node: Int, by amount: Int32) {
        var devices = 0
        var isShare = false
        for effect in effects where effect.kind == .usage {
            if let shares {
                // Further devices of one id are the same device.
                if !effect.chargesQuota { continue }
                let device = Int(effect.device)
                let part = DeviceShares.part(memoryMiB: effect.memoryMiB, cores: effect.cores, of: device, shares)
                isShare = part < MilliNode.deviceMilli
            } else if effect.cores > 0 {
                isShare = effect.cores < MilliNode.deviceMilli
            } else {
                continue
            }
            devices += 1
        }
        if devices == 0 { return }
        add(affinityClass: devices == 1 && isShare ? 0 : devices, node: node, amount)
    }
}
