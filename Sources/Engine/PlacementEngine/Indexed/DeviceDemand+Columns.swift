import PlacementKernels
import VendorCatalog

extension DeviceDemand {
    /// Whether enough devices of a node meet the demand: exact where the shared index has levels, so that a state which
    /// cannot serve an ask costs no trial.
    ///
    /// Devices that take no pods count here; the trial refuses them.
    /// - Complexity: O(devices)
    func isMet(by columns: NodeColumns, vendorBit: UInt64, checksSlots: Bool) -> Bool {
        if repeatsOnMIG { return true }
        var missing = devices
        for device in 0..<columns.count where missing > 0 {
            let total = device * columns.stride
            if columns.words[total] & vendorBit == 0 { continue }
            let used = columns.used[device]
            if checksSlots && columns.slots[total] <= used { continue }
            let totalMemoryMiB = columns.totalMemoryMiB[total]
            let freeMemoryMiB = totalMemoryMiB &- columns.usedMemoryMiB[device]
            if let memoryMiB {
                if freeMemoryMiB < memoryMiB { continue }
            } else if let memoryPercent, freeMemoryMiB < (totalMemoryMiB &* memoryPercent) / 100 {
                continue
            }
            let totalCores = columns.totalCores[total]
            let usedCores = columns.usedCores[device]
            let meetsCores =
                switch cores {
                case .any: true
                case .shared: totalCores == 0 || usedCores != totalCores
                case .exclusive: totalCores &- usedCores >= 100 && (totalCores != 100 || used <= 0)
                case .idle: used <= 0
                case .atLeast(let count): totalCores &- usedCores >= count
                }
            if meetsCores { missing -= 1 }
        }
        return missing <= 0
    }
}
