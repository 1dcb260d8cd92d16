import JSONText
import DeviceTable
import PlacementModel

/// Hygon DCU: comma register, filters by type and id.
///
/// - Source: hami-vendors.md 3.2
struct Hygon: Vendor {
    let resources: ResourceNames
    let commonWord = "DCU"
    let displayName = "Hygon DCU"
    let annotations = AnnotationKeys(
        register: "hami.io/node-dcu-register", handshake: "hami.io/node-handshake-dcu",
        toAllocate: "hami.io/dcu-devices-to-allocate", allocated: "hami.io/dcu-devices-allocated",
        useUUID: ["hygon.com/use-gpuuuid"], noUseUUID: ["hygon.com/nouse-gpuuuid"],
        useType: "hygon.com/use-dcutype", noUseType: "hygon.com/nouse-dcutype")
    let capabilities = VendorCapabilities(memory: "yes", cores: "yes", typeFilter: true)
    let rules = [
        "dcumem counts in MiB (times memoryFactor); without it a pod takes the whole card's memory",
        "dcucores defaults to 100; 100 needs an idle card",
    ]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            Hygon(
                resources: ResourceNames(
                    count: configuration.text("hygon", "resourceCountName", "hygon.com/dcunum"),
                    memory: configuration.text("hygon", "resourceMemoryName", "hygon.com/dcumem"),
                    cores: configuration.text("hygon", "resourceCoreName", "hygon.com/dcucores"),
                    memoryFactor: DeviceShareAmount(nearest: configuration.integer("hygon", "memoryFactor", 1)).int32))
        ]
    }

    var memoryUnitMiB: Int32 { max(resources.memoryFactor, 1) }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        countIsInLimits(container)
    }

    func advertise(_ devices: [DeviceRecord], on node: inout Node) {
        node.metadata.annotations[annotations.register] = encodeCSVRegister(devices)
        node.offer(resources.count, devices.reduce(0) { $0 + Int64($1.slots) })
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        try csvRegister(of: node)
    }

    func health(of node: Node, now: WallClock) -> NodeHealth {
        handshakeHealth(of: node, now: now, countResource: resources.count)
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let devices = positiveCount(container.limitOrRequest(resources.count)) else { return nil }
        var memoryMiB: Int64 = 0
        if let units = container.limitOrRequest(resources.memory)?.exactInt64 {
            guard units >= 0, units <= Int64(Int32.max) else { return nil }
            memoryMiB = resources.memoryFactor > 1 ? units * Int64(resources.memoryFactor) : units
            guard memoryMiB <= Int64(Int32.max) else { return nil }
        }
        var cores: Int64 = 100
        if let percent = container.limitOrRequest(resources.cores)?.exactInt64 {
            guard percent >= 0, percent <= Int64(Int32.max) else { return nil }
            cores = percent
        }
        return DeviceRequest(
            vendor: VendorID(0), devices: devices, memoryMiB: Int32(memoryMiB),
            memoryPercent: memoryMiB == 0 ? 100 : 0, cores: Int32(cores))
    }

    var standardFit: StandardFit? { StandardFit() }

    func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules {
        var rules = PodRules()
        rules.uuidFilters = uuidFilters(of: pod, symbols: &symbols)
        rules.typeFilter = TypeFilter(pod: pod, useKey: annotations.useType, noUseKey: annotations.noUseType)
        return rules
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        standardFit!.run(request, rules, policy, &workspace) { device, workspace in
            rules.allowsType(of: device, workspace)
        }
    }
}
