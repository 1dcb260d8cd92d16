import JSONText
import DeviceTable
import PlacementModel

/// Kunlun whole cards: wings of four and their interconnects.
///
/// The choice of cards is in KunlunTopology.swift, shared with the virtual cards of KunlunVXPU.swift.
/// - Source: hami-vendors.md 3.8
struct Kunlun: Vendor {
    static let cardMemoryMiB: Int32 = 98304

    let resources: ResourceNames
    let commonWord = "kunlun"
    var nodeLock: NodeLockRule? { nil }
    let displayName = "Kunlun XPU"
    let annotations = AnnotationKeys(
        allocated: "hami.io/kunlun-allocated", useUUID: ["hami.io/use-xpu-uuid", "baidu.com/use-gpuuuid"],
        noUseUUID: ["hami.io/no-use-xpu-uuid", "baidu.com/nouse-gpuuuid"], others: ["BAIDU_COM_DEVICE_IDX"])
    let capabilities = VendorCapabilities(
        memory: "whole", cores: "whole", numa: "wings", topology: "wings and interconnects", mutex: "inherent",
        nodeScore: "yes (up to 3000)")
    let rules = [
        "1, 2, 4 or 8 whole cards, from one wing of four where it can be, else over interconnected pairs",
        "node score prefers placements that leave wings whole",
    ]
    let nodeScoreShape = NodeScoreShape.dependsOnRequest

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            Kunlun(
                resources: ResourceNames(count: configuration.text("kunlun", "resourceCountName", "kunlunxin.com/xpu")))
        ]
    }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        countIsInLimits(container)
    }

    func advertise(_ devices: [DeviceRecord], on node: inout Node) {
        node.offer(resources.count, Int64(devices.count))
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        let count = try capacity(resources.count, of: node)
        return try capacityDevices(vcores: count, perDevice: 1) { number in
            DeviceRecord(
                id: "\(node.name)-kunlun-\(number)", index: UInt64(number), slots: 100,
                memoryMiB: Self.cardMemoryMiB, cores: 100, type: commonWord,
                numa: Int64(number) >= count / 2 ? 1 : 0, vendorWord: commonWord)
        }
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let count = container.limitOrRequest(resources.count)?.exactInt64 else { return nil }
        return DeviceRequest(
            vendor: VendorID(0), devices: Int32(truncatingIfNeeded: count), memoryMiB: 0, memoryPercent: 100, cores: 0)
    }

    var checksSlots: Bool { false }
    var refusalsLast: Bool { false }

    func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand {
        DeviceDemand(devices: request.devices, cores: .idle)
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        var mismatches: Int32 = 0
        for place in 0..<workspace.bucketCount {
            let device = Int(workspace.bucket[place])
            let isAllowed = rules.allowsUUID(workspace.uuid[device])
            if !isAllowed { mismatches += 1 }
            workspace.scratch[place] =
                isAllowed && workspace.used[device] == 0 && workspace.isHealthy(device) ? 1 : 0
        }
        let count = KunlunTopology.choose(Int(request.devices), &workspace)
        if count == 0 {
            KunlunTopology.fail(mismatches: mismatches, &workspace)
            return false
        }
        KunlunTopology.take(count, &workspace) { device, workspace in
            (workspace.totalMemoryMiB[device], workspace.totalCores[device])
        }
        return true
    }

    /// Within a decision only the slot is charged.
    func addUsage(_ pick: inout Pick, on device: Int, _ rules: PodRules, _ workspace: inout FitWorkspace) -> Bool {
        workspace.used[device] &+= 1
        return true
    }

    func nodeScore(
        vendor: VendorID, _ rules: PodRules, nodePolicy: String, _ workspace: borrowing FitWorkspace
    ) -> Float {
        var before = Wings()
        for device in 0..<workspace.deviceCount {
            let isOurs =
                workspace.exactVendor[device] == Int16(vendor.rawValue)
                || workspace.table.types[workspace.type[device]].containsText(commonWord)
            if !isOurs { return 0 }
            if workspace.usedBefore[device] > 0 { before.add(workspace.index[device]) }
        }
        var taken = Wings()
        for device in 0..<workspace.deviceCount
        where workspace.hasPick(of: vendor, where: { $0.device == Int32(device) }) {
            taken.add(workspace.index[device])
        }
        switch taken.bubble - before.bubble {
        case -1: return 3000
        case 0: return 2000
        case 2: return 0
        default: return 1000
        }
    }

    func nodeScoreBounds(
        _ request: DeviceRequest, _ rules: PodRules, nodePolicy: String, largestIdleGroup: Int,
        _ workspace: borrowing FitWorkspace
    ) -> ClosedRange<Float>? { 0...3000 }

    /// Cards in use on the two wings.
    private struct Wings {
        var left = 0
        var right = 0

        mutating func add(_ index: UInt64) { if index < 4 { left += 1 } else { right += 1 } }

        /// How broken the wings are: a full wing counts 0, a wing with one card 2, any other 1.
        var bubble: Int {
            if left == 0 && right == 0 { return 1 }
            func part(_ count: Int) -> Int { count == 4 ? 0 : (count == 1 ? 2 : 1) }
            return part(left) + part(right)
        }
    }

    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {
        if let devices = placement.containers.last(where: { !$0.isEmpty }) {
            annotations["BAIDU_COM_DEVICE_IDX"] = devices.map { String($0.record.index) }.joined(separator: ",")
        }
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        var group = group
        group.slots = 100
        group.memoryMiB = Self.cardMemoryMiB
        group.cores = 100
        group.numaNodes = 2
        return standardSyntheticDevices(group, type: commonWord)
    }
}
