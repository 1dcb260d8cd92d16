import JSONText
import DeviceTable
import PlacementModel

/// Cambricon MLU: devices derived from capacity, 256 MiB memory units, quota checked per device.
///
/// - Source: hami-vendors.md 3.1
struct Cambricon: Vendor {
    let resources: ResourceNames
    let commonWord = "MLU"
    var nodeLock: NodeLockRule? {
        NodeLockRule(key: "cambricon.com/dsmlu.lock", namesOwner: false, expirySeconds: 120)
    }
    let displayName = "Cambricon MLU"
    let memoryUnitMiB: Int32 = 256
    let annotations = AnnotationKeys(
        toAllocate: "hami.io/cambricon-mlu-devices-to-allocate",
        allocated: "hami.io/cambricon-mlu-devices-allocated",
        useUUID: ["cambricon.com/use-gpuuuid"], noUseUUID: ["cambricon.com/nouse-gpuuuid"],
        others: ["CAMBRICON_DSMLU_ASSIGNED", "CAMBRICON_DSMLU_PROFILE", "cambricon.com/dsmlu.lock"])
    let capabilities = VendorCapabilities(memory: "yes", cores: "yes")
    let rules = [
        "one device per started 100 vcores of the node's capacity, memory shared out evenly",
        "vmemory counts in units of 256 MiB; without it a pod takes the whole card's memory",
        "vcore defaults to 100; 100 needs an idle card",
        "namespace quota is checked for each device",
    ]
    let standardFit: StandardFit?

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        let names = ResourceNames(
            count: configuration.text("cambricon", "resourceCountName", "cambricon.com/vmlu"),
            memory: configuration.text("cambricon", "resourceMemoryName", "cambricon.com/mlu.smlu.vmemory"),
            cores: configuration.text("cambricon", "resourceCoreName", "cambricon.com/mlu.smlu.vcore"),
            memoryFactor: 256)
        return [Cambricon(names)]
    }

    init(_ resources: ResourceNames) {
        self.resources = resources
        var rule = StandardFit()
        rule.quotaNames = resources
        standardFit = rule
    }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        countIsInLimits(container)
    }

    func advertise(_ devices: [DeviceRecord], on node: inout Node) {
        node.offer(resources.count, Int64(devices.count))
        node.offer(resources.cores, Int64(devices.count) * 100)
        node.offer(resources.memory, devices.reduce(0) { $0 + Int64($1.memoryMiB) / 256 })
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        let vcores = try capacity(resources.cores, of: node)
        let memoryUnits = node.capacity[resources.memory]?.exactInt64 ?? 0
        return try capacityDevices(vcores: vcores, perDevice: 100) { number in
            DeviceRecord(
                id: "\(node.name)-cambricon-mlu-\(number)", index: UInt64(number), slots: 100,
                memoryMiB: Self.memoryMiB(units: memoryUnits, unitMiB: 256, of: vcores, perDevice: 100), cores: 100,
                type: commonWord,
                vendorWord: commonWord)
        }
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let count = container.limitOrRequest(resources.count)?.exactInt64 else { return nil }
        guard let memoryMiB = unitMemory(container, unitMiB: 256) else { return nil }
        let cores =
            container.limitOrRequest(resources.cores)?.exactInt64.map { Int32(truncatingIfNeeded: $0) } ?? 100
        return DeviceRequest(
            vendor: VendorID(0), devices: Int32(truncatingIfNeeded: count), memoryMiB: memoryMiB,
            memoryPercent: memoryMiB == 0 ? 100 : 0, cores: cores)
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        standardFit!.run(request, rules, policy, &workspace)
    }

    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {
        annotations["CAMBRICON_DSMLU_ASSIGNED"] = "false"
        if let device = placement.containers.first(where: { !$0.isEmpty })?.first {
            annotations["CAMBRICON_DSMLU_PROFILE"] = "\(device.record.index)_\(device.cores)_\(device.memoryMiB / 256)"
        }
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        standardSyntheticDevices(group, type: commonWord)
    }
}
