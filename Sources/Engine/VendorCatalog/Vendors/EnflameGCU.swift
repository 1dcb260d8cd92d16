import JSONText
import DeviceTable
import PlacementModel

/// Enflame GCU, whole cards derived from capacity.
///
/// - Source: hami-vendors.md 3.10
struct EnflameGCU: Vendor {
    let resources: ResourceNames
    let commonWord = "GCU"
    var nodeLock: NodeLockRule? { nil }
    let displayName = "Enflame GCU"
    let annotations = AnnotationKeys(
        toAllocate: "hami.io/enflame-gcu-devices-to-allocate", allocated: "hami.io/enflame-gcu-devices-allocated")
    let capabilities = VendorCapabilities(memory: "whole", cores: "whole", uuidFilter: false, mutex: "inherent")
    let rules = ["a card goes to one container as a whole; id filters have no effect"]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            EnflameGCU(
                resources: ResourceNames(count: configuration.text("enflame", "resourceNameGCU", "enflame.com/gcu")))
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
                id: "\(node.name)-GCU-\(number)", index: UInt64(number), slots: 1, memoryMiB: 100, cores: 100,
                type: commonWord, vendorWord: commonWord)
        }
    }

    func health(of node: Node, now: WallClock) -> NodeHealth {
        (node.capacity[resources.count]?.roundedUp ?? 0) > 0 ? .healthy : .unhealthy
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let count = container.limitOrRequest(resources.count)?.exactInt64 else { return nil }
        return DeviceRequest(
            vendor: VendorID(0), devices: Int32(truncatingIfNeeded: count), memoryMiB: 100, memoryPercent: 100,
            cores: 100)
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        standardFit!.run(request, rules, policy, &workspace)
    }

    var standardFit: StandardFit? {
        var rule = StandardFit()
        rule.checksUUID = false
        rule.checksSlots = false
        rule.checksMutex = false
        rule.clampsCores = false
        rule.checksCapacity = false
        rule.requiresIdle = true
        rule.flatMemoryMiB = 100
        rule.flatCores = 100
        return rule
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        var group = group
        group.slots = 1
        group.memoryMiB = 100
        group.cores = 100
        return standardSyntheticDevices(group, type: commonWord)
    }
}
