import JSONText
import DeviceTable
import PlacementModel

extension Vendor {
    public var nodeScoreShape: NodeScoreShape { .none }
    public var isPolicyNeutralScorer: Bool { false }
    public var standardFit: StandardFit? { nil }
    public func standardFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit? { standardFit }
    public func groupedFit(for request: DeviceRequest, _ rules: PodRules) -> StandardFit? { nil }
    public func choosesByGroup(_ request: DeviceRequest, _ workspace: borrowing FitWorkspace) -> Bool { false }
    public func groupScore(largest: Int, of devices: Int) -> Float { 0 }
    public var checksSlots: Bool { standardFit?.checksSlots ?? true }
    public var refusalsLast: Bool { true }
    public var coresAreAmounts: Bool { true }
    public var prefersStates: Bool { !refusalsLast }
    public func scoresNodes(_ rules: PodRules) -> Bool { nodeScoreShape != .none }
    public func nodeScoreBounds(
        _ request: DeviceRequest, _ rules: PodRules, nodePolicy: String, largestIdleGroup: Int,
        _ workspace: borrowing FitWorkspace
    ) -> ClosedRange<Float>? { nil }
    public func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand {
        guard let rule = standardFit else { return DeviceDemand(devices: request.devices) }
        if rule.requiresIdle { return DeviceDemand(devices: request.devices, cores: .idle) }
        return rule.checksCapacity
            ? .capacity(request, clampsCores: rule.clampsCores) : DeviceDemand(devices: request.devices)
    }
    public var hasResidentEffects: Bool { false }
    public var memoryUnitMiB: Int32 { 1 }
    public var rules: [String] { [] }
    public var slices: [MemorySlice] { [] }
    public var resourceNames: [String] {
        [resources.count, resources.memory, resources.cores].filter { !$0.isEmpty }
    }

    public func health(of node: Node, now: WallClock) -> NodeHealth { .healthy }
    public func facts(of record: DeviceRecord, symbols: inout SymbolTable) -> DeviceFacts { record.facts }
    public func cordonedIDs(on node: Node) -> Set<String> { [] }
    public func addFacts(of node: Node, to facts: inout NodeFacts, parser: any JSONTextParser) {}

    public func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules {
        var rules = PodRules()
        rules.uuidFilters = uuidFilters(of: pod, symbols: &symbols)
        return rules
    }

    func uuidFilters(of pod: Pod, symbols: inout SymbolTable) -> [UUIDFilter] {
        var filters: [UUIDFilter] = []
        for (use, noUse) in zip(annotations.useUUID, annotations.noUseUUID) {
            if let filter = UUIDFilter(pod: pod, useKey: use, noUseKey: noUse, symbols: &symbols) {
                filters.append(filter)
            }
        }
        return filters
    }

    public func addUsage(_ pick: inout Pick, on device: Int, _ rules: PodRules, _ workspace: inout FitWorkspace) -> Bool
    {
        workspace.addStandardUsage(pick, on: device)
        return true
    }

    public func nodeScore(
        vendor: VendorID, _ rules: PodRules, nodePolicy: String, _ workspace: borrowing FitWorkspace
    ) -> Float { 0 }

    public func allowsRepeatedDevices(_ rules: PodRules, _ workspace: borrowing FitWorkspace) -> Bool { false }
    public func residentEffects(
        of pick: Pick, device: Int, isFirstOnDevice: Bool, _ rules: PodRules, into effects: (DeviceEffect) -> Void
    ) {}
    public func restoredEffects(_ restored: RestoredPod, into effects: (DeviceEffect) -> Void) {}
    public func didPlace(_ pick: Pick, device: Int, _ rules: PodRules, table: DeviceTable) {}
    public func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {}
    public func allocatedType(of record: DeviceRecord) -> String { commonWord }
    public func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON? { nil }

    public func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        standardSyntheticDevices(group, type: group.model.isEmpty ? commonWord : group.model)
    }

    /// Devices `<node>-<word>-<i>`, NUMA nodes in equal runs.
    func standardSyntheticDevices(_ group: SyntheticDeviceGroup, type: String) -> [DeviceRecord] {
        (0..<group.devices).map { number in
            DeviceRecord(
                id: "\(group.nodeName)-\(commonWord)-\(number)", index: UInt64(number), slots: group.slots,
                memoryMiB: group.memoryMiB, cores: group.cores, type: type,
                numa: group.numaNodes > 1 ? number * group.numaNodes / max(group.devices, 1) : 0, mode: "hami-core",
                vendorWord: commonWord)
        }
    }

    // MARK: Building blocks

    /// True when the count resource stands in the container's limits.
    func countIsInLimits(_ container: Container) -> Bool { container.limit(resources.count) != nil }

    /// HAMi's health rule over a handshake annotation.
    ///
    /// - Source: hami-core.md 2.3
    func handshakeHealth(of node: Node, now: WallClock, countResource: String) -> NodeHealth {
        guard let value = node.metadata.annotations[annotations.handshake], value.containsText("Requesting") else {
            return .healthy
        }
        guard let underscore = value.firstIndex(of: "_"),
            let requested = localTime(String(value[value.index(after: underscore)...]))
        else { return .healthyWithoutUpdate }
        if now.unixSeconds + now.offsetSeconds < requested + 60 { return .healthyWithoutUpdate }
        let allocatable = node.allocatable[countResource]?.roundedUp ?? 0
        return allocatable > 0 ? .healthyWithoutUpdate : .unhealthy
    }
}

extension Vendor {
    /// Why devices that a node shows are not used, for a node that ``health(of:now:)`` calls unhealthy; nil where it shows
    /// none.
    public func reasonForNotUsing(_ node: Node) -> String? {
        let allocatable = node.allocatable[resources.count]?.sign ?? 0
        let capacity = node.capacity[resources.count]?.sign ?? 0
        if allocatable > 0 && capacity <= 0 {
            return "\(resources.count) is in status.allocatable but not in status.capacity"
        }
        let isRegistered = !annotations.register.isEmpty && node.metadata.annotations[annotations.register] != nil
        guard isRegistered, let handshake = node.metadata.annotations[annotations.handshake] else { return nil }
        let time = handshake.firstIndex(of: "_").map { handshake[handshake.index(after: $0)...] } ?? handshake[...]
        return "the handshake of \(time) was not answered and \(resources.count) is not allocatable"
    }
}

/// Seconds of `YYYY-MM-DD hh:mm:ss` as if it were UTC; nil if the text is no such time.
func localTime(_ text: String) -> Int64? { CivilTime.unixSeconds(text.utf8) }
