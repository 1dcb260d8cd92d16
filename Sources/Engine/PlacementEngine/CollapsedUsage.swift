import DeviceTable
import PlacementModel
import VendorCatalog

/// What a placed pod holds of one device: init containers at their peak, app containers added up.
///
/// - Source: hami-core.md 3.4
public struct CollapsedUsage: Sendable, Hashable, BitwiseCopyable {
    public var vendor: UInt8
    /// The device's place in its node.
    public var device: Int32
    public var memoryMiB: Int32
    public var cores: Int32
    public var slots: Int32
}

/// Reusable buffer that collapses the picks of a workspace.
public struct UsageCollapser {
    public private(set) var usages: [CollapsedUsage] = []
    private var peaks: [(memoryMiB: Int32, cores: Int32)] = []
    private var peakCounts: [Int32] = []

    public init() {
        usages.reserveCapacity(64)
        peaks.reserveCapacity(64)
        peakCounts.reserveCapacity(64)
    }

    /// Collapses the entries of the node just fitted, per vendor and device id, in order of first use.
    ///
    /// A vendor's entry counts as init when its place in HAMi's list is below the pod's init container count; the list has
    /// places for empty containers only where the vendor's word is a raw type of the node (Q2).
    /// - Complexity: O(picks x distinct devices), no allocation in steady state.
    public mutating func collapse(_ workspace: borrowing FitWorkspace) {
        usages.removeAll(keepingCapacity: true)
        peaks.removeAll(keepingCapacity: true)
        peakCounts.removeAll(keepingCapacity: true)
        for entry in 0..<workspace.entryCount {
            let vendor = workspace.entries[entry].vendor
            let isInit = Self.listPosition(of: entry, workspace) < workspace.initContainerCount
            let first = Int(workspace.entries[entry].firstPick)
            for place in first..<first + Int(workspace.entries[entry].pickCount) {
                let pick = workspace.picks[place]
                let row = row(vendor, pick.device, workspace)
                if isInit {
                    peaks[row].memoryMiB = max(peaks[row].memoryMiB, pick.memoryMiB)
                    peaks[row].cores = max(peaks[row].cores, pick.cores)
                    peakCounts[row] = 1
                } else {
                    // A device gives less than 2^21 where amounts are in range; as given, sums wrap as HAMi's do.
                    usages[row].memoryMiB &+= pick.memoryMiB
                    usages[row].cores &+= pick.cores
                    usages[row].slots &+= 1
                }
            }
        }
        for row in usages.indices {
            usages[row].memoryMiB = max(usages[row].memoryMiB, peaks[row].memoryMiB)
            usages[row].cores = max(usages[row].cores, peaks[row].cores)
            usages[row].slots = max(usages[row].slots, peakCounts[row], 1)
        }
    }

    private mutating func row(_ vendor: UInt8, _ device: Int32, _ workspace: borrowing FitWorkspace) -> Int {
        let id = workspace.uuid[Int(device)]
        for row in usages.indices
        where usages[row].vendor == vendor && workspace.uuid[Int(usages[row].device)] == id { return row }
        usages.append(CollapsedUsage(vendor: vendor, device: device, memoryMiB: 0, cores: 0, slots: 0))
        peaks.append((0, 0))
        peakCounts.append(0)
        return usages.count - 1
    }

    /// Place of an entry in the vendor's list as HAMi builds it.
    static func listPosition(of entry: Int, _ workspace: borrowing FitWorkspace) -> Int {
        let own = workspace.entries[entry]
        let pads =
            workspace.profile.alignsContainers
            || workspace.table.heads.base[workspace.node].exactWords & (1 << UInt64(own.vendor)) != 0
        if pads { return Int(own.container) }
        var position = 0
        for earlier in 0..<entry where workspace.entries[earlier].vendor == own.vendor { position += 1 }
        return position
    }
}
