import JSONText
import DeviceTable
import PlacementModel

/// Vastai: cards or single dies, shared by slots; dies of one card are kept together.
///
/// Facts: `group` = card (AIC) symbol, flags tell what the register said.
/// - Source: hami-vendors.md 3.14
struct Vastai: Vendor {
    let resources: ResourceNames
    let commonWord = "Vastai"
    let displayName = "Vastai"
    let annotations = AnnotationKeys(
        register: "hami.io/node-va-register", handshake: "hami.io/node-handshake-va",
        toAllocate: "hami.io/Vastai-devices-to-allocate", allocated: "hami.io/Vastai-devices-allocated",
        useUUID: ["vastaitech.com/use-gpuuuid"], noUseUUID: ["vastaitech.com/nouse-gpuuuid"])
    let capabilities = VendorCapabilities(
        memory: "no", cores: "no", topology: "card of dies", mutex: "yes (with siblings)",
        nodeScore: "share of one card")
    let rules = [
        "cards or dies are shared by slots alone",
        "in die mode several dies come from the card with the most free dies first",
        "mutex also refuses dies whose card has another die in use",
    ]
    let nodeScoreShape = NodeScoreShape.dependsOnPicks

    /// What the register says of a device.
    private struct Flags: OptionSet {
        let rawValue: UInt32
        static let hasCustom = Flags(rawValue: 1)
        static let isDie = Flags(rawValue: 2)
        static let hasOtherStrategy = Flags(rawValue: 4)
        static let hasCard = Flags(rawValue: 8)
        static let hasCardText = Flags(rawValue: 16)
    }

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            Vastai(
                resources: ResourceNames(count: configuration.text("vastai", "resourceCountName", "vastaitech.com/va")))
        ]
    }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        countIsInLimits(container)
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        try jsonRegister(of: node, parser: parser).map { record in
            var record = record
            record.cores = 100
            return record
        }
    }

    func health(of node: Node, now: WallClock) -> NodeHealth {
        handshakeHealth(of: node, now: now, countResource: resources.count)
    }

    func facts(of record: DeviceRecord, symbols: inout SymbolTable) -> DeviceFacts {
        guard let custom = record.customInfo else { return DeviceFacts(group: -1) }
        var flags: Flags = .hasCustom
        if let strategy = custom["DeviceStrategy"]?.string {
            flags.insert(strategy == "die" ? .isDie : .hasOtherStrategy)
        }
        var group: Symbol = -1
        if let card = custom["AIC"] {
            flags.insert(.hasCard)
            if let text = card.string {
                flags.insert(.hasCardText)
                group = symbols.intern("card:" + text)
            }
        }
        return DeviceFacts(group: group, flags: flags.rawValue)
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let count = container.limitOrRequest(resources.count)?.exactInt64 else { return nil }
        return DeviceRequest(
            vendor: VendorID(0), devices: Int32(truncatingIfNeeded: count), memoryMiB: 0, memoryPercent: 100, cores: 0)
    }

    private func flags(_ device: Int, _ workspace: borrowing FitWorkspace) -> Flags {
        Flags(rawValue: workspace.facts[device].flags)
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        let inDieMode = workspace.bucketCount > 0 && flags(Int(workspace.bucket[0]), workspace).contains(.isDie)
        let wanted = Int(request.devices)
        var position = workspace.bucketCount - 1
        while position >= 0 {
            let device = Int(workspace.bucket[position])
            position -= 1
            if !workspace.isHealthy(device) {
                workspace.reject(.cardNotHealth)
            } else if !rules.allowsUUID(workspace.uuid[device]) {
                workspace.reject(.cardUuidMismatch)
            } else if workspace.slots[device] <= workspace.used[device] {
                workspace.reject(.cardTimeSlicingExhausted)
            } else if policy.isMutex && (workspace.used[device] > 0 || (inDieMode && hasUsedSibling(device, workspace)))
            {
                workspace.reject(.exclusiveDeviceAllocateConflict)
            } else {
                workspace.take(Pick(device: Int32(device), memoryMiB: 0, cores: 0))
                if !inDieMode && workspace.fitCount == wanted { return true }
            }
        }
        if !inDieMode || workspace.fitCount < wanted { return StandardFit.fail(&workspace) }
        if workspace.fitCount > wanted {
            if wanted == 1 {
                workspace.keepPicks(1)
            } else {
                workspace.takeLargestGroups(wanted) { device, workspace in
                    flags(device, workspace).contains(.hasCardText) ? workspace.facts[device].group : nil
                }
            }
        }
        return true
    }

    private func hasUsedSibling(_ device: Int, _ workspace: borrowing FitWorkspace) -> Bool {
        guard flags(device, workspace).contains(.hasCardText) else { return false }
        for place in 0..<workspace.bucketCount {
            let other = Int(workspace.bucket[place])
            if flags(other, workspace).contains(.hasCardText)
                && workspace.facts[other].group == workspace.facts[device].group && workspace.used[other] > 0
            {
                return true
            }
        }
        return false
    }

    func nodeScore(
        vendor: VendorID, _ rules: PodRules, nodePolicy: String, _ workspace: borrowing FitWorkspace
    ) -> Float {
        var score: Float = 0
        for entry in 0..<workspace.entryCount where workspace.entries[entry].vendor == vendor.rawValue {
            let count = Int(workspace.entries[entry].pickCount)
            if count == 0 { continue }
            let first = Int(workspace.entries[entry].firstPick)
            for pick in first..<first + count {
                let known = flags(Int(workspace.picks[pick].device), workspace)
                if !known.contains(.hasCustom) || known.contains(.hasOtherStrategy) || !known.contains(.hasCard) {
                    return 0
                }
            }
            let (largest, total) = workspace.largestGroup(of: entry) { device, workspace in
                flags(device, workspace).contains(.hasCardText) ? workspace.facts[device].group : nil
            }
            if total > 0 { score += Float(largest) / Float(total) }
        }
        return score
    }

    func nodeScoreBounds(
        _ request: DeviceRequest, _ rules: PodRules, nodePolicy: String, largestIdleGroup: Int,
        _ workspace: borrowing FitWorkspace
    ) -> ClosedRange<Float>? { 0...1 }

    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON? {
        record.customInfo
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        standardSyntheticDevices(group, type: commonWord).map { record in
            var record = record
            record.cores = 100
            record.customInfo = ["DeviceStrategy": "die", "AIC": .string(String(record.index / 2))]
            return record
        }
    }
}
