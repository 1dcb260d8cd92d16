import DeviceTable
import PlacementKernels
import PlacementModel

// Candidates, their selection and the node score: hami-vendors.md 3.6.
extension MetaXSGPU {
    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        let flags = Flags(rawValue: rules.flags)
        var position = workspace.bucketCount - 1
        while position >= 0 {
            let device = Int(workspace.bucket[position])
            position -= 1
            if let reason = refusal(device, request, rules, flags, policy, workspace) {
                workspace.reject(reason)
                continue
            }
            workspace.take(
                Pick(
                    device: Int32(device), memoryMiB: request.memory(ofTotal: workspace.totalMemoryMiB[device]),
                    cores: flags.contains(.online) ? 0 : request.cores, detail: workspace.vendorLane[device]))
        }
        let wanted = Int(request.devices)
        if workspace.fitCount < wanted { return StandardFit.fail(&workspace) }
        if workspace.fitCount > wanted {
            if flags.contains(.online) {
                orderForOnline(&workspace)
            } else if !flags.contains(.hasClass) && request.cores == 100 {
                orderForExclusive(wanted, &workspace)
            }
            workspace.keepPicks(wanted)
        }
        return true
    }

    var refusalsLast: Bool { false }
    var prefersStates: Bool { false }

    func scoresNodes(_ rules: PodRules) -> Bool {
        let flags = Flags(rawValue: rules.flags)
        return flags.contains(.online) || flags.contains(.topology)
    }

    func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand {
        var demand = DeviceDemand.capacity(request, clampsCores: false)
        if Flags(rawValue: rules.flags).contains(.online) { demand.cores = .any }
        return demand
    }

    private func refusal(
        _ device: Int, _ request: DeviceRequest, _ rules: PodRules, _ flags: Flags, _ policy: DevicePolicy,
        _ workspace: borrowing FitWorkspace
    ) -> RejectionReason? {
        if !workspace.isHealthy(device) { return .cardUnhealthy }
        let used = workspace.used[device]
        if used != 0 && !allowsClass(device, flags, workspace) { return .cardAppClassMismatch }
        if !flags.contains(.online) && used != 0 && request.cores != 100 {
            let expected = workspace.names(expectedQoS)[device]
            let present = expected >= 0 ? expected : workspace.vendorLane[device]
            if present != rules.secondSymbol && present != rules.symbol { return .cardQosPolicyMismatch }
        }
        if !rules.allowsUUID(workspace.uuid[device]) { return .cardUuidMismatch }
        if workspace.slots[device] <= used { return .cardTimeSlicingExhausted }
        if policy.isMutex && used > 0 { return .exclusiveDeviceAllocateConflict }
        let memoryMiB = request.memory(ofTotal: workspace.totalMemoryMiB[device])
        if workspace.totalMemoryMiB[device] &- workspace.usedMemoryMiB[device] < memoryMiB {
            return .cardInsufficientMemory
        }
        if flags.contains(.online) { return nil }
        return StandardFit.coreRefusal(
            device, cores: request.cores, totalCores: workspace.totalCores[device], workspace)
    }

    /// Cards in use keep to their kind of pods.
    private func allowsClass(_ device: Int, _ flags: Flags, _ workspace: borrowing FitWorkspace) -> Bool {
        let hasOnline = workspace.counts(onlinePods)[device] > 0
        let hasOffline = workspace.counts(offlinePods)[device] > 0
        let isSpecial = flags.contains(.online) || flags.contains(.offline)
        if (hasOnline || hasOffline) != isSpecial { return false }
        return !(flags.contains(.offline) && hasOnline)
    }

    /// Cards with only offline pods last, fewer pods first.
    private struct OnlineOrder: ElementOrder {
        let online: UnsafePointer<Int32>
        let offline: UnsafePointer<Int32>

        func isLess(_ left: Int32, _ right: Int32) -> Bool {
            let (a, b) = (Int(left), Int(right))
            let aOnlyOffline = online[a] == 0 && offline[a] > 0
            let bOnlyOffline = online[b] == 0 && offline[b] > 0
            if aOnlyOffline != bOnlyOffline { return bOnlyOffline }
            if aOnlyOffline { return offline[a] < offline[b] }
            return online[a] == online[b] ? offline[a] < offline[b] : online[a] < online[b]
        }
    }

    private func orderForOnline(_ workspace: inout FitWorkspace) {
        let count = workspace.fitCount
        for place in 0..<count { workspace.scratch[place] = workspace.picks[workspace.fitStart + place].device }
        goSort(
            UnsafeMutableBufferPointer(start: workspace.scratch, count: count),
            by: OnlineOrder(online: workspace.counts(onlinePods), offline: workspace.counts(offlinePods)))
        reorder(&workspace, count)
    }

    /// Whole-core pods: the smallest link zone that holds them, else zones by ascending size, then loose cards.
    private func orderForExclusive(_ wanted: Int, _ workspace: inout FitWorkspace) {
        let count = workspace.fitCount
        var zones: [(zone: Int32, size: Int)] = []
        for place in 0..<count {
            let zone = zone(place, workspace)
            guard zone > 0 else { continue }
            if let known = zones.firstIndex(where: { $0.zone == zone }) {
                zones[known].size += 1
            } else {
                zones.append((zone, 1))
            }
        }
        let bySize = zones.enumerated().sorted {
            $0.element.size == $1.element.size ? $0.offset < $1.offset : $0.element.size < $1.element.size
        }.map(\.element)
        var next = 0
        func append(_ wants: (Int32) -> Bool, _ workspace: inout FitWorkspace) {
            for place in 0..<count where wants(zone(place, workspace)) {
                workspace.scratch[next] = workspace.picks[workspace.fitStart + place].device
                next += 1
            }
        }
        if let fitting = bySize.first(where: { $0.size >= wanted }) {
            append({ $0 == fitting.zone }, &workspace)
        } else {
            for group in bySize { append({ $0 == group.zone }, &workspace) }
            append({ $0 <= 0 }, &workspace)
        }
        reorder(&workspace, next)
    }

    private func zone(_ place: Int, _ workspace: borrowing FitWorkspace) -> Int32 {
        workspace.facts[Int(workspace.picks[workspace.fitStart + place].device)].group
    }

    /// Puts the running Fit's picks in the order of the first `count` devices in scratch.
    private func reorder(_ workspace: inout FitWorkspace, _ count: Int) {
        for target in 0..<count {
            var source = target
            while workspace.picks[workspace.fitStart + source].device != workspace.scratch[target] { source += 1 }
            let (a, b) = (workspace.fitStart + target, workspace.fitStart + source)
            let moved = workspace.picks[a]
            workspace.picks[a] = workspace.picks[b]
            workspace.picks[b] = moved
        }
    }

    /// Standard usage; the card takes over the pod's QoS within the decision.
    func addUsage(_ pick: inout Pick, on device: Int, _ rules: PodRules, _ workspace: inout FitWorkspace) -> Bool {
        workspace.addStandardUsage(pick, on: device)
        if !Flags(rawValue: rules.flags).contains(.online) {
            workspace.vendorLane[device] = pick.cores == 100 ? rules.secondSymbol : rules.symbol
        }
        return true
    }

    // MARK: Node score

    func nodeScore(
        vendor: VendorID, _ rules: PodRules, nodePolicy: String, _ workspace: borrowing FitWorkspace
    ) -> Float {
        let flags = Flags(rawValue: rules.flags)
        if workspace.pickCount(of: vendor) == 0 { return 0 }
        if flags.contains(.online) { return onlineScore(vendor, workspace) }
        guard flags.contains(.topology) else { return 0 }
        var hasExclusive = false
        for device in 0..<workspace.deviceCount where isExclusive(device, vendor, workspace) { hasExclusive = true }
        if !hasExclusive { return 0 }
        let allocated = allocatedPairs(vendor, workspace)
        let idle = pairs(workspace) { workspace.usedBefore[$0] == 0 }
        let rest = pairs(workspace) { workspace.usedBefore[$0] == 0 && !isExclusive($0, vendor, workspace) }
        return Float(10 * allocated - (idle - allocated - rest))
    }

    /// A pod counts once a device: 1024 devices of less than 2^31 pods, a hundredfold, stay below 2^49.
    private func onlineScore(_ vendor: VendorID, _ workspace: borrowing FitWorkspace) -> Float {
        var score = 0
        for device in 0..<workspace.deviceCount where isAllocated(device, vendor, workspace) {
            let online = Int(workspace.counts(onlinePods)[device])
            let offline = Int(workspace.counts(offlinePods)[device])
            score += offline > 0 && online == 0 ? -100 * offline : -20 * online - 2 * offline
        }
        return Float(score)
    }

    /// Ten for each pair of chosen cards in one link zone: below 2^24 for 1024 cards.
    private func pairs(_ workspace: borrowing FitWorkspace, _ contains: (Int) -> Bool) -> Int {
        var sum = 0
        for device in 0..<workspace.deviceCount where contains(device) && workspace.facts[device].group != 0 {
            for other in 0..<device
            where contains(other) && workspace.facts[other].group == workspace.facts[device].group
                && workspace.uuid[other] != workspace.uuid[device]
            {
                sum += 10
            }
        }
        return sum
    }

    /// The same over the whole-core picks; a card that several containers got counts each time.
    private func allocatedPairs(_ vendor: VendorID, _ workspace: borrowing FitWorkspace) -> Int {
        var sum = 0
        workspace.forEachPick(of: vendor) { place, pick in
            let device = Int(pick.device)
            if pick.cores != 100 || workspace.facts[device].group == 0 { return }
            workspace.forEachPick(of: vendor) { otherPlace, otherPick in
                let other = Int(otherPick.device)
                if otherPlace < place && otherPick.cores == 100
                    && workspace.facts[other].group == workspace.facts[device].group
                    && workspace.uuid[other] != workspace.uuid[device]
                {
                    sum += 10
                }
            }
        }
        return sum
    }

    private func isAllocated(_ device: Int, _ vendor: VendorID, _ workspace: borrowing FitWorkspace) -> Bool {
        workspace.hasPick(of: vendor) { $0.device == Int32(device) }
    }

    private func isExclusive(_ device: Int, _ vendor: VendorID, _ workspace: borrowing FitWorkspace) -> Bool {
        workspace.hasPick(of: vendor) { $0.device == Int32(device) && $0.cores == 100 }
    }
}
