import JSONText
import DeviceTable
import PlacementModel

/// Enflame DRS: cards cut into profiles of slices; a request picks the profile, never the number of cards.
///
/// - Source: hami-vendors.md 3.11
struct EnflameDRS: Vendor {
    static let capacityAnnotation = "enflame.com/gcu-drs-capacity"

    let resources: ResourceNames
    let commonWord = "Enflame"
    var nodeLock: NodeLockRule? { nil }
    let displayName = "Enflame DRS"
    let annotations = AnnotationKeys(
        register: capacityAnnotation, allocated: "hami.io/enflame-vgpu-devices-allocated",
        useUUID: ["enflame.com/use-gpuuuid"], noUseUUID: ["enflame.com/nouse-gpuuuid"],
        others: [
            "enflame.com/gcu-assigned", "enflame.com/gcu-assigned-time", "enflame.com/gcu-assigned-index",
            "enflame.com/gcu-assigned-id", "enflame.com/gcu-assigned-minor", "enflame.com/gcu-request-size",
            "assigned-containers",
        ])
    let capabilities = VendorCapabilities(memory: "profile", cores: "profile")
    let rules = [
        "drs-gcu names the profile's size in slices; a container gets one slice group on one card",
        "or gcu-memory and gcu-core choose the smallest profile that holds both",
        "gcu-memory above twice the largest profile's GB counts as MiB, else as GB",
    ]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        func name(_ key: String, _ fallback: String) -> String {
            let text = configuration.text("enflame", key, fallback)
            return text.isEmpty ? fallback : text
        }
        let legacy = configuration.text("enflame", "resourceNameVGCU", "")
        return [
            EnflameDRS(
                resources: ResourceNames(
                    count: name("resourceNameDRSGCU", legacy.isEmpty ? "enflame.com/drs-gcu" : legacy),
                    memory: name("resourceNameGCUMemory", "enflame.com/gcu-memory"),
                    cores: name("resourceNameGCUCore", "enflame.com/gcu-core")))
        ]
    }

    // MARK: Admission and request

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        if let count = container.limitOrRequest(resources.count) {
            if count.roundedUp <= 0 { throw AdmissionError("\(resources.count) must be greater than 0") }
            mirror(resources.count, count, &container)
            return true
        }
        let memory = container.limitOrRequest(resources.memory)
        let cores = container.limitOrRequest(resources.cores)
        if memory == nil && cores == nil { return false }
        if let memory, memory.roundedUp <= 0 { throw AdmissionError("\(resources.memory) must be greater than 0") }
        if let percent = cores?.roundedUp, percent <= 0 || percent > 100 {
            throw AdmissionError("\(resources.cores) must be in range (0,100]")
        }
        if let memory { mirror(resources.memory, memory, &container) }
        if let cores { mirror(resources.cores, cores, &container) }
        return true
    }

    /// Gives the side that lacks the key the other's quantity.
    private func mirror(_ name: String, _ quantity: Quantity, _ container: inout Container) {
        if container.limits[name] == nil { container.limits[name] = quantity }
        if container.requests[name] == nil { container.requests[name] = quantity }
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        if let slices = container.limitOrRequest(resources.count)?.exactInt64, slices > 0 {
            guard slices <= Int64(Int32.max) else { return nil }
            return DeviceRequest(
                vendor: VendorID(0), devices: 1, memoryMiB: Int32(slices), memoryPercent: 0, cores: 0)
        }
        let memory = container.limitOrRequest(resources.memory)?.roundedUp
        let cores = container.limitOrRequest(resources.cores)?.roundedUp
        if memory == nil && cores == nil { return nil }
        guard (memory ?? 0) <= Int64(Int32.max), (cores ?? 0) <= Int64(Int32.max) else { return nil }
        return DeviceRequest(
            vendor: VendorID(0), devices: 1, memoryMiB: Int32(truncatingIfNeeded: memory ?? 0),
            memoryPercent: -1,
            cores: Int32(truncatingIfNeeded: cores ?? 0))
    }

    // MARK: Discovery

    func advertise(_ devices: [DeviceRecord], on node: inout Node) {
        var writer = JSONWriter(escapeHTML: false)
        writer.value([
            "devices": .array(
                devices.map { device in
                    [
                        "capacity": .int(Int64(device.slots)), "index": .string(String(device.index)),
                        "minor": device.customInfo?["minor"] ?? .string(String(device.index)),
                    ]
                }),
            "profiles": devices.first?.customInfo?["profiles"] ?? [:],
        ])
        node.metadata.annotations[Self.capacityAnnotation] = writer.text
        node.offer(resources.count, devices.reduce(0) { $0 + Int64($1.slots) })
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        guard let text = node.metadata.annotations[Self.capacityAnnotation] else {
            throw DiscoveryError("annos not found \(Self.capacityAnnotation)")
        }
        let malformed = DiscoveryError("\(Self.capacityAnnotation) is no DRS capacity", isMalformed: true)
        guard let root = try? parser.parse(text), root.kind == .object else { throw malformed }
        let tree = JSON(root)
        var profiles: [(String, JSON)] = []
        if let map = tree["profiles"]?.object {
            for member in map.members {
                guard member.value.string != nil else { throw malformed }
                profiles.append((member.key, member.value))
            }
        }
        let sizes = profiles.map { DRSProfile.size(of: $0.0) }
        let maxSlice = sizes.map(\.slices).max() ?? 0
        guard maxSlice > 0 else { throw DiscoveryError("no usable DRS profile", isMalformed: true) }
        var maxMemory = sizes.map(\.memoryGB).max() ?? 0
        if maxMemory <= 0 { maxMemory = maxSlice }
        var devices: [DeviceRecord] = []
        for entry in tree["devices"]?.array ?? [] {
            let position = devices.count
            guard let capacity = Self.capacity(entry["capacity"]), capacity > 0 else {
                throw DiscoveryError("DRS device \(position) has no usable capacity", isMalformed: true)
            }
            let indexText = entry["index"]?.string ?? ""
            let index = Int64(goInteger: indexText) ?? Int64(position)
            let minor = entry["minor"]?.string ?? ""
            devices.append(
                DeviceRecord(
                    id: "\(node.name)-enflame-drs-\(index)", index: UInt64(bitPattern: index), slots: capacity,
                    memoryMiB: Int32(truncatingIfNeeded: maxMemory &* 1024), cores: 100, type: commonWord,
                    vendorWord: commonWord,
                    customInfo: [
                        "minor": .string(minor.isEmpty ? String(index) : minor), "index": .string(String(index)),
                        "profiles": .object(JSONObject(profiles)), "maxSlice": .int(maxSlice),
                    ]))
        }
        if devices.isEmpty { throw DiscoveryError("no device found on node") }
        return devices
    }

    /// A number truncated, or integer text clamped to 32 bits.
    private static func capacity(_ value: JSON?) -> Int32? {
        if let number = value?.double {
            let truncated = number.rounded(.towardZero)
            return truncated >= Double(Int32.min) && truncated <= Double(Int32.max) ? Int32(truncated) : nil
        }
        guard let text = value?.string, let number = Int64(goInteger: text) else { return nil }
        return Int32(clamping: number)
    }

    // MARK: After placement

    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {
        annotations["enflame.com/gcu-assigned"] = "false"
        annotations["enflame.com/gcu-assigned-time"] = placement.now.nanosecondsText
        guard let first = placement.containers.first(where: { !$0.isEmpty })?.first, let info = first.info else {
            return
        }
        let index = info["index"]?.string ?? ""
        annotations["enflame.com/gcu-assigned-index"] = index
        annotations["enflame.com/gcu-assigned-id"] = index
        annotations["enflame.com/gcu-assigned-minor"] = info["minor"]?.string ?? ""
        annotations["enflame.com/gcu-request-size"] = String(info["drsSlice"]?.int64 ?? 0)
        let names = (placement.pod.initContainers + placement.pod.containers).map(\.name)
        var assigned: [String: JSON] = [:]
        for (position, devices) in placement.containers.enumerated() {
            guard let info = devices.first?.info else { continue }
            var entry = JSONObject([("allocated", .bool(false)), ("request", info["drsSlice"] ?? .int(0))])
            if let id = info["profileID"]?.string, !id.isEmpty { entry["profileID"] = .string(id) }
            if let name = info["profileName"]?.string, !name.isEmpty { entry["profileName"] = .string(name) }
            assigned[position < names.count ? names[position] : "container-\(position)"] = .object(entry)
        }
        let sorted = assigned.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        annotations["assigned-containers"] = JSON.object(JSONObject(sorted.map { ($0.key, $0.value) })).text()
    }

    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON? {
        let profile = DRSProfile.candidates(in: bucket)[Int(pick.detail)]
        return [
            "profileName": .string(profile.name), "profileID": .string(profile.id),
            "minor": record.customInfo?["minor"] ?? .string(""), "index": record.customInfo?["index"] ?? .string(""),
            "drsSlice": .int(profile.slices), "requestMem": .int(Int64(pick.secondDetail)),
            "requestCore": .int(Int64(pick.thirdDetail)),
        ]
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        let unit = max(Int64(group.memoryMiB) / 1024 / 6, 1)
        let profiles = [1, 2, 3, 6].enumerated().map { id, slices in
            ("\(slices)g.\(Int64(slices) * unit)gb", JSON.string(String(id)))
        }
        return standardSyntheticDevices(group, type: commonWord).map { record in
            var record = record
            record.mode = ""
            record.slots = 6
            record.memoryMiB = Int32(unit * 6 * 1024)
            record.cores = 100
            record.customInfo = [
                "minor": .string(String(record.index)), "index": .string(String(record.index)),
                "profiles": .object(JSONObject(profiles)), "maxSlice": .int(6),
            ]
            return record
        }
    }
}
