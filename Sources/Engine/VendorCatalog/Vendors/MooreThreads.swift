import JSONText
import DeviceTable
import PlacementModel

/// Moore Threads: devices from capacity, 512 MiB memory units, sixteenths of cores, all containers of a pod on one card.
///
/// - Source: hami-vendors.md 3.4
struct MooreThreads: Vendor {
    static let coresPerCard: Int64 = 16
    static let memoryUnitsPerCard: Int64 = 96
    static let legalMemoryUnits: [Int64] = [2, 4, 8, 16, 32, 64, 96]

    let resources: ResourceNames
    let commonWord = "Mthreads"
    var nodeLock: NodeLockRule? { nil }
    let displayName = "Moore Threads"
    let memoryUnitMiB: Int32 = 512
    let annotations = AnnotationKeys(
        allocated: "hami.io/mthreads-vgpu-devices-allocated", useUUID: ["mthreads.ai/use-gpuuuid"],
        noUseUUID: ["mthreads.ai/nouse-gpuuuid"],
        others: [
            "mthreads.com/request-gpu-num", "mthreads.com/gpu-index", "mthreads.com/predicate-time",
            "mthreads.com/predicate-node",
        ])
    let capabilities = VendorCapabilities(memory: "yes", cores: "yes (sixteenths)", topology: "same card")
    let rules = [
        "sgpu-memory counts in units of 512 MiB: 2, 4, 8, 16, 32, 64 or 96 for one card",
        "sgpu-core counts sixteenths of a card",
        "several cards are whole cards; all containers of a pod share one and the same card",
    ]

    var slices: [MemorySlice] {
        Self.legalMemoryUnits.map { MemorySlice(name: String($0), memoryMiB: $0 * Int64(memoryUnitMiB)) }
    }

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            MooreThreads(
                resources: ResourceNames(
                    count: configuration.text("mthreads", "resourceCountName", "mthreads.com/vgpu"),
                    memory: configuration.text("mthreads", "resourceMemoryName", "mthreads.com/sgpu-memory"),
                    cores: configuration.text("mthreads", "resourceCoreName", "mthreads.com/sgpu-core"),
                    memoryFactor: 512))
        ]
    }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        guard let count = container.limitOrRequest(resources.count)?.roundedUp else { return false }
        if count <= 0 { throw AdmissionError("\(resources.count) must be greater than 0") }
        if count > 1 {
            container.limits[resources.cores] = Quantity(integer: count &* Self.coresPerCard)
            container.limits[resources.memory] = Quantity(integer: count &* Self.memoryUnitsPerCard)
            pod.metadata.annotations["mthreads.com/request-gpu-num"] = String(count)
            return true
        }
        guard let memory = container.limit(resources.memory) else {
            container.limits[resources.cores] = Quantity(integer: Self.coresPerCard)
            container.limits[resources.memory] = Quantity(integer: Self.memoryUnitsPerCard)
            return true
        }
        guard Self.legalMemoryUnits.contains(memory.exactInt64 ?? 0) else {
            let valid = Self.legalMemoryUnits.map(String.init).joined(separator: ", ")
            throw AdmissionError("sGPU memory request value is invalid, valid values are [\(valid)]")
        }
        return true
    }

    func advertise(_ devices: [DeviceRecord], on node: inout Node) {
        node.offer(resources.count, Int64(devices.count))
        node.offer(resources.cores, Int64(devices.count) * Int64(Self.coresPerCard))
        node.offer(resources.memory, devices.reduce(0) { $0 + Int64($1.memoryMiB) / 512 })
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        let cores = try capacity(resources.cores, of: node)
        let memoryUnits = node.capacity[resources.memory]?.exactInt64 ?? 0
        return try capacityDevices(vcores: cores, perDevice: Self.coresPerCard) { number in
            DeviceRecord(
                id: "\(node.name)-mthreads-\(number)", index: UInt64(number), slots: 100,
                memoryMiB: Self.memoryMiB(units: memoryUnits, unitMiB: 512, of: cores, perDevice: 16), cores: 16,
                type: commonWord,
                vendorWord: commonWord)
        }
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let devices = positiveCount(container.limitOrRequest(resources.count)) else { return nil }
        guard let memoryMiB = unitMemory(container, unitMiB: 512) else { return nil }
        let cores = Int32(truncatingIfNeeded: container.limitOrRequest(resources.cores)?.exactInt64 ?? 0)
        return DeviceRequest(
            vendor: VendorID(0), devices: devices, memoryMiB: memoryMiB / devices,
            memoryPercent: memoryMiB == 0 ? 100 : 0, cores: cores / devices)
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        standardFit!.run(request, rules, policy, &workspace) { device, workspace in
            workspace.exactVendor[device] == Int16(request.vendor.rawValue)
                || workspace.table.types[workspace.type[device]].containsText(commonWord)
        }
    }

    var standardFit: StandardFit? {
        var rule = StandardFit()
        rule.requiresSameCard = true
        return rule
    }

    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {
        for devices in placement.containers where !devices.isEmpty {
            annotations["mthreads.com/gpu-index"] = devices.map { String($0.record.index) }.joined(separator: ",")
            annotations["mthreads.com/predicate-time"] = placement.now.nanosecondsText
            annotations["mthreads.com/predicate-node"] = placement.node.name
        }
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        var group = group
        group.cores = 16
        return standardSyntheticDevices(group, type: commonWord)
    }
}
