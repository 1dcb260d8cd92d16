import DeviceTable
import PlacementModel

// Fit, choice and node score: hami-vendors.md 3.7.
extension Ascend {
    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        let isSoft = rules.flags & 1 != 0
        if isSoft && !supportsSoftSplit(workspace) {
            workspace.reject(.modeNotFit)
            workspace.reasonDenominator = Int32(workspace.bucketCount)
            workspace.failure = .deviceReasons
            return false
        }
        let wanted = Int(request.devices)
        let takesPairs = commonWord == Self.pairedWord && wanted > 1
        let isGrouped = isNetworked && allHaveNetwork(workspace)
        if collect(request, rules, policy, isSoft: isSoft, stopsEarly: !takesPairs && !isGrouped, &workspace) {
            return true
        }
        if takesPairs { return chooseFullCards(wanted, &workspace) }
        if !isGrouped || workspace.fitCount < wanted { return StandardFit.fail(&workspace) }
        if workspace.fitCount > wanted {
            if wanted == 1 {
                workspace.keepPicks(1)
            } else {
                workspace.takeLargestGroups(wanted) { device, workspace in
                    workspace.vendorOfDevice[device] == request.vendor.rawValue ? network(device, workspace) : nil
                }
            }
        }
        return true
    }

    func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand {
        var demand = DeviceDemand.capacity(request, clampsCores: true)
        // Soft split counts cores against 100, not against the registered total.
        if rules.flags & 1 != 0 { demand.cores = .any }
        return demand
    }

    /// One chip in hard split is the first that passes, in whatever network; so are several where there are none.
    func standardFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit? {
        let isHardSplit = rules.flags & 1 == 0
        let isPlain = request.devices == 1 || !isNetworked
        return isHardSplit && isPlain ? StandardFit() : nil
    }

    /// Several chips in hard split come from the largest networks, where every chip is in one.
    func groupedFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit? {
        let isHardSplit = rules.flags & 1 == 0
        return isHardSplit && request.devices > 1 && isNetworked && commonWord != Self.pairedWord ? StandardFit() : nil
    }

    func choosesByGroup(_ request: DeviceRequest, _ workspace: borrowing FitWorkspace) -> Bool {
        for device in 0..<workspace.deviceCount
        where workspace.words[device] & request.vendor.bit != 0 && network(device, workspace) == nil { return false }
        return true
    }

    func groupScore(largest: Int, of devices: Int) -> Float { 10 * (Float(largest) / Float(devices)) }

    private func supportsSoftSplit(_ workspace: borrowing FitWorkspace) -> Bool {
        let flags = workspace.table.nodeFacts[workspace.node].flags
        return flags & 1 != 0 ? flags & 2 != 0 : allowsSoftSplit
    }

    private func allHaveNetwork(_ workspace: borrowing FitWorkspace) -> Bool {
        for place in 0..<workspace.bucketCount
        where !flags(Int(workspace.bucket[place]), workspace).contains(.hasNetwork) { return false }
        return true
    }

    private func flags(_ device: Int, _ workspace: borrowing FitWorkspace) -> Flags {
        Flags(rawValue: workspace.facts[device].flags)
    }

    /// The network of a chip, nil if its id is no number.
    private func network(_ device: Int, _ workspace: borrowing FitWorkspace) -> Int32? {
        flags(device, workspace).contains(.hasNetworkNumber) ? workspace.facts[device].group : nil
    }

    /// The standard scan; true when it may stop early and did. Otherwise every passing chip is collected.
    private func collect(
        _ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, isSoft: Bool, stopsEarly: Bool,
        _ workspace: inout FitWorkspace
    ) -> Bool {
        var cores = request.cores
        var position = workspace.bucketCount - 1
        while position >= 0 {
            let device = Int(workspace.bucket[position])
            position -= 1
            if let reason = refusalBeforeMemory(device, rules, policy, workspace) {
                workspace.reject(reason)
                continue
            }
            if cores > 100 { cores = 100 }
            let memoryMiB = request.memory(ofTotal: workspace.totalMemoryMiB[device])
            if let reason = StandardFit.capacityRefusal(
                device, memoryMiB: memoryMiB, cores: cores, totalCores: isSoft ? 100 : workspace.totalCores[device],
                workspace)
            {
                workspace.reject(reason)
                continue
            }
            workspace.take(Pick(device: Int32(device), memoryMiB: memoryMiB, cores: cores))
            if stopsEarly && workspace.fitCount == Int(request.devices) { return true }
        }
        return false
    }

    private func refusalBeforeMemory(
        _ device: Int, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: borrowing FitWorkspace
    ) -> RejectionReason? {
        if !workspace.isHealthy(device) { return .cardNotHealth }
        if !rules.allowsUUID(workspace.uuid[device]) { return .cardUuidMismatch }
        if workspace.slots[device] <= workspace.used[device] { return .cardTimeSlicingExhausted }
        if policy.isMutex && workspace.used[device] > 0 { return .exclusiveDeviceAllocateConflict }
        return nil
    }

    /// Keeps the first full cards (two collected chips) in collection order; all reasons count over the request then.
    private func chooseFullCards(_ wanted: Int, _ workspace: inout FitWorkspace) -> Bool {
        let collected = workspace.fitCount
        let start = workspace.fitStart
        var chosen = 0
        for place in 0..<collected where chosen < wanted {
            let card = workspace.index[Int(workspace.picks[start + place].device)] / 2
            var size = 0
            var partner = -1
            for other in 0..<collected where workspace.index[Int(workspace.picks[start + other].device)] / 2 == card {
                size += 1
                if other > place { partner = other }
            }
            if size != 2 || partner < 0 { continue }
            workspace.secondScratch[chosen] = Int32(place)
            workspace.secondScratch[chosen + 1] = Int32(partner)
            chosen += 2
        }
        if chosen != wanted {
            workspace.setReason(.allocatedCardsInsufficientRequest, count: Int32(chosen))
            workspace.reportsZero |= 1 << UInt32(RejectionReason.allocatedCardsInsufficientRequest.rawValue)
            workspace.reasonDenominator = Int32(wanted)
            workspace.failure = .deviceReasons
            workspace.keepPicks(0)
            return false
        }
        for place in 0..<chosen { workspace.take(workspace.picks[start + Int(workspace.secondScratch[place])]) }
        for place in 0..<chosen { workspace.picks[start + place] = workspace.picks[start + collected + place] }
        workspace.keepPicks(chosen)
        return true
    }

    /// Ten times the share of the largest network group, summed over containers; 0 when a chip has no network.
    func nodeScore(
        vendor: VendorID, _ rules: PodRules, nodePolicy: String, _ workspace: borrowing FitWorkspace
    ) -> Float {
        var score: Float = 0
        for entry in 0..<workspace.entryCount where workspace.entries[entry].vendor == vendor.rawValue {
            let count = Int(workspace.entries[entry].pickCount)
            if count == 0 { continue }
            let first = Int(workspace.entries[entry].firstPick)
            for pick in first..<first + count
            where !flags(Int(workspace.picks[pick].device), workspace).contains(.hasNetwork) { return 0 }
            let (largest, total) = workspace.largestGroup(of: entry) { device, workspace in network(device, workspace) }
            if total > 0 { score += Float(largest) / Float(total) }
        }
        return score * 10
    }

    /// The share of the largest group: at least what the groups share evenly, at most what the largest one holds.
    func nodeScoreBounds(
        _ request: DeviceRequest, _ rules: PodRules, nodePolicy: String, largestIdleGroup: Int,
        _ workspace: borrowing FitWorkspace
    ) -> ClosedRange<Float>? {
        var networked = 0
        var numbered = 0
        var chips = 0
        var groups = 0
        var largest = 0
        var isForeign = false
        for device in 0..<workspace.deviceCount where workspace.words[device] & request.vendor.bit != 0 {
            chips += 1
            if workspace.vendorOfDevice[device] != request.vendor.rawValue { isForeign = true }
            if flags(device, workspace).contains(.hasNetwork) { networked += 1 }
            guard let group = network(device, workspace) else { continue }
            numbered += 1
            var isFirst = true
            var size = 0
            for other in 0..<workspace.deviceCount
            where workspace.words[other] & request.vendor.bit != 0 && network(other, workspace) == group {
                if other < device { isFirst = false }
                size += 1
            }
            if isFirst { groups += 1 }
            largest = max(largest, size)
        }
        if networked == 0 || numbered == 0 { return 0...0 }
        let wanted = Int(request.devices)
        // Of several chips that another type serves too, only its own are kept.
        if networked < chips || numbered < chips || wanted < 1 || isForeign && wanted > 1 { return 0...10 }
        var least = (wanted + groups - 1) / groups
        // Whole chips come from the largest idle group first.
        if takesWholeChips(request, rules, workspace) { least = max(least, min(largestIdleGroup, wanted)) }
        return 10 * (Float(least) / Float(wanted))...10 * (Float(min(max(largest, least), wanted)) / Float(wanted))
    }

    /// Whether every unused chip would pass, so that no fewer pass than are unused.
    private func takesWholeChips(
        _ request: DeviceRequest, _ rules: PodRules, _ workspace: borrowing FitWorkspace
    ) -> Bool {
        if rules.flags & 1 != 0 || commonWord == Self.pairedWord || !rules.uuidFilters.isEmpty { return false }
        for device in 0..<workspace.deviceCount where workspace.words[device] & request.vendor.bit != 0 {
            let totalCores = workspace.totalCores[device]
            if workspace.slots[device] < 1 || min(request.cores, 100) > totalCores
                || request.memory(ofTotal: workspace.totalMemoryMiB[device]) > workspace.totalMemoryMiB[device]
            {
                return false
            }
        }
        return true
    }
}
