import DeviceTable
import PlacementModel

// Blocks, runs and core bits: hami-vendors.md 3.13. The vendor lane is HAMi's awsusageinfo, -1 = missing.
extension AWSNeuron {
    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        if request.devices > 1 { return fitBlock(request, &workspace) }
        var position = workspace.bucketCount - 1
        while position >= 0 {
            let device = Int(workspace.bucket[position])
            position -= 1
            if workspace.vendorLane[device] < 0 { workspace.vendorLane[device] = workspace.usedCores[device] }
            if let reason = refusal(device, request, rules, policy, workspace) {
                workspace.reject(reason)
                continue
            }
            let pattern = Self.corePattern(workspace.vendorLane[device], request.cores)
            workspace.take(Pick(device: Int32(device), memoryMiB: 0, cores: pattern, detail: pattern))
            return true
        }
        workspace.reasonDenominator = Int32(workspace.bucketCount)
        workspace.failure = .deviceReasons
        return false
    }

    var checksSlots: Bool { false }
    var refusalsLast: Bool { false }
    var coresAreAmounts: Bool { false }

    func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand {
        request.devices > 1 ? DeviceDemand(devices: request.devices, cores: .idle) : DeviceDemand(devices: 1)
    }

    private func refusal(
        _ device: Int, _ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy,
        _ workspace: borrowing FitWorkspace
    ) -> RejectionReason? {
        if !workspace.isHealthy(device) { return .cardNotHealth }
        let hasType =
            workspace.exactVendor[device] == Int16(request.vendor.rawValue)
            || workspace.table.types[workspace.type[device]].containsText(commonWord)
        if !hasType { return .cardTypeMismatch }
        if !rules.allowsUUID(workspace.uuid[device]) { return .cardUuidMismatch }
        if workspace.slots[device] <= workspace.used[device] { return .cardTimeSlicingExhausted }
        if policy.isMutex && workspace.used[device] > 0 { return .exclusiveDeviceAllocateConflict }
        let free = Self.bits(workspace.totalCores[device]) - Self.bits(workspace.usedCores[device])
        return free < request.cores ? .cardInsufficientCore : nil
    }

    private static func bits(_ mask: Int32) -> Int32 { mask <= 0 ? 0 : Int32(mask.nonzeroBitCount) }

    /// Which cores of a two-core device a request gets, given the ones in use.
    private static func corePattern(_ inUse: Int32, _ cores: Int32) -> Int32 {
        if inUse == 0 && cores == 2 { return 3 }
        if inUse == 0 && cores == 1 { return 1 }
        return 3 &- inUse
    }

    /// Several devices: positions found in the bucket are used as device indexes, as HAMi does.
    private func fitBlock(_ request: DeviceRequest, _ workspace: inout FitWorkspace) -> Bool {
        let wanted = Int(request.devices)
        guard let start = firstBlock(wanted, workspace) else {
            workspace.setReason(.numaNotFit, count: 1)
            workspace.reasonDenominator = Int32(workspace.bucketCount)
            workspace.failure = .deviceReasons
            return false
        }
        for index in start..<start + wanted {
            for place in 0..<workspace.bucketCount where workspace.index[Int(workspace.bucket[place])] == UInt64(index)
            {
                let device = Int(workspace.bucket[place])
                let inUse = max(workspace.vendorLane[device], 0)
                workspace.take(
                    Pick(
                        device: Int32(device), memoryMiB: workspace.totalMemoryMiB[device],
                        cores: workspace.totalCores[device], detail: Self.corePattern(inUse, request.cores)))
                break
            }
        }
        return true
    }

    /// First position of a free run (inf nodes) or free aligned block of 1, 4, 8 or 16.
    private func firstBlock(_ wanted: Int, _ workspace: borrowing FitWorkspace) -> Int? {
        let count = workspace.bucketCount
        guard count >= wanted, count > 0 else { return nil }
        let flags = workspace.facts[Int(workspace.bucket[0])].flags
        guard flags & 1 != 0 else { return nil }
        let takesRuns = flags & 2 != 0
        if !takesRuns && ![1, 4, 8, 16].contains(wanted) { return nil }
        var start = 0
        while start + wanted <= count {
            var isFree = true
            for position in start..<start + wanted {
                let device = Int(workspace.bucket[position])
                if workspace.used[device] != 0 || !workspace.isHealthy(device) { isFree = false }
            }
            if isFree { return start }
            start += takesRuns ? 1 : wanted
        }
        return nil
    }

    func addUsage(_ pick: inout Pick, on device: Int, _ rules: PodRules, _ workspace: inout FitWorkspace) -> Bool {
        workspace.addStandardUsage(pick, on: device)
        workspace.vendorLane[device] = max(workspace.vendorLane[device], 0) &+ pick.detail
        return true
    }
}
