import PlacementModel

/// The checks of HAMi's standard Fit loop that a vendor takes part in, as data.
///
/// - Source: hami-vendors.md 1.7.
public struct StandardFit: Sendable, Hashable {
    public var checksUUID = true
    public var checksSlots = true
    public var checksMutex = true
    /// Requests above 100 cores count as 100 from the first device that is asked.
    public var clampsCores = true
    /// Resolves and checks memory, then cores, exclusivity and full cores.
    public var checksCapacity = true
    /// Refuses devices in use; the check of whole-card vendors without slots.
    public var requiresIdle = false
    /// All MT-style containers of a pod on one and the same card.
    public var requiresSameCard = false
    /// Fit asks the namespace quota for each device; nil = only admission does.
    public var quotaNames: ResourceNames?
    /// Memory and cores charged for a device where capacity is not checked.
    public var flatMemoryMiB: Int32 = 0
    public var flatCores: Int32 = 0

    public init() {}

    /// Scans the bucket from its end and takes every device that passes, until the request is met.
    ///
    /// - Parameter allowsType: step T, by the device's place in the node.
    /// - Returns: whether enough devices were found; if not, reasons are counted and the denominator set.
    /// - Complexity: O(devices), no allocation.
    public func run(
        _ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace,
        allowsType: (Int, borrowing FitWorkspace) -> Bool = { _, _ in true }
    ) -> Bool {
        var wanted = request.devices
        var cores = request.cores
        var position = workspace.bucketCount - 1
        while position >= 0 {
            let device = Int(workspace.bucket[position])
            position -= 1
            if !workspace.isHealthy(device) {
                workspace.reject(.cardNotHealth)
                continue
            }
            if !allowsType(device, workspace) {
                workspace.reject(.cardTypeMismatch)
                continue
            }
            if checksUUID && !rules.allowsUUID(workspace.uuid[device]) {
                workspace.reject(.cardUuidMismatch)
                continue
            }
            if checksSlots && workspace.slots[device] <= workspace.used[device] {
                workspace.reject(.cardTimeSlicingExhausted)
                continue
            }
            if checksMutex && policy.isMutex && workspace.used[device] > 0 {
                workspace.reject(.exclusiveDeviceAllocateConflict)
                continue
            }
            if requiresIdle && workspace.used[device] > 0 {
                workspace.reject(.exclusiveDeviceAllocateConflict)
                continue
            }
            if clampsCores && cores > 100 { cores = 100 }
            var memoryMiB = flatMemoryMiB
            if checksCapacity {
                memoryMiB = request.memory(ofTotal: workspace.totalMemoryMiB[device])
                if let quotaNames,
                    !workspace.quotaAllows(
                        vendor: request.vendor, names: quotaNames, extraDevice: device, memoryMiB: memoryMiB,
                        cores: cores)
                {
                    workspace.reject(.resourceQuotaNotFit)
                    continue
                }
                if let reason = Self.capacityRefusal(
                    device, memoryMiB: memoryMiB, cores: cores, totalCores: workspace.totalCores[device], workspace)
                {
                    workspace.reject(reason)
                    continue
                }
            }
            if requiresSameCard && !Self.isSameCard(device, workspace) {
                workspace.reject(.cardNotFoundCustomFilterRule)
                continue
            }
            if wanted > 0 {
                wanted -= 1
                workspace.take(
                    Pick(device: Int32(device), memoryMiB: memoryMiB, cores: checksCapacity ? cores : flatCores))
            }
            if wanted == 0 { return true }
        }
        return Self.fail(&workspace)
    }

    /// Steps M, K, E, F: memory, cores, exclusive card, cores used up. Differences wrap as in HAMi.
    @inline(__always)
    static func capacityRefusal(
        _ device: Int, memoryMiB: Int32, cores: Int32, totalCores: Int32, _ workspace: borrowing FitWorkspace
    ) -> RejectionReason? {
        if workspace.totalMemoryMiB[device] &- workspace.usedMemoryMiB[device] < memoryMiB {
            return .cardInsufficientMemory
        }
        return coreRefusal(device, cores: cores, totalCores: totalCores, workspace)
    }

    /// Steps K, E, F against a total that may differ from the registered one.
    @inline(__always)
    static func coreRefusal(
        _ device: Int, cores: Int32, totalCores: Int32, _ workspace: borrowing FitWorkspace
    ) -> RejectionReason? {
        let usedCores = workspace.usedCores[device]
        if totalCores &- usedCores < cores { return .cardInsufficientCore }
        if totalCores == 100 && cores == 100 && workspace.used[device] > 0 { return .exclusiveDeviceAllocateConflict }
        if totalCores != 0 && usedCores == totalCores && cores == 0 { return .cardComputeUnitsExhausted }
        return nil
    }

    /// The tail of a failed Fit: what was picked in vain is counted, the bucket is the denominator.
    static func fail(_ workspace: inout FitWorkspace) -> Bool {
        if workspace.fitCount > 0 {
            workspace.setReason(.allocatedCardsInsufficientRequest, count: Int32(workspace.fitCount))
        }
        workspace.reasonDenominator = Int32(workspace.bucketCount)
        workspace.failure = .deviceReasons
        workspace.keepPicks(0)
        return false
    }

    /// Whether every device that earlier containers of this pass got of the device's own type is this very device.
    ///
    /// - Source: hami-vendors.md 3.4 step R.
    private static func isSameCard(_ device: Int, _ workspace: borrowing FitWorkspace) -> Bool {
        let vendor = workspace.exactVendor[device]
        guard vendor >= 0 else { return true }
        for entry in 0..<workspace.entryCount
        where workspace.entries[entry].isInit == workspace.isInitPass
            && Int16(workspace.entries[entry].vendor) == vendor
        {
            let first = Int(workspace.entries[entry].firstPick)
            for pick in first..<first + Int(workspace.entries[entry].pickCount) {
                let taken = Int(workspace.picks[pick].device)
                if workspace.uuid[taken] != workspace.uuid[device] { return false }
            }
        }
        return true
    }
}
