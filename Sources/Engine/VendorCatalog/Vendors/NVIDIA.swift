import JSONText
import DeviceTable
import PlacementModel

/// NVIDIA: sharing by slots, memory and cores; MIG placements, NUMA binding, topology-aware combinations, cordon, quota.
///
/// The fit loop is in NVIDIA+Fit.swift, MIG in NVIDIA+MIG.swift.
/// - Source: hami-core.md 3.2, 5, 7
struct NVIDIA: Vendor {
    let resources: ResourceNames
    let percentageName: String
    let priorityName: String
    let defaultMemoryMiB: Int32
    let defaultCores: Int32
    let defaultCount: Int64
    let overwritesEnvironment: Bool
    let corePolicy: String
    let runtimeClassName: String
    /// Slices of MIG cards that instances hold.
    var instances = IntervalColumn.undeclared

    let commonWord = "NVIDIA"
    let displayName = "NVIDIA GPU"
    let annotations = AnnotationKeys(
        register: "hami.io/node-nvidia-register", handshake: "hami.io/node-handshake",
        toAllocate: "hami.io/vgpu-devices-to-allocate", allocated: "hami.io/vgpu-devices-allocated",
        useUUID: ["nvidia.com/use-gpuuuid"], noUseUUID: ["nvidia.com/nouse-gpuuuid"],
        useType: "nvidia.com/use-gputype", noUseType: "nvidia.com/nouse-gputype",
        others: [
            "hami.io/node-nvidia-score", "hami.io/device-cordon", "nvidia.com/vgpu-mode", "nvidia.com/numa-bind",
            "hami.io/vgpu-mig-allocations",
        ])
    let capabilities = VendorCapabilities(
        memory: "yes", cores: "yes", typeFilter: true, numa: "binding", topology: "pair scores")
    let rules = [
        "gpumem counts in MiB (times memoryFactor), gpumem-percentage in percent; absolute memory wins",
        "a plain nvidia.com/gpu becomes exclusive at admission: 100 cores and all memory",
        "gpucores 100 needs an idle card; 0 shares the card unless its cores are used up",
        "modes hami-core, mps and mig; a MIG request takes the smallest profile that holds its memory",
        "nvidia.com/numa-bind keeps a container's cards on one NUMA node",
        "topology-aware takes the combination with the best pair scores (one card: the worst connected)",
        "cards named in hami.io/device-cordon take no new pods",
        "namespace quota is checked for each device",
    ]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        func text(_ key: String, _ value: String) -> String { configuration.text("nvidia", key, value) }
        func integer(_ key: String, _ value: Int64) -> Int64 { configuration.integer("nvidia", key, value) }
        return [
            NVIDIA(
                resources: ResourceNames(
                    count: text("resourceCountName", "nvidia.com/gpu"),
                    memory: text("resourceMemoryName", "nvidia.com/gpumem"),
                    cores: text("resourceCoreName", "nvidia.com/gpucores"),
                    memoryFactor: DeviceShareAmount(nearest: integer("memoryFactor", 1)).int32),
                percentageName: text("resourceMemoryPercentageName", "nvidia.com/gpumem-percentage"),
                priorityName: text("resourcePriorityName", "nvidia.com/priority"),
                defaultMemoryMiB: DeviceShareAmount(nearest: integer("defaultMemory", 0)).int32,
                defaultCores: DeviceShareAmount(nearest: integer("defaultCores", 0)).int32,
                defaultCount: integer("defaultGPUNum", 1),
                overwritesEnvironment: configuration.flag("nvidia", "overwriteEnv", false),
                corePolicy: text("gpuCorePolicy", "default"), runtimeClassName: text("runtimeClassName", ""))
        ]
    }

    var memoryUnitMiB: Int32 { max(resources.memoryFactor, 1) }

    var resourceNames: [String] {
        [resources.count, resources.memory, resources.cores, percentageName, priorityName].filter { !$0.isEmpty }
    }

    // MARK: Admission

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        let percentage = container.limitOrRequest(percentageName)
        if let value = percentage?.roundedUp, value < 0 || value > 100 {
            throw AdmissionError(
                "invalid \(percentageName) value \(value) in container \(container.name): must be an integer between 0 and 100"
            )
        }
        if let priority = container.limit(priorityName) {
            container.addedEnvironment.append(
                EnvironmentVariable(name: "CUDA_TASK_PRIORITY", value: String(priority.roundedUp)))
        }
        if !corePolicy.isEmpty && corePolicy != "default" {
            container.addedEnvironment.append(
                EnvironmentVariable(name: "GPU_CORE_UTILIZATION_POLICY", value: corePolicy))
        }
        var hasResource = countIsInLimits(container)
        if !hasResource {
            let asksOtherwise = [resources.cores, resources.memory, percentageName].contains {
                container.limit($0) != nil
            }
            if asksOtherwise && defaultCount > 0 {
                container.limits[resources.count] = Quantity(integer: defaultCount)
                hasResource = true
            }
        }
        if asksWholeCards(container, percentage: percentage) {
            container.limits[resources.cores] = Quantity(integer: 100)
            hasResource = true
        }
        if hasResource {
            if pod.runtimeClassName == nil && !runtimeClassName.isEmpty { pod.runtimeClassName = runtimeClassName }
        } else if overwritesEnvironment {
            container.addedEnvironment.append(EnvironmentVariable(name: "NVIDIA_VISIBLE_DEVICES", value: "none"))
        }
        return hasResource
    }

    /// Count given, cores nowhere, and all of the memory: the pod becomes exclusive.
    private func asksWholeCards(_ container: Container, percentage: Quantity?) -> Bool {
        guard container.limitOrRequest(resources.count) != nil, container.limitOrRequest(resources.cores) == nil else {
            return false
        }
        if let percentage { return percentage.roundedUp == 100 }
        return container.limitOrRequest(resources.memory) == nil
    }

    // MARK: Discovery

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        var devices = try jsonRegister(of: node, parser: parser)
        if let text = node.metadata.annotations["hami.io/node-nvidia-score"] {
            for (id, scores) in try pairScores(text, parser: parser) {
                if let device = devices.firstIndex(where: { $0.id == id }) { devices[device].pairScores = scores }
            }
        }
        return devices
    }

    /// `[{"uuid":...,"score":{id:number}}]`; any other shape voids the node's register.
    private func pairScores(_ text: String, parser: any JSONTextParser) throws(DiscoveryError) -> [(
        String, [String: Int64]
    )] {
        let malformed = DiscoveryError("hami.io/node-nvidia-score is no list of pair scores", isMalformed: true)
        guard let root = try? parser.parse(text) else { throw malformed }
        if root.isNull { return [] }
        guard root.kind == .array else { throw malformed }
        var result: [(String, [String: Int64])] = []
        for element in root.elements where !element.isNull {
            guard element.kind == .object else { throw malformed }
            var id = ""
            var scores: [String: Int64] = [:]
            var isValid = true
            element.forEachMember { key, value in
                if value.isNull { return }
                switch GoField(key) {
                case "uuid":
                    if let text = value.string { id = text } else { isValid = false }
                case "score":
                    guard value.kind == .object else {
                        isValid = false
                        return
                    }
                    for (other, number) in value.members {
                        if number.isNull {
                            scores[other] = 0
                        } else if let score = number.int64 {
                            scores[other] = score
                        } else {
                            isValid = false
                        }
                    }
                default: break
                }
            }
            guard isValid else { throw malformed }
            result.append((id, scores))
        }
        return result
    }

    func cordonedIDs(on node: Node) -> Set<String> {
        guard let text = node.metadata.annotations["hami.io/device-cordon"] else { return [] }
        return Set(text.split(separator: ",").map(\.trimmingSpace)).subtracting([""])
    }

    /// A node whose card count is not zero is trusted when first seen, whatever its handshake says.
    func health(of node: Node, now: WallClock) -> NodeHealth {
        let count = node.allocatable[resources.count]?.roundedUp ?? 0
        return count > 0 ? .healthy : handshakeHealth(of: node, now: now, countResource: resources.count)
    }

    // MARK: Request

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let count = container.limitOrRequest(resources.count)?.exactInt64 else { return nil }
        var memoryMiB: Int32 = 0
        if let quantity = container.limitOrRequest(resources.memory) {
            let factor = Int64(max(resources.memoryFactor, 1))
            guard let units = quantity.exactInt64, units >= 0, units <= Int64(Int32.max) / factor else { return nil }
            memoryMiB = Int32(units * factor)
        }
        var percent = DeviceRequest.notGivenPercent
        if let value = container.limitOrRequest(percentageName)?.exactInt64, value > 0 {
            percent = Int32(min(value, 100))
        }
        if percent == DeviceRequest.notGivenPercent && memoryMiB == 0 {
            if defaultMemoryMiB != 0 { memoryMiB = defaultMemoryMiB } else { percent = 100 }
        }
        var cores = defaultCores
        if let value = container.limitOrRequest(resources.cores)?.exactInt64 {
            cores = Int32(truncatingIfNeeded: value)
        }
        return DeviceRequest(
            vendor: VendorID(0), devices: Int32(truncatingIfNeeded: count), memoryMiB: memoryMiB,
            memoryPercent: percent, cores: cores)
    }

    func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules {
        var rules = PodRules()
        rules.uuidFilters = uuidFilters(of: pod, symbols: &symbols)
        rules.typeFilter = TypeFilter(pod: pod, useKey: annotations.useType, noUseKey: annotations.noUseType)
        rules.mode = pod.metadata.annotations["nvidia.com/vgpu-mode"]
        return rules
    }

    // MARK: After placement

    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {
        if let text = migAnnotation(placement.containers) { annotations["hami.io/vgpu-mig-allocations"] = text }
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        standardSyntheticDevices(group, type: group.model.isEmpty ? "NVIDIA A100-SXM4-80GB" : group.model)
    }
}

extension VendorCatalog {
    /// Common word of the devices that public traces of GPU clusters were taken on.
    public static var publicTraceWord: String { "NVIDIA" }
}
