import JSONText
import DeviceTable
import PlacementModel

/// MetaX shared GPUs: QoS classes, online and offline pods, link zones.
///
/// Facts: `group` = link zone, `detail` = QoS symbol. The vendor lane holds the QoS during a decision. Fit and score are
/// in MetaXSGPU+Fit.swift.
/// - Source: hami-vendors.md 3.6
struct MetaXSGPU: Vendor {
    static let qosAnnotation = "metax-tech.com/sgpu-qos-policy"
    static let classAnnotation = "metax-tech.com/sgpu-app-class"
    static let topologyAnnotation = "metax-tech.com/sgpu-topology-aware"
    static let registerAnnotation = "metax-tech.com/node-gpu-devices"
    static let classes = ["online", "offline"]
    static let qosPolicies = ["best-effort", "fixed-share", "burst-share"]

    let resources: ResourceNames
    let isTopologyAware: Bool
    /// Pods of either class on a card.
    var onlinePods = CountColumn.undeclared
    var offlinePods = CountColumn.undeclared
    /// The QoS that a card is expected to change to.
    var expectedQoS = SymbolColumn.undeclared
    let commonWord = "Metax-SGPU"
    let displayName = "MetaX sGPU"
    let memoryUnitMiB: Int32 = 1024
    let annotations = AnnotationKeys(
        register: registerAnnotation, toAllocate: "hami.io/metax-sgpu-devices-to-allocate",
        allocated: "hami.io/metax-sgpu-devices-allocated", useUUID: ["metax-tech.com/use-gpuuuid"],
        noUseUUID: ["metax-tech.com/nouse-gpuuuid"],
        others: [
            qosAnnotation, classAnnotation, topologyAnnotation, "metax-tech.com/gpu-devices-allocated",
            "metax-tech.com/predicate-time",
        ])
    let capabilities = VendorCapabilities(
        memory: "yes", cores: "yes (not online pods)", topology: "link zone", nodeScore: "yes (times 10000)")
    let rules = [
        "vmemory: a bare number counts GiB, a quantity with a unit bytes; without it the whole memory",
        "vcore defaults to 100; 100 needs an idle card",
        "a used card takes pods of its own QoS policy only, or whole-core pods",
        "online and offline pods keep cards to their kind; online pods take no cores",
        "whole-core pods with several cards stay inside a link zone where they can",
    ]
    let nodeScoreShape = NodeScoreShape.dependsOnPicks
    let isPolicyNeutralScorer = true
    let hasResidentEffects = true

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            MetaXSGPU(
                resources: ResourceNames(
                    count: configuration.text("metax", "resourceVCountName", "metax-tech.com/sgpu"),
                    memory: configuration.text("metax", "resourceVMemoryName", "metax-tech.com/vmemory"),
                    cores: configuration.text("metax", "resourceVCoreName", "metax-tech.com/vcore"),
                    memoryFactor: 1024),
                isTopologyAware: configuration.flag("metax", "sgpuTopologyAware", false))
        ]
    }

    // MARK: Admission and request

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        guard let count = container.limit(resources.count) else { return false }
        let appClass = pod.metadata.annotations[Self.classAnnotation]
        if let appClass {
            guard Self.classes.contains(appClass) else {
                throw AdmissionError("\(Self.classAnnotation) must be set one of [online, offline]")
            }
            guard count.roundedUp == 1 else { throw AdmissionError("app-class pod must request single device") }
        }
        if appClass != "online" {
            if let qos = pod.metadata.annotations[Self.qosAnnotation] {
                guard Self.qosPolicies.contains(qos) else {
                    throw AdmissionError(
                        "\(Self.qosAnnotation) must be set one of [\(Self.qosPolicies.joined(separator: ", "))]")
                }
            } else {
                pod.metadata.annotations[Self.qosAnnotation] = "best-effort"
            }
        }
        return true
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let devices = positiveCount(container.limit(resources.count)) else { return nil }
        var cores: Int32 = 100
        if let value = container.limit(resources.cores)?.exactInt64 {
            guard value >= 0, value <= Int64(Int32.max) else { return nil }
            cores = Int32(value)
        }
        var memoryMiB: Int64 = 0
        if let quantity = container.limit(resources.memory), let value = quantity.exactInt64 {
            if quantity.canonical.unicodeScalars.contains(where: { $0.properties.isAlphabetic }) {
                memoryMiB = value / 1024 / 1024
            } else {
                guard value >= 0, value <= 2_097_151 else { return nil }
                memoryMiB = value * 1024
            }
            guard memoryMiB >= 0, memoryMiB <= Int64(Int32.max) else { return nil }
        }
        return DeviceRequest(
            vendor: VendorID(0), devices: devices, memoryMiB: Int32(memoryMiB),
            memoryPercent: memoryMiB == 0 ? 100 : 0, cores: cores)
    }

    func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules {
        var rules = PodRules()
        rules.uuidFilters = uuidFilters(of: pod, symbols: &symbols)
        let annotations = pod.metadata.annotations
        var flags: Flags = []
        switch annotations[Self.classAnnotation] {
        case nil: break
        case "online": flags = [.hasClass, .online]
        case "offline": flags = [.hasClass, .offline]
        default: flags = [.hasClass]
        }
        let wish = annotations[Self.topologyAnnotation].flatMap(parseBool)
        if wish ?? isTopologyAware { flags.insert(.topology) }
        rules.flags = flags.rawValue
        rules.symbol = symbols.intern(annotations[Self.qosAnnotation] ?? "")
        rules.secondSymbol = symbols.intern("")
        return rules
    }

    /// What a pod's annotations say, as rule flags.
    struct Flags: OptionSet {
        let rawValue: UInt32
        static let hasClass = Flags(rawValue: 1)
        static let online = Flags(rawValue: 2)
        static let offline = Flags(rawValue: 4)
        static let topology = Flags(rawValue: 8)
    }

    // MARK: Discovery

    func advertise(_ devices: [DeviceRecord], on node: inout Node) {
        var writer = JSONWriter(escapeHTML: false)
        writer.value(
            .array(
                devices.map { device in
                    [
                        "uuid": .string(device.id), "model": device.customInfo?["Model"] ?? "",
                        "totalDevCount": .int(Int64(device.slots)), "totalCompute": .int(Int64(device.cores)),
                        "totalVRam": .int(Int64(device.memoryMiB)), "numa": .int(Int64(device.numa)),
                        "healthy": .bool(device.isHealthy), "qosPolicy": device.customInfo?["QosPolicy"] ?? "",
                        "linkZone": device.customInfo?["LinkZone"] ?? .int(0),
                    ]
                }))
        node.metadata.annotations[Self.registerAnnotation] = writer.text
        node.offer(resources.count, devices.reduce(0) { $0 + Int64($1.slots) })
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        guard let text = node.metadata.annotations[Self.registerAnnotation] else {
            throw DiscoveryError("annos not found \(Self.registerAnnotation)")
        }
        guard let root = try? parser.parse(text), root.kind == .array || root.isNull else {
            throw DiscoveryError("\(Self.registerAnnotation) is no list of devices", isMalformed: true)
        }
        var devices: [DeviceRecord] = []
        if root.isNull { throw DiscoveryError("no device found on node") }
        for element in root.elements {
            guard let record = record(element, index: devices.count) else {
                throw DiscoveryError(
                    "\(Self.registerAnnotation): device \(devices.count) has a bad field", isMalformed: true)
            }
            devices.append(record)
        }
        if devices.isEmpty { throw DiscoveryError("no device found on node") }
        return devices
    }

    private func record(_ element: JSONValue, index: Int) -> DeviceRecord? {
        guard element.kind == .object else { return nil }
        var record = DeviceRecord(
            id: "", index: UInt64(index), type: commonWord, isHealthy: false, vendorWord: commonWord)
        var qos = ""
        var model = ""
        var zone: Int32 = 0
        var isValid = true
        func set<Value>(_ value: Value?, _ assign: (Value) -> Void) {
            if let value { assign(value) } else { isValid = false }
        }
        element.forEachMember { key, value in
            if value.isNull { return }
            switch GoField(key) {
            case "uuid": set(value.string) { record.id = $0 }
            case "bdf": set(value.string) { _ in }
            case "model": set(value.string) { model = $0 }
            case "totaldevcount": set(value.int32) { record.slots = $0 }
            case "totalcompute": set(value.int32) { record.cores = $0 }
            case "totalvram": set(value.int32) { record.memoryMiB = $0 }
            case "availabledevcount", "availablecompute", "availablevram": set(value.int32) { _ in }
            case "numa": set(value.int32) { record.numa = Int($0) }
            case "healthy": set(value.bool) { record.isHealthy = $0 }
            case "qospolicy": set(value.string) { qos = $0 }
            case "linkzone": set(value.int32) { zone = $0 }
            default: break
            }
        }
        guard isValid else { return nil }
        record.customInfo = ["QosPolicy": .string(qos), "Model": .string(model), "LinkZone": .int(Int64(zone))]
        return record
    }

    func health(of node: Node, now: WallClock) -> NodeHealth {
        node.metadata.annotations[Self.registerAnnotation] == nil ? .unhealthy : .healthy
    }

    func facts(of record: DeviceRecord, symbols: inout SymbolTable) -> DeviceFacts {
        DeviceFacts(
            group: Int32(truncatingIfNeeded: record.customInfo?["LinkZone"]?.int64 ?? 0),
            detail: symbols.intern(record.customInfo?["QosPolicy"]?.string ?? ""))
    }

    // MARK: After placement

    mutating func declareColumns(_ columns: inout VendorColumns) {
        onlinePods = columns.count("online pods")
        offlinePods = columns.count("offline pods")
        expectedQoS = columns.symbol("expected QoS")
    }

    func residentEffects(
        of pick: Pick, device: Int, isFirstOnDevice: Bool, _ rules: PodRules, into effects: (DeviceEffect) -> Void
    ) {
        let flags = Flags(rawValue: rules.flags)
        if isFirstOnDevice && (flags.contains(.online) || flags.contains(.offline)) {
            effects(.count(flags.contains(.online) ? onlinePods : offlinePods, device: device))
        }
    }

    func restoredEffects(_ restored: RestoredPod, into effects: (DeviceEffect) -> Void) {
        let appClass = restored.pod.metadata.annotations[Self.classAnnotation]
        guard let appClass, Self.classes.contains(appClass) else { return }
        for device in restored.devices {
            effects(.count(appClass == "online" ? onlinePods : offlinePods, device: device))
        }
    }

    /// A card whose registered QoS differs from what the pod brings is expected to change.
    func didPlace(_ pick: Pick, device: Int, _ rules: PodRules, table: DeviceTable) {
        if Flags(rawValue: rules.flags).contains(.online) { return }
        let expected = pick.cores == 100 ? rules.secondSymbol : rules.symbol
        if pick.detail != expected { table.set(expectedQoS, expected, device: device) }
    }

    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {
        var writer = JSONWriter()
        writer.beginArray()
        for devices in placement.containers {
            writer.beginArray()
            for device in devices {
                writer.beginObject()
                writer.key("uuid")
                writer.string(device.record.id)
                if device.cores != 0 {
                    writer.key("compute")
                    writer.int(device.cores)
                }
                if device.memoryMiB != 0 {
                    writer.key("vRam")
                    writer.int(device.memoryMiB)
                }
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endArray()
        annotations["metax-tech.com/gpu-devices-allocated"] = writer.text
        annotations["metax-tech.com/predicate-time"] = placement.now.nanosecondsText
    }

    func allocatedType(of record: DeviceRecord) -> String { record.type }

    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON? {
        guard case .object(var object)? = record.customInfo else { return record.customInfo }
        object["QosPolicy"] = .string(symbols[pick.detail])
        return .object(object)
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        standardSyntheticDevices(group, type: commonWord).map { record in
            var record = record
            record.mode = ""
            record.customInfo = [
                "QosPolicy": "", "Model": .string(group.model), "LinkZone": .int(Int64(record.index / 4 + 1)),
            ]
            return record
        }
    }
}
