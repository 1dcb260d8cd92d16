import JSONText
import DeviceTable
import PlacementModel

/// Iluvatar: one device type per configured model, comma register, 256 MiB memory units.
///
/// - Source: hami-vendors.md 3.3
struct Iluvatar: Vendor {
    let commonWord: String
    let resources: ResourceNames
    let annotations: AnnotationKeys
    let displayName: String
    let memoryUnitMiB: Int32 = 256
    let capabilities = VendorCapabilities(memory: "yes", cores: "yes")
    let rules = [
        "vMem counts in units of 256 MiB; without it a pod takes the whole card's memory",
        "vCore defaults to 0 (shareable); a container with several cards gets 100 per card at admission",
    ]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        guard let chips = configuration.list("iluvatars") else {
            return ["MR-V100", "MR-V50", "BI-V150", "BI-V100"].map { word in
                Iluvatar(
                    word,
                    ResourceNames(
                        count: "iluvatar.ai/\(word)-vgpu", memory: "iluvatar.ai/\(word).vMem",
                        cores: "iluvatar.ai/\(word).vCore", memoryFactor: 256))
            }
        }
        return chips.map { chip in
            Iluvatar(
                chip.text("commonWord"),
                ResourceNames(
                    count: chip.text("resourceCountName"),
                    memory: chip.text("resourceMemoryName"),
                    cores: chip.text("resourceCoreName"), memoryFactor: 256))
        }
    }

    init(_ word: String, _ resources: ResourceNames) {
        commonWord = word
        self.resources = resources
        displayName = "Iluvatar \(word)"
        annotations = AnnotationKeys(
            register: "hami.io/node-\(word)-register", handshake: "hami.io/node-handshake-\(word)",
            toAllocate: "hami.io/\(word)-devices-to-allocate", allocated: "hami.io/\(word)-devices-allocated",
            useUUID: ["hami.io/use-\(word)-uuid"], noUseUUID: ["hami.io/no-use-\(word)-uuid"])
    }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        guard let count = container.limit(resources.count) else { return false }
        if count.roundedUp > 1 {
            container.limits[resources.cores] = Quantity(integer: count.roundedUp &* 100)
        }
        let variable = "SOL_CONTINER_NAME"
        if !container.name.isEmpty, !container.environmentNames.contains(variable),
            !container.addedEnvironment.contains(where: { $0.name == variable })
        {
            container.addedEnvironment.append(EnvironmentVariable(name: variable, value: container.name))
        }
        return true
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
        guard let count = container.limitOrRequest(resources.count)?.exactInt64 else { return nil }
        guard let memoryMiB = unitMemory(container, unitMiB: 256) else { return nil }
        let cores =
            container.limitOrRequest(resources.cores)?.exactInt64.map { Int32(truncatingIfNeeded: $0) } ?? 0
        return DeviceRequest(
            vendor: VendorID(0), devices: Int32(truncatingIfNeeded: count), memoryMiB: memoryMiB,
            memoryPercent: memoryMiB == 0 ? 100 : 0, cores: cores)
    }

    var standardFit: StandardFit? { StandardFit() }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        standardFit!.run(request, rules, policy, &workspace)
    }
}
