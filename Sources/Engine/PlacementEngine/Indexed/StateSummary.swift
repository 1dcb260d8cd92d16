import DeviceTable
import PlacementModel

/// What an ask reads of a node state before it is tried: half a cache line, since a new ask reads all of them.
struct StateSummary: BitwiseCopyable {
    /// Free memory of the vendor's device that has most, second, fourth and eighth most; the least where there are fewer
    /// devices.
    var freeMemoryMiB = SIMD4<Int32>()
    /// Memory of the vendor's smallest device.
    var leastTotalMemoryMiB: Int32 = 0
    /// The node score before vendors add theirs.
    var baseScore: Float = 0
    /// Number of the state's shape and largest idle group together: vendors bound their score by these. -1 = a node that is
    /// like no other.
    var kind: Int32 = -1
    /// Most of the vendor's unused, usable devices that share `facts.group`, at most ``largestIdleGroupMax``.
    var largestIdleGroup: Int32 = 0

    static let largestIdleGroupMax = 16

    init() {}

    /// What the vendor's devices on a node have free now; the kind is left open.
    ///
    /// - Complexity: O(devices), O(devices squared) where all are unused
    init(of node: Int, _ vendor: VendorID, _ table: DeviceTable) {
        let devices = table.devices(of: node)
        freeMemoryMiB = Self.freeMemory(of: devices, vendor.bit, table)
        leastTotalMemoryMiB = Self.leastTotalMemory(of: devices, vendor.bit, table)
        baseScore = table.heads.base[node].sums.score
        largestIdleGroup = Self.largestIdleGroup(of: devices, vendor.bit, table)
    }

    private static func freeMemory(of devices: Range<Int>, _ vendorBit: UInt64, _ table: DeviceTable) -> SIMD4<Int32> {
        var largest = SIMD8<Int32>(repeating: Int32.min)
        for device in devices where table.words.base[device] & vendorBit != 0 {
            let free = table.totalMemoryMiB.base[device] &- table.usedMemoryMiB.base[device]
            var place = 7
            if free <= largest[place] { continue }
            while place > 0 && largest[place - 1] < free {
                largest[place] = largest[place - 1]
                place -= 1
            }
            largest[place] = free
        }
        return SIMD4(largest[0], largest[1], largest[3], largest[7])
    }

    private static func leastTotalMemory(of devices: Range<Int>, _ vendorBit: UInt64, _ table: DeviceTable) -> Int32 {
        var least = Int32.max
        for device in devices where table.words.base[device] & vendorBit != 0 {
            least = min(least, table.totalMemoryMiB.base[device])
        }
        return least
    }

    private static func largestIdleGroup(of devices: Range<Int>, _ vendorBit: UInt64, _ table: DeviceTable) -> Int32 {
        func isIdle(_ device: Int) -> Bool {
            table.used.base[device] == 0 && table.usedMemoryMiB.base[device] == 0 && table.usedCores.base[device] == 0
                && table.usable.base[device] != 0 && table.words.base[device] & vendorBit != 0
        }
        var largest = 0
        for device in devices where isIdle(device) {
            let group = table.facts.base[device].group
            var size = 1
            for other in device + 1..<devices.upperBound where isIdle(other) && table.facts.base[other].group == group {
                size += 1
            }
            largest = max(largest, size)
        }
        return Int32(min(largest, largestIdleGroupMax))
    }
}
