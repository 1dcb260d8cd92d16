import JSONText
import DeviceTable
import PlacementModel

/// A DRS profile such as `3g.20gb`.
struct DRSProfile: Sendable, Hashable {
    var name: String
    var id: String
    var slices: Int64
    var memoryGB: Int64
    /// Percent of a card, rounded up.
    var corePercent: Int64

    /// Slices and GB in a profile's name; a part that does not parse is 0.
    static func size(of name: String) -> (slices: Int64, memoryGB: Int64) {
        let parts = name.lowercased().trimmingSpace.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2 else { return (0, 0) }
        guard let slices = Int64(goInteger: dropping("g", from: parts[0])) else { return (0, 0) }
        return (slices, Int64(goInteger: dropping("gb", from: parts[1])) ?? 0)
    }

    private static func dropping(_ suffix: String, from text: Substring) -> Substring {
        text.hasSuffix(suffix) ? text.dropLast(suffix.count) : text
    }

    /// The distinct profiles of a bucket with slices and memory, by size then memory; of equal names the last id counts.
    static func candidates(in bucket: [DeviceRecord]) -> [DRSProfile] {
        var ids: [String: String] = [:]
        var maxSlice: Int64 = 0
        for record in bucket {
            maxSlice = max(maxSlice, record.customInfo?["maxSlice"]?.int64 ?? 0)
            for member in record.customInfo?["profiles"]?.object?.members ?? [] {
                ids[member.key] = member.value.string ?? ""
            }
        }
        if maxSlice <= 0 { maxSlice = ids.keys.map { size(of: $0).slices }.max() ?? 0 }
        guard maxSlice > 0 else { return [] }
        var profiles: [DRSProfile] = []
        for (name, id) in ids {
            let (slices, memoryGB) = size(of: name)
            guard slices > 0, memoryGB > 0 else { continue }
            // A name may state any 64 bits of slices; 128 bits hold a hundred times as many.
            let percent = Int64(clamping: (Int128(slices) * 100 + Int128(maxSlice) - 1) / Int128(maxSlice))
            profiles.append(DRSProfile(name: name, id: id, slices: slices, memoryGB: memoryGB, corePercent: percent))
        }
        return profiles.sorted { ($0.slices, $0.memoryGB, $0.name) < ($1.slices, $1.memoryGB, $1.name) }
    }
}

// Profile choice and scan: hami-vendors.md 3.11.
extension EnflameDRS {
    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        var bucket: [DeviceRecord] = []
        for device in 0..<workspace.deviceCount where workspace.words[device] & request.vendor.bit != 0 {
            bucket.append(workspace.table.records[workspace.firstDevice + device])
        }
        let profiles = DRSProfile.candidates(in: bucket)
        guard let (chosen, need) = choose(request, profiles), isInRange(profiles[chosen]) else {
            workspace.reject(.modeNotFit)
            workspace.reasonDenominator = Int32(workspace.bucketCount)
            workspace.failure = .deviceReasons
            return false
        }
        let memoryMiB = Int32(profiles[chosen].memoryGB * 1024)
        let cores = Int32(profiles[chosen].corePercent)
        var position = workspace.bucketCount - 1
        while position >= 0 {
            let device = Int(workspace.bucket[position])
            position -= 1
            if let reason = refusal(device, memoryMiB: memoryMiB, cores: cores, rules, policy, workspace) {
                workspace.reject(reason)
                continue
            }
            workspace.take(
                Pick(
                    device: Int32(device), memoryMiB: memoryMiB, cores: cores, detail: Int32(chosen),
                    secondDetail: Int32(truncatingIfNeeded: need), thirdDetail: request.cores))
            return true
        }
        return StandardFit.fail(&workspace)
    }

    /// The profile for a request and the memory it was understood to ask, in GB.
    private func choose(_ request: DeviceRequest, _ profiles: [DRSProfile]) -> (profile: Int, needGB: Int64)? {
        if request.memoryPercent >= 0 {
            return profiles.firstIndex { $0.slices == Int64(request.memoryMiB) }.map { ($0, 0) }
        }
        guard let largest = profiles.last else { return nil }
        let asked = Int64(request.memoryMiB)
        var need: Int64 = 0
        // Less than 2^31 is asked, so that a profile of 2^40 GB and more is larger than any.
        if asked > 0 { need = asked > 2 * min(largest.memoryGB, 1 << 40) ? (asked + 1023) / 1024 : asked }
        let chosen = profiles.firstIndex {
            (need <= 0 || $0.memoryGB >= need) && (request.cores <= 0 || $0.corePercent >= Int64(request.cores))
        }
        return chosen.map { ($0, need) }
    }

    private func isInRange(_ profile: DRSProfile) -> Bool {
        profile.slices <= Int64(Int32.max) && profile.memoryGB <= Int64(Int32.max) / 1024
            && profile.corePercent <= Int64(Int32.max)
    }

    private func refusal(
        _ device: Int, memoryMiB: Int32, cores: Int32, _ rules: PodRules, _ policy: DevicePolicy,
        _ workspace: borrowing FitWorkspace
    ) -> RejectionReason? {
        if !workspace.isHealthy(device) { return .cardNotHealth }
        if !rules.allowsUUID(workspace.uuid[device]) { return .cardUuidMismatch }
        if workspace.slots[device] <= workspace.used[device] { return .cardTimeSlicingExhausted }
        if policy.isMutex && workspace.used[device] > 0 { return .exclusiveDeviceAllocateConflict }
        if workspace.totalMemoryMiB[device] &- workspace.usedMemoryMiB[device] < memoryMiB {
            return .cardInsufficientMemory
        }
        let total = workspace.totalCores[device]
        if total > 0 && total &- workspace.usedCores[device] < cores { return .cardInsufficientCore }
        return nil
    }

    /// The card loses as many slots as the profile has slices; pods that come later see one slot per container.
    func addUsage(_ pick: inout Pick, on device: Int, _ rules: PodRules, _ workspace: inout FitWorkspace) -> Bool {
        workspace.addStandardUsage(pick, on: device)
        var bucket: [DeviceRecord] = []
        for other in 0..<workspace.deviceCount where workspace.words[other] & workspace.words[device] != 0 {
            bucket.append(workspace.table.records[workspace.firstDevice + other])
        }
        let slices = Int32(clamping: DRSProfile.candidates(in: bucket)[Int(pick.detail)].slices)
        // One slot has just been added, so that there is one to take away.
        let sum = (workspace.used[device] - 1).addingReportingOverflow(max(slices, 1))
        workspace.used[device] = sum.overflow ? Int32.max : sum.partialValue
        return true
    }
}
