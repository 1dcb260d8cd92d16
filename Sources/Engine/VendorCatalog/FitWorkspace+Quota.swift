import DeviceTable
import PlacementModel

extension FitWorkspace {
    /// Whether the pod's namespace may hold what this pass has taken of a vendor, plus the running Fit's picks, plus one
    /// more device.
    ///
    /// The hypothetical list is collapsed as HAMi does it: positions below the pod's init container count are init
    /// containers (maximum per device), the rest add up. In the app pass the list holds app containers only, so HAMi takes
    /// the first of them for init containers (Q3); the repaired profile knows the stage.
    /// - Parameter extraDevice: the candidate's place in the node, or -1 for none.
    /// - Complexity: O(picks^2), no allocation; O(1) without limits.
    /// - Source: hami-core.md 4.13, hami-vendors.md 3.1 step Q.
    public func quotaAllows(
        vendor: VendorID, names: ResourceNames, extraDevice: Int, memoryMiB: Int32, cores: Int32,
        countsRunningPicks: Bool = true
    ) -> Bool {
        guard namespace >= 0, quotas.limitsNamespace(namespace) else { return true }
        var totalMemory: Int64 = 0
        var totalCores: Int64 = 0
        // Each distinct device once: visit a device at its first occurrence in the hypothetical list.
        let fitLength = (countsRunningPicks ? fitCount : 0) + (extraDevice >= 0 ? 1 : 0)
        for entry in 0..<entryCount where belongs(entry, vendor) {
            for pick in 0..<Int(entries[entry].pickCount) {
                let device = picks[Int(entries[entry].firstPick) + pick].device
                if isFirstOccurrence(device, beforeEntry: entry, pick, vendor) {
                    addCollapsed(
                        device, vendor, extraDevice, memoryMiB, cores, countsRunningPicks, &totalMemory, &totalCores)
                }
            }
        }
        for step in 0..<fitLength {
            let device =
                step < fitLength - (extraDevice >= 0 ? 1 : 0) ? picks[fitStart + step].device : Int32(extraDevice)
            if !occursInEntries(device, vendor) && !occursInRunning(device, before: step) {
                addCollapsed(
                    device, vendor, extraDevice, memoryMiB, cores, countsRunningPicks, &totalMemory, &totalCores)
            }
        }
        return quotas.allows(
            namespace: namespace, vendor: vendor, memoryMiB: totalMemory, cores: totalCores, factor: names.memoryFactor)
    }

    private func belongs(_ entry: Int, _ vendor: VendorID) -> Bool {
        entries[entry].vendor == vendor.rawValue && entries[entry].isInit == isInitPass
    }

    private func isFirstOccurrence(_ device: Int32, beforeEntry: Int, _ beforePick: Int, _ vendor: VendorID) -> Bool {
        for entry in 0...beforeEntry where belongs(entry, vendor) {
            let end = entry == beforeEntry ? beforePick : Int(entries[entry].pickCount)
            for pick in 0..<end where picks[Int(entries[entry].firstPick) + pick].device == device { return false }
        }
        return true
    }

    private func occursInEntries(_ device: Int32, _ vendor: VendorID) -> Bool {
        for entry in 0..<entryCount where belongs(entry, vendor) {
            for pick in 0..<Int(entries[entry].pickCount)
            where picks[Int(entries[entry].firstPick) + pick].device == device { return true }
        }
        return false
    }

    private func occursInRunning(_ device: Int32, before step: Int) -> Bool {
        for earlier in 0..<step where picks[fitStart + earlier].device == device { return true }
        return false
    }

    private func addCollapsed(
        _ device: Int32, _ vendor: VendorID, _ extraDevice: Int, _ memoryMiB: Int32, _ cores: Int32,
        _ countsRunningPicks: Bool, _ totalMemory: inout Int64, _ totalCores: inout Int64
    ) {
        let pads = table.heads.base[node].exactWords & vendor.bit != 0 || profile.alignsContainers
        var initMemory: Int32 = 0
        var initCores: Int32 = 0
        var appMemory: Int32 = 0
        var appCores: Int32 = 0
        func add(_ memory: Int32, _ cores: Int32, listPosition: Int) {
            let isInit = profile.quotaKnowsStages ? isInitPass : listPosition < initContainerCount
            if isInit {
                initMemory = max(initMemory, memory)
                initCores = max(initCores, cores)
            } else {
                // 32 bits that wrap, as HAMi adds them.
                appMemory &+= memory
                appCores &+= cores
            }
        }
        // Place of an entry in HAMi's list: the container's own number where empty containers are padded, else the
        // number of entries before it.
        var compact = 0
        for entry in 0..<entryCount where belongs(entry, vendor) {
            let container = Int(entries[entry].container) - (isInitPass ? 0 : initContainerCount)
            for pick in 0..<Int(entries[entry].pickCount) {
                let chosen = picks[Int(entries[entry].firstPick) + pick]
                if chosen.device == device {
                    add(chosen.memoryMiB, chosen.cores, listPosition: pads ? container : compact)
                }
            }
            compact += 1
        }
        let runningPosition = pads ? runningContainer - (isInitPass ? 0 : initContainerCount) : compact
        if countsRunningPicks {
            for pick in fitStart..<pickCount where picks[pick].device == device {
                add(picks[pick].memoryMiB, picks[pick].cores, listPosition: runningPosition)
            }
        }
        if Int32(extraDevice) == device { add(memoryMiB, cores, listPosition: runningPosition) }
        totalMemory &+= Int64(max(initMemory, appMemory))
        totalCores &+= Int64(max(initCores, appCores))
    }
}
