import JSONText
import DeviceTable
import PlacementModel

/// AMD: JSON register, cores given in percent and counted in compute units.
///
/// - Source: hami-vendors.md 3.12
struct AMD: Vendor {
    let resources: ResourceNames
    let commonWord = "AMD"
    let displayName = "AMD GPU"
    let annotations = AnnotationKeys(
        register: "hami.io/node-amd-register", toAllocate: "hami.io/amd-devices-to-allocate",
        allocated: "hami.io/amd-devices-allocated", useUUID: ["amd.com/use-gpu-uuid"],
        noUseUUID: ["amd.com/nouse-gpu-uuid"], useType: "amd.com/use-gputype", noUseType: "amd.com/nouse-gputype")
    let capabilities = VendorCapabilities(memory: "yes", cores: "yes (compute units)", typeFilter: true)
    let rules = [
        "gpucores is a percentage 1...100 of the card's compute units, at least one unit; default 100",
        "gpumem counts in MiB; without it a pod takes the whole card's memory",
        "only limits are read",
    ]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            AMD(
                resources: ResourceNames(
                    count: configuration.text("amd", "resourceCountName", "amd.com/gpu"),
                    memory: configuration.text("amd", "resourceMemoryName", "amd.com/gpumem"),
                    cores: configuration.text("amd", "resourceCoreName", "amd.com/gpucores")))
        ]
    }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        guard countIsInLimits(container) else {
            return container.limit(resources.memory) != nil || container.limit(resources.cores) != nil
        }
        if let cores = container.limit(resources.cores) {
            guard let percent = cores.exactInt64, (1...100).contains(percent) else {
                throw AdmissionError("\(resources.cores) must be an integer percentage between 1 and 100")
            }
        }
        return true
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        try jsonRegister(of: node, parser: parser)
    }

    func health(of node: Node, now: WallClock) -> NodeHealth {
        if resources.count.isEmpty { return .healthy }
        guard let count = (node.capacity[resources.count] ?? Quantity(integer: 0)).exactInt64, count != 0 else {
            return .unhealthy
        }
        return .healthy
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let devices = positiveCount(container.limit(resources.count)) else { return nil }
        var memoryMiB: Int32 = 0
        if let quantity = container.limit(resources.memory) {
            guard let value = quantity.exactInt64, value >= 0, value <= Int64(Int32.max) else { return nil }
            memoryMiB = Int32(value)
        }
        var cores: Int32 = 100
        if let quantity = container.limit(resources.cores) {
            guard let percent = quantity.exactInt64, (1...100).contains(percent) else { return nil }
            cores = Int32(percent)
        }
        return DeviceRequest(
            vendor: VendorID(0), devices: devices, memoryMiB: memoryMiB, memoryPercent: 0, cores: cores)
    }

    func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules {
        var rules = PodRules()
        rules.uuidFilters = uuidFilters(of: pod, symbols: &symbols)
        rules.typeFilter = TypeFilter(pod: pod, useKey: annotations.useType, noUseKey: annotations.noUseType)
        return rules
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        var position = workspace.bucketCount - 1
        while position >= 0 {
            let device = Int(workspace.bucket[position])
            position -= 1
            if let reason = refusal(device, request, rules, policy, workspace) {
                workspace.reject(reason)
                continue
            }
            let memoryMiB = memory(request, device, workspace)
            let units = computeUnits(request, device, memoryMiB: memoryMiB, workspace) ?? 0
            workspace.take(Pick(device: Int32(device), memoryMiB: memoryMiB, cores: units))
            if workspace.fitCount == Int(request.devices) { return true }
        }
        return StandardFit.fail(&workspace)
    }

    func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand {
        DeviceDemand(
            devices: request.devices, memoryMiB: request.memoryMiB > 0 ? request.memoryMiB : nil,
            memoryPercent: request.memoryMiB > 0 ? nil : 100)
    }

    private func refusal(
        _ device: Int, _ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy,
        _ workspace: borrowing FitWorkspace
    ) -> RejectionReason? {
        if !workspace.isHealthy(device) { return .cardNotHealth }
        if !rules.allowsType(of: device, workspace) { return .cardTypeMismatch }
        if !rules.allowsUUID(workspace.uuid[device]) { return .cardUuidMismatch }
        if workspace.slots[device] <= workspace.used[device] { return .cardTimeSlicingExhausted }
        if policy.isMutex && workspace.used[device] > 0 { return .exclusiveDeviceAllocateConflict }
        let memoryMiB = memory(request, device, workspace)
        if workspace.totalMemoryMiB[device] &- workspace.usedMemoryMiB[device] < memoryMiB {
            return .cardInsufficientMemory
        }
        guard let units = computeUnits(request, device, memoryMiB: memoryMiB, workspace) else {
            return .cardInsufficientCore
        }
        return workspace.totalCores[device] &- workspace.usedCores[device] < units ? .cardInsufficientCore : nil
    }

    private func memory(_ request: DeviceRequest, _ device: Int, _ workspace: borrowing FitWorkspace) -> Int32 {
        let total = workspace.totalMemoryMiB[device]
        return request.memoryMiB <= 0 && total > 0 ? total : request.memoryMiB
    }

    /// Compute units for the asked percentage, nil on a card without any.
    private func computeUnits(
        _ request: DeviceRequest, _ device: Int, memoryMiB: Int32, _ workspace: borrowing FitWorkspace
    ) -> Int32? {
        let total = workspace.totalCores[device]
        if request.cores > 0 {
            if total <= 0 { return nil }
            // Less than 2^21 units, a hundredfold; as given the product wraps as HAMi's does.
            return min(max((total &* request.cores) / 100, 1), total)
        }
        return memoryMiB == workspace.totalMemoryMiB[device] ? total : 0
    }

    func allocatedType(of record: DeviceRecord) -> String { record.type }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        standardSyntheticDevices(group, type: group.model.isEmpty ? "AMD Instinct MI300X" : group.model)
    }
}
