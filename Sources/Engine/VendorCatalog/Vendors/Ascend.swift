import JSONText
import DeviceTable
import PlacementModel

/// Huawei Ascend: one device type per configured chip; vNPU templates, soft split, card pairs, network groups.
///
/// Facts: `group` = network symbol; flags tell what the register said. Node facts: flags of `hami-vnpu-core`. Fit and score
/// are in Ascend+Fit.swift.
/// - Source: hami-vendors.md 3.7
struct Ascend: Vendor {
    static let modeAnnotation = "huawei.com/vnpu-mode"
    static let softSplitNodeAnnotation = "hami-vnpu-core"
    static let pairedWord = "Ascend910C"

    /// A memory slice that hard split can cut.
    struct Template: Sendable, Hashable {
        var name: String
        var memoryMiB: Int64
    }

    let commonWord: String
    let resources: ResourceNames
    let allocatableMiB: Int64
    let capacityMiB: Int64
    /// Ascending memory.
    let templates: [Template]
    let runtimeClassName: String
    let overwritesEnvironment: Bool
    let isSuperPod: Bool
    let allowsSoftSplit: Bool
    let annotations: AnnotationKeys
    var displayName: String { "Huawei \(commonWord)" }
    var capabilities: VendorCapabilities {
        VendorCapabilities(
            memory: "yes (templates)", cores: "soft split only",
            topology: commonWord == Self.pairedWord ? "card pairs" : (isNetworked ? "network id" : "no"),
            nodeScore: isNetworked ? "yes (times 10)" : "no")
    }
    var rules: [String] {
        let slices = templates.map { "\($0.memoryMiB) MiB (\($0.name))" }.joined(separator: ", ")
        var rules = [
            "hard split rounds memory up to a template: \(slices), whole \(allocatableMiB) MiB",
            "soft split (\(Self.modeAnnotation): hami-core) takes any memory and cores on nodes that support it",
            "several cards are whole cards in hard split",
        ]
        if commonWord == Self.pairedWord {
            rules.append("cards hold two chips: requests are 1 (made 2) or even, full cards only")
        }
        if isNetworked { rules.append("several chips come from the network group with the most free chips first") }
        return rules
    }
    var slices: [MemorySlice] {
        templates.map { MemorySlice(name: $0.name, memoryMiB: $0.memoryMiB) }
            + [MemorySlice(name: "whole", memoryMiB: allocatableMiB)]
    }
    /// Chips whose nodes may have network ids, and so a node score.
    var isNetworked: Bool { commonWord.hasPrefix("Ascend910") }
    var nodeScoreShape: NodeScoreShape { isNetworked ? .dependsOnPicks : .none }

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        guard let chips = configuration.list("vnpus", "configs") else { return chartChips.map { $0.vendor } }
        let allowsSoftSplit = configuration.flag("vnpus", "hamiVnpuCore", false)
        return chips.map { chip in
            let templates = chip.list("templates").map {
                Template(name: $0.text("name"), memoryMiB: $0.integer("memory"))
            }
            return Ascend(
                commonWord: chip.text("commonWord"),
                resources: ResourceNames(
                    count: chip.text("resourceName"),
                    memory: chip.text("resourceMemoryName"),
                    cores: chip.text("resourceCoreName"),
                    memoryFactor: DeviceShareAmount(nearest: chip.integer("memoryFactor")).int32),
                allocatableMiB: chip.integer("memoryAllocatable"),
                capacityMiB: chip.integer("memoryCapacity"), templates: templates,
                runtimeClassName: chip.text("runtimeClassName"),
                overwritesEnvironment: chip.flag("overwriteEnv"), isSuperPod: chip.flag("superPod"),
                allowsSoftSplit: allowsSoftSplit)
        }
    }

    init(
        commonWord: String, resources: ResourceNames, allocatableMiB: Int64, capacityMiB: Int64, templates: [Template],
        runtimeClassName: String = "", overwritesEnvironment: Bool = false, isSuperPod: Bool = false,
        allowsSoftSplit: Bool = false
    ) {
        self.commonWord = commonWord
        self.resources = resources
        self.allocatableMiB = allocatableMiB
        self.capacityMiB = capacityMiB
        self.templates = templates.enumerated().sorted {
            ($0.element.memoryMiB, $0.offset) < ($1.element.memoryMiB, $1.offset)
        }.map(\.element)
        self.runtimeClassName = runtimeClassName
        self.overwritesEnvironment = overwritesEnvironment
        self.isSuperPod = isSuperPod
        self.allowsSoftSplit = allowsSoftSplit
        annotations = AnnotationKeys(
            register: "hami.io/node-register-\(commonWord)", handshake: "hami.io/node-handshake-\(commonWord)",
            toAllocate: "hami.io/\(commonWord)-devices-to-allocate",
            allocated: "hami.io/\(commonWord)-devices-allocated", useUUID: ["hami.io/use-\(commonWord)-uuid"],
            noUseUUID: ["hami.io/no-use-\(commonWord)-uuid"],
            others: [Self.modeAnnotation, Self.softSplitNodeAnnotation, "huawei.com/\(commonWord)", "predicate-time"])
    }

    /// Chips of the chart's default configuration.
    private struct ChartChip {
        var word: String
        var allocatableMiB: Int64
        var capacityMiB: Int64
        var templates: [(String, Int64)]

        var vendor: any Vendor {
            Ascend(
                commonWord: word,
                resources: ResourceNames(
                    count: "huawei.com/\(word)", memory: "huawei.com/\(word)-memory", cores: "huawei.com/\(word)-core",
                    memoryFactor: 1),
                allocatableMiB: allocatableMiB, capacityMiB: capacityMiB,
                templates: templates.map { Template(name: $0.0, memoryMiB: $0.1) }, isSuperPod: word == pairedWord)
        }
    }

    private static let chartChips: [ChartChip] = [
        ChartChip(
            word: "Ascend910A", allocatableMiB: 32768, capacityMiB: 32768,
            templates: [("vir02", 2184), ("vir04", 4369), ("vir08", 8738), ("vir16", 17476)]),
        ChartChip(
            word: "Ascend910B2", allocatableMiB: 65536, capacityMiB: 65536,
            templates: [("vir03_1c_8g", 8192), ("vir06_1c_16g", 16384), ("vir12_3c_32g", 32768)]),
        ChartChip(
            word: "Ascend910B3", allocatableMiB: 65536, capacityMiB: 65536,
            templates: [("vir05_1c_16g", 16384), ("vir10_3c_32g", 32768)]),
        ChartChip(
            word: "Ascend910B4-1", allocatableMiB: 65536, capacityMiB: 65536,
            templates: [("vir05_1c_16g", 16384), ("vir10_3c_32g", 32768)]),
        ChartChip(
            word: "Ascend910B4", allocatableMiB: 32768, capacityMiB: 32768,
            templates: [("vir05_1c_8g", 8192), ("vir10_3c_16g", 16384)]),
        ChartChip(
            word: "Ascend310P", allocatableMiB: 21527, capacityMiB: 24576,
            templates: [("vir01", 3072), ("vir02", 6144), ("vir04", 12288)]),
        ChartChip(
            word: "Ascend910C", allocatableMiB: 65536, capacityMiB: 65536,
            templates: [("vir05_1c_16g", 16384), ("vir10_3c_32g", 32768)]),
    ]

    /// The slice that holds `memoryMiB`: a template, the whole chip, or 0 when nothing does.
    func trim(_ memoryMiB: Int64) -> (memoryMiB: Int64, template: String) {
        if let template = templates.first(where: { memoryMiB <= $0.memoryMiB }) {
            return (template.memoryMiB, template.name)
        }
        return memoryMiB <= capacityMiB ? (allocatableMiB, "") : (0, "")
    }

    static func isSoftSplit(_ pod: Pod) -> Bool { pod.metadata.annotations[modeAnnotation] == "hami-core" }

    // MARK: Admission and request

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        guard let count = container.limit(resources.count)?.roundedUp else {
            if overwritesEnvironment {
                container.addedEnvironment.append(EnvironmentVariable(name: "ASCEND_VISIBLE_DEVICES", value: ""))
            }
            return false
        }
        if isSuperPod && commonWord == Self.pairedWord {
            if count == 1 {
                container.limits[resources.count] = Quantity(integer: 2)
                if container.requests[resources.count] != nil {
                    container.requests[resources.count] = Quantity(integer: 2)
                }
            } else if count % 2 != 0 {
                throw AdmissionError("\(commonWord) device request must be 1 or 2*n, got \(count)")
            }
        }
        let isSoft = Self.isSoftSplit(pod)
        if !isSoft, let cores = container.limitOrRequest(resources.cores)?.roundedUp, cores > 0 {
            throw AdmissionError("\(resources.cores) is only supported in hami-core (soft split) mode")
        }
        var memory = allocatableMiB
        if let asked = container.limit(resources.memory)?.roundedUp {
            memory = isSoft ? asked : trim(asked).memoryMiB
            if !isSoft && memory <= 0 { throw AdmissionError("\(resources.memory) \(asked) is invalid") }
        }
        if count > 1 && !isSoft && memory != allocatableMiB {
            throw AdmissionError("vNPU not supported for multiple devices")
        }
        if !resources.memory.isEmpty {
            container.limits[resources.memory] = Quantity(integer: memory)
            container.requests[resources.memory] = Quantity(integer: memory)
        }
        if pod.runtimeClassName == nil && !runtimeClassName.isEmpty { pod.runtimeClassName = runtimeClassName }
        return true
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let devices = positiveCount(container.limitOrRequest(resources.count)) else { return nil }
        var memoryMiB: Int64 = 0
        if let quantity = container.limitOrRequest(resources.memory) {
            if quantity.sign < 0 { return nil }
            if let value = quantity.exactInt64 {
                guard value <= Int64(Int32.max) else { return nil }
                memoryMiB = resources.memoryFactor > 1 ? value * Int64(resources.memoryFactor) : value
                guard memoryMiB <= Int64(Int32.max) else { return nil }
            }
        }
        var cores: Int64 = 0
        if let value = container.limitOrRequest(resources.cores)?.roundedUp {
            guard value >= 0, value <= Int64(Int32.max) else { return nil }
            cores = value
        }
        return DeviceRequest(
            vendor: VendorID(0), devices: devices, memoryMiB: Int32(memoryMiB),
            memoryPercent: memoryMiB == 0 ? 100 : 0, cores: Int32(cores))
    }

    func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules {
        var rules = PodRules()
        rules.uuidFilters = uuidFilters(of: pod, symbols: &symbols)
        rules.flags = Self.isSoftSplit(pod) ? 1 : 0
        return rules
    }

    // MARK: Discovery

    /// What the register says of a chip.
    struct Flags: OptionSet {
        let rawValue: UInt32
        static let hasCustom = Flags(rawValue: 1)
        static let hasNetwork = Flags(rawValue: 2)
        static let hasNetworkNumber = Flags(rawValue: 4)
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        try jsonRegister(of: node, parser: parser)
    }

    func health(of node: Node, now: WallClock) -> NodeHealth {
        handshakeHealth(of: node, now: now, countResource: resources.count)
    }

    func facts(of record: DeviceRecord, symbols: inout SymbolTable) -> DeviceFacts {
        guard let custom = record.customInfo else { return DeviceFacts(group: -1) }
        var flags: Flags = .hasCustom
        var group: Symbol = -1
        if let network = custom["NetworkID"] {
            flags.insert(.hasNetwork)
            if let number = network.double {
                flags.insert(.hasNetworkNumber)
                group = symbols.intern("network:\(Int64(exactly: number.rounded(.towardZero)) ?? Int64.min)")
            }
        }
        return DeviceFacts(group: group, flags: flags.rawValue)
    }

    func addFacts(of node: Node, to facts: inout NodeFacts, parser: any JSONTextParser) {
        if let value = node.metadata.annotations[Self.softSplitNodeAnnotation] {
            facts.flags |= value == "true" ? 3 : 1
        }
    }

    // MARK: After placement

    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {
        annotations["predicate-time"] = placement.now.secondsText
        let devices = placement.containers.joined()
        var writer = JSONWriter()
        if devices.isEmpty {
            writer.null()
        } else {
            writer.beginArray()
            for device in devices { write(device, isSoft: Self.isSoftSplit(placement.pod), into: &writer) }
            writer.endArray()
        }
        annotations["huawei.com/\(commonWord)"] = writer.text
    }

    private func write(_ device: PlacedDevice, isSoft: Bool, into writer: inout JSONWriter) {
        writer.beginObject()
        if !device.record.id.isEmpty {
            writer.key("UUID")
            writer.string(device.record.id)
        }
        let template = isSoft ? "" : trim(Int64(device.memoryMiB)).template
        if !template.isEmpty {
            writer.key("temp")
            writer.string(template)
        }
        if device.memoryMiB != 0 {
            writer.key("memory")
            writer.int(device.memoryMiB)
        }
        if device.cores != 0 {
            writer.key("core")
            writer.int(device.cores)
        }
        writer.endObject()
    }

    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON? {
        record.customInfo
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        standardSyntheticDevices(group, type: commonWord).map { record in
            var record = record
            record.mode = ""
            if isNetworked && commonWord != Self.pairedWord {
                record.customInfo = ["NetworkID": .double(Double(record.index / 4))]
            }
            return record
        }
    }
}
