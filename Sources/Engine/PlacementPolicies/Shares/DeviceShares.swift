import DeviceTable
import PlacementEngine
import PlacementModel

/// Memory, cores and slots of a device as thousandths of it.
enum DeviceShares {
    /// Thousandths that are free: the scarcer of memory and cores; nothing without a free slot.
    ///
    /// - Parameters: usage on top of what the table holds.
    @inline(__always)
    static func free(_ device: Int, memoryMiB: Int32, cores: Int32, slots: Int32, _ table: DeviceTable) -> Int32 {
        if table.usable.base[device] == 0 || table.used.base[device] &+ slots >= table.slots.base[device] { return 0 }
        let left = resources(device, memoryMiB: memoryMiB, cores: cores, table)
        return min(left.memory, left.cores)
    }

    /// Thousandths of memory and cores that are free with some usage on top; all of what a device does not have.
    @inline(__always)
    static func resources(
        _ device: Int, memoryMiB: Int32, cores: Int32, _ table: DeviceTable
    ) -> (memory: Int32, cores: Int32, hasBoth: Bool) {
        let totalMemory = table.totalMemoryMiB.base[device]
        let totalCores = table.totalCores.base[device]
        var left: (memory: Int32, cores: Int32, hasBoth: Bool) = (1000, 1000, totalMemory > 0 && totalCores > 0)
        if totalMemory > 0 {
            let free = max(totalMemory &- table.usedMemoryMiB.base[device] &- memoryMiB, 0)
            left.memory = Int32(Int64(free) * 1000 / Int64(totalMemory))
        }
        if totalCores > 0 {
            let free = max(totalCores &- table.usedCores.base[device] &- cores, 0)
            left.cores = Int32(Int64(free) * 1000 / Int64(totalCores))
        }
        return left
    }

    /// The same with what a trial takes on top. - Parameter place: the device's place in its node.
    @inline(__always)
    static func free(_ device: Int, place: Int, after usages: [CollapsedUsage], _ table: DeviceTable) -> Int32 {
        var (memoryMiB, cores, slots): (Int32, Int32, Int32) = (0, 0, 0)
        for usage in usages where Int(usage.device) == place {
            memoryMiB &+= usage.memoryMiB
            cores &+= usage.cores
            slots &+= usage.slots
        }
        return free(device, memoryMiB: memoryMiB, cores: cores, slots: slots, table)
    }

    /// Thousandths that an amount is, rounded up: the larger of memory and cores. Who gets neither holds a slot.
    ///
    /// - Returns: at least 1; more than 1000 where the device is too small.
    static func part(memoryMiB: Int32, cores: Int32, of device: Int, _ table: DeviceTable) -> Int32 {
        func share(_ amount: Int32, _ total: Int32) -> Int32 {
            if total <= 0 || amount <= 0 { return 0 }
            return Int32(clamping: (Int64(amount) * 1000 + Int64(total) - 1) / Int64(total))
        }
        let part = max(share(memoryMiB, table.totalMemoryMiB[device]), share(cores, table.totalCores[device]))
        return part > 0 ? part : share(1, table.slots[device])
    }
}
