/// Scalar twin of ``feasibilityMask(_:vendorBit:levels:checksSlots:)``: counts devices per (memory, core) pair.
public func feasibilityMaskReference(
    _ columns: NodeColumns, vendorBit: UInt64, levels: FeasibilityLevels, checksSlots: Bool
) -> FeasibilityWords {
    // By count level (one device, several), memory level and core demand.
    var counts = [[[Int]]](
        repeating: Array(
            repeating: Array(repeating: 0, count: CoreDemand.count), count: FeasibilityLevels.memoryCount),
        count: 2)
    for device in 0..<columns.count {
        let total = device * columns.stride
        guard columns.words[total] & vendorBit != 0, columns.attributes[device] >> 31 != 0 else { continue }
        let used = columns.used[device]
        if checksSlots && columns.slots[total] <= used { continue }
        let freeMemoryMiB = columns.totalMemoryMiB[total] &- columns.usedMemoryMiB[device]
        let totalCores = columns.totalCores[total]
        let freeCores = totalCores &- columns.usedCores[device]
        var meets = [Bool](repeating: false, count: CoreDemand.count)
        meets[CoreDemand.any] = true
        meets[CoreDemand.shared] = totalCores == 0 || columns.usedCores[device] != totalCores
        meets[CoreDemand.exclusive] = freeCores >= 100 && (totalCores != 100 || used <= 0)
        meets[CoreDemand.idle] = used <= 0
        for threshold in 0..<CoreDemand.thresholdCount {
            meets[CoreDemand.firstThreshold + threshold] = freeCores >= levels.cores[threshold]
        }
        for several in 0..<2 {
            for level in 0..<memoryLevels(several)
            where level == 0 || levels.memoryMiB(ofLevel: level, countLevel: several) <= freeMemoryMiB {
                for demand in 0..<CoreDemand.count where meets[demand] { counts[several][level][demand] += 1 }
            }
        }
    }
    var words = FeasibilityWords(repeating: 0)
    for (countLevel, devices) in [1, 2, 4, 8].enumerated() {
        for level in 0..<memoryLevels(countLevel) {
            for demand in 0..<CoreDemand.count where counts[min(countLevel, 1)][level][demand] >= devices {
                let bit = FeasibilityLevels.bit(countLevel: countLevel, memoryLevel: level, coreDemand: demand)
                words[bit.word] |= bit.mask
            }
        }
    }
    return words
}

private func memoryLevels(_ countLevel: Int) -> Int {
    countLevel > 0 ? FeasibilityLevels.severalMemoryCount : FeasibilityLevels.memoryCount
}
