import JSONText
import DeviceTable
import PlacementModel

/// Kunlun virtual cards: three slice sizes, one size per card, chosen over the same wings as whole cards.
///
/// - Source: hami-vendors.md 3.9
struct KunlunVXPU: Vendor {
    let resources: ResourceNames
    let commonWord = "XPU"
    let displayName = "Kunlun vXPU"
    let annotations = AnnotationKeys(
        register: "hami.io/node-register-xpu", handshake: "hami.io/node-handshake-xpu",
        toAllocate: "hami.io/xpu-devices-to-allocate", allocated: "hami.io/xpu-devices-allocated",
        useUUID: ["hami.io/use-xpu-uuid", "baidu.com/use-gpuuuid"],
        noUseUUID: ["hami.io/no-use-xpu-uuid", "baidu.com/nouse-gpuuuid"])
    let capabilities = VendorCapabilities(
        memory: "yes (3 sizes)", cores: "derived", numa: "wings", topology: "wings and interconnects")
    let rules = [
        "vxpu-memory is rounded up to 24576, 49152 or 98304 MiB; cores follow (25, 50, 100)",
        "a card holds slices of one size only; 1, 2, 4 or 8 cards from one wing where it can be",
    ]

    let slices = [
        MemorySlice(name: "quarter", memoryMiB: 24576), MemorySlice(name: "half", memoryMiB: 49152),
        MemorySlice(name: "whole", memoryMiB: 98304),
    ]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            KunlunVXPU(
                resources: ResourceNames(
                    count: configuration.text("kunlun", "resourceVCountName", "kunlunxin.com/vxpu"),
                    memory: configuration.text("kunlun", "resourceVMemoryName", "kunlunxin.com/vxpu-memory")))
        ]
    }

    /// The slice that holds `memoryMiB`; above the largest size it is the whole card.
    static func trim(_ memoryMiB: Int64) -> Int64 {
        memoryMiB <= 24576 ? 24576 : (memoryMiB <= 49152 ? 49152 : 98304)
    }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        guard countIsInLimits(container) else { return false }
        if let memory = container.limit(resources.memory)?.roundedUp {
            container.limits[resources.memory] = Quantity(integer: Self.trim(memory))
            container.requests[resources.memory] = Quantity(integer: Self.trim(memory))
        }
        return true
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        try jsonRegister(of: node, parser: parser)
    }

    func health(of node: Node, now: WallClock) -> NodeHealth {
        handshakeHealth(of: node, now: now, countResource: resources.count)
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let count = container.limitOrRequest(resources.count)?.exactInt64 else { return nil }
        let devices = Int32(truncatingIfNeeded: count)
        guard let memory = container.limitOrRequest(resources.memory)?.exactInt64 else {
            return DeviceRequest(
                vendor: VendorID(0), devices: devices, memoryMiB: Kunlun.cardMemoryMiB, memoryPercent: 100, cores: 100)
        }
        // At most 98,304 MiB, a hundredfold.
        let slice = Int32(Self.trim(memory))
        return DeviceRequest(
            vendor: VendorID(0), devices: devices, memoryMiB: slice, memoryPercent: 0,
            cores: slice * 100 / Kunlun.cardMemoryMiB)
    }

    var checksSlots: Bool { false }
    var refusalsLast: Bool { false }

    func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand {
        DeviceDemand(devices: request.devices, memoryMiB: request.memoryMiB)
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        var mismatches: Int32 = 0
        var conflicts: Int32 = 0
        for place in 0..<workspace.bucketCount {
            let device = Int(workspace.bucket[place])
            let isAllowed = rules.allowsUUID(workspace.uuid[device])
            let holds = holdsSlice(request.memoryMiB, device, workspace)
            let isFree = !policy.isMutex || workspace.used[device] == 0
            if !isAllowed { mismatches += 1 }
            if !isFree && holds { conflicts += 1 }
            workspace.scratch[place] = isAllowed && isFree && holds ? 1 : 0
        }
        let count = KunlunTopology.choose(Int(request.devices), &workspace)
        if count == 0 {
            KunlunTopology.fail(mismatches: mismatches, &workspace)
            if conflicts > 0 {
                workspace.clearReasons()
                workspace.setReason(.exclusiveDeviceAllocateConflict, count: conflicts)
                workspace.failure = .deviceReasons
            }
            return false
        }
        KunlunTopology.take(count, &workspace) { _, _ in (request.memoryMiB, request.cores) }
        return true
    }

    /// Healthy, room for the slice, and either idle or already cut into slices of this size.
    private func holdsSlice(_ memoryMiB: Int32, _ device: Int, _ workspace: borrowing FitWorkspace) -> Bool {
        let used = workspace.used[device]
        return workspace.isHealthy(device)
            && memoryMiB &+ workspace.usedMemoryMiB[device] <= workspace.totalMemoryMiB[device]
            && (used == 0 || workspace.usedMemoryMiB[device] / used == memoryMiB)
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        var group = group
        group.numaNodes = 2
        return standardSyntheticDevices(group, type: commonWord)
    }
}
