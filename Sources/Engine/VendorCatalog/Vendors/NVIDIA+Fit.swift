import DeviceTable
import PlacementModel

// The scan of hami-core.md 7.2 and the topology choice of 7.5.
extension NVIDIA {
    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        var scan = Scan(remaining: request.devices, cores: request.cores)
        let keepsGroups = workspace.profile.topologyKeepsNumaGroups && policy.isTopologyAware && policy.bindsNuma
        var position = workspace.bucketCount - 1
        while position >= 0 {
            let device = Int(workspace.bucket[position])
            if let reason = refusalBeforeNuma(device, rules, workspace) {
                workspace.reject(reason)
                position -= 1
                continue
            }
            if policy.bindsNuma && scan.numa != workspace.numa[device] {
                if keepsGroups && workspace.fitCount >= Int(request.devices) { break }
                if scan.remaining != request.devices { workspace.reject(.numaNotFit, count: Int32(workspace.fitCount)) }
                scan.remaining = request.devices
                scan.numa = workspace.numa[device]
                workspace.keepPicks(0)
            }
            if let reason = refusal(device, request, rules, policy, &scan, &workspace) {
                workspace.reject(reason)
                position -= 1
                continue
            }
            workspace.take(Pick(device: Int32(device), memoryMiB: scan.memoryMiB, cores: scan.cores))
            if !policy.isTopologyAware {
                scan.remaining -= 1
                if scan.remaining == 0 { return true }
            }
            // A MIG card is examined again: several instances may come from one card.
            if !workspace.flags[device].contains(.mig) { position -= 1 }
        }
        if policy.isTopologyAware && workspace.fitCount >= Int(request.devices) {
            chooseByTopology(Int(request.devices), &workspace)
            if !workspace.profile.topologyChargesChosenOnly || quotaAllowsChosen(request, workspace) { return true }
            workspace.reject(.resourceQuotaNotFit, count: request.devices)
            workspace.keepPicks(0)
        }
        return StandardFit.fail(&workspace)
    }

    /// Whether the namespace may hold all chosen cards together.
    private func quotaAllowsChosen(_ request: DeviceRequest, _ workspace: borrowing FitWorkspace) -> Bool {
        workspace.quotaAllows(
            vendor: request.vendor, names: resources, extraDevice: -1, memoryMiB: 0, cores: 0)
    }

    /// Cards that are neither cut by MIG nor cordoned follow the standard loop, but for NUMA binding and topology.
    var standardFit: StandardFit? {
        var rule = StandardFit()
        rule.quotaNames = resources
        return rule
    }

    /// What a scan carries from card to card.
    private struct Scan {
        var remaining: Int32
        /// Clamped to 100 at the first card that is asked; sticky.
        var cores: Int32
        var numa = -1
        var memoryMiB: Int32 = 0
    }

    private func refusalBeforeNuma(_ device: Int, _ rules: PodRules, _ workspace: borrowing FitWorkspace)
        -> RejectionReason?
    {
        if !workspace.isHealthy(device) { return .cardNotHealth }
        if workspace.flags[device].contains(.cordoned) { return .cardCordoned }
        if !rules.allowsType(of: device, workspace) || !rules.allowsMode(of: device, workspace) {
            return .cardTypeMismatch
        }
        return nil
    }

    private func refusal(
        _ device: Int, _ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ scan: inout Scan,
        _ workspace: inout FitWorkspace
    ) -> RejectionReason? {
        if !rules.allowsUUID(workspace.uuid[device]) { return .cardUuidMismatch }
        if workspace.slots[device] <= workspace.used[device] { return .cardTimeSlicingExhausted }
        if policy.isMutex && workspace.used[device] > 0 { return .exclusiveDeviceAllocateConflict }
        if scan.cores > 100 { scan.cores = 100 }
        scan.memoryMiB = request.memory(ofTotal: workspace.totalMemoryMiB[device])
        let countsPicks = !(policy.isTopologyAware && workspace.profile.topologyChargesChosenOnly)
        if !workspace.quotaAllows(
            vendor: request.vendor, names: resources, extraDevice: device, memoryMiB: scan.memoryMiB,
            cores: scan.cores, countsRunningPicks: countsPicks)
        {
            return .resourceQuotaNotFit
        }
        if let reason = StandardFit.capacityRefusal(
            device, memoryMiB: scan.memoryMiB, cores: scan.cores, totalCores: workspace.totalCores[device], workspace)
        {
            return reason
        }
        if workspace.flags[device].contains(.mig), !migHasRoom(device, memoryMiB: scan.memoryMiB, workspace) {
            return .cardMigTopologyInfeasible
        }
        return nil
    }

    // MARK: Topology

    /// Reduces the acceptable cards to the best `count`; the picks' order is the scan order.
    ///
    /// One card: the lowest sum of pair scores to the other acceptable cards. Several: the combination with the highest
    /// sum of pair scores, first in lexicographic order of scan positions on ties.
    /// - Complexity: see ``PairScoreChoice``
    private func chooseByTopology(_ count: Int, _ workspace: inout FitWorkspace) {
        let candidates = workspace.fitCount
        if candidates == count { return }
        let start = workspace.fitStart
        if count == 1 {
            var best = 0
            var bestSum = Int64.max
            for candidate in 0..<candidates {
                var sum: Int64 = 0
                let a = Int(workspace.picks[start + candidate].device)
                let scores = pairScores(a, workspace)
                for other in 0..<candidates where !scores.isEmpty {
                    let b = Int(workspace.picks[start + other].device)
                    if workspace.uuid[a] != workspace.uuid[b] {
                        // Scores are any 64 bits; sums wrap as HAMi's do.
                        sum &+= scores[workspace.table.records[workspace.firstDevice + b].id] ?? 0
                    }
                }
                if sum < bestSum {
                    bestSum = sum
                    best = candidate
                }
            }
            workspace.picks[start] = workspace.picks[start + best]
            workspace.keepPicks(1)
            return
        }
        // Instances of one card stand together.
        var devices: [Int] = []
        var lengths: [Int] = []
        for candidate in 0..<candidates {
            let device = Int(workspace.picks[start + candidate].device)
            if device == devices.last {
                lengths[lengths.count - 1] += 1
            } else {
                devices.append(device)
                lengths.append(1)
            }
        }
        let scores = devices.map { pairScores($0, workspace) }
        let ids = devices.map { workspace.table.records[workspace.firstDevice + $0].id }
        let best = PairScoreChoice.positions(of: count, among: lengths) { scores[$0][ids[$1]] ?? 0 }
        for (place, candidate) in best.enumerated() {
            workspace.picks[start + place] = workspace.picks[start + candidate]
        }
        workspace.keepPicks(count)
    }

    /// Registered scores from a card to others by id, 0 where missing; the first record of an id counts.
    private func pairScores(_ device: Int, _ workspace: borrowing FitWorkspace) -> [String: Int64] {
        let first = workspace.firstDevice(withID: workspace.uuid[device]) ?? device
        return workspace.table.records[workspace.firstDevice + first].pairScores
    }
}
