import JSONText
import DeviceTable
import PlacementModel

/// Biren: JSON register, cards shared by slots alone.
///
/// - Source: hami-vendors.md 3.15
struct Biren: Vendor {
    let resources: ResourceNames
    let commonWord = "Biren"
    let displayName = "Biren"
    let annotations = AnnotationKeys(
        register: "hami.io/node-biren-register", handshake: "hami.io/node-handshake-biren",
        toAllocate: "hami.io/Biren-devices-to-allocate", allocated: "hami.io/Biren-devices-allocated",
        useUUID: ["birentech.com/use-gpuuuid"], noUseUUID: ["birentech.com/nouse-gpuuuid"])
    let capabilities = VendorCapabilities(memory: "no", cores: "no")
    let rules = ["cards are shared by slots alone: neither memory nor cores are counted"]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [Biren(resources: ResourceNames(count: configuration.text("biren", "resourceCountName", "birentech.com/gpu")))]
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

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let count = container.limitOrRequest(resources.count)?.exactInt64 else { return nil }
        return DeviceRequest(
            vendor: VendorID(0), devices: Int32(truncatingIfNeeded: count), memoryMiB: 0, memoryPercent: 100, cores: 0)
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        standardFit!.run(request, rules, policy, &workspace)
    }

    var standardFit: StandardFit? {
        var rule = StandardFit()
        rule.checksCapacity = false
        rule.clampsCores = false
        return rule
    }

    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON? {
        record.customInfo
    }
}
