import JSONText
import DeviceTable
import PlacementModel

/// AWS Neuron: whole devices in aligned blocks or contiguous runs, single cores as bits of a device.
///
/// The number of cores per device is the process's, set by the first node discovered. Cores of a device are a bit mask.
/// Facts: `detail` = -1 (usage lane not set yet), flags 1 = node type known, 2 = runs instead of blocks.
/// - Source: hami-vendors.md 3.13
struct AWSNeuron: Vendor {
    static let stateKey = "awsneuron.coresPerDevice"

    let resources: ResourceNames
    let commonWord = "AWSNeuron"
    var nodeLock: NodeLockRule? { nil }
    let displayName = "AWS Neuron"
    let annotations = AnnotationKeys(
        allocated: "hami.io/aws-neuron-devices-allocated", useUUID: ["aws.amazon.com/use-neuron-uuid"],
        noUseUUID: ["aws.amazon.com/nouse-neuron-uuid"],
        others: [
            "AWS_NEURON_IDS", "NEURON_ALLOC_TIME", "NEURON_ALLOCATED", "NEURON_RESOURCE_TYPE",
            "aws.amazon.com/predicate-node",
        ])
    let capabilities = VendorCapabilities(
        memory: "no", cores: "yes (bits)", topology: "blocks and runs", mutex: "single devices only")
    let rules = [
        "neuron asks for whole devices: inf nodes give a contiguous run, others aligned blocks of 1, 4, 8 or 16",
        "neuroncore asks for cores: one, or a multiple of the cores of a device",
        "id filters, slots and mutex apply to requests for a single device",
    ]

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            AWSNeuron(
                resources: ResourceNames(
                    count: configuration.text("awsneuron", "resourceCountName", "aws.amazon.com/neuron"),
                    cores: configuration.text("awsneuron", "resourceCoreName", "aws.amazon.com/neuroncore")))
        ]
    }

    private func coresPerDevice(_ state: ProcessState) -> Int64 { state.values[Self.stateKey] ?? 0 }

    // MARK: Admission and request

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        if let count = container.limitOrRequest(resources.count) {
            _ = try checked(count, resources.count, limit: Int64(Int32.max))
            return true
        }
        guard let cores = container.limitOrRequest(resources.cores) else { return false }
        _ = try split(try checked(cores, resources.cores, limit: 2 * Int64(Int32.max)), state)
        return true
    }

    private func checked(_ quantity: Quantity, _ name: String, limit: Int64) throws(AdmissionError) -> Int64 {
        guard let value = quantity.exactInt64 else { throw AdmissionError("\(name) must be an integer") }
        if value <= 0 { throw AdmissionError("\(name) must be greater than 0") }
        if value > limit { throw AdmissionError("\(name) must not exceed \(limit)") }
        return value
    }

    /// Devices and cores of each for a number of cores.
    private func split(_ cores: Int64, _ state: ProcessState) throws(AdmissionError) -> (devices: Int32, cores: Int32) {
        let known = coresPerDevice(state)
        let per = known <= 0 ? 2 : min(known, 2)
        if cores <= per { return (1, Int32(cores)) }
        if cores % per != 0 {
            throw AdmissionError("\(resources.cores) must be 1 or a multiple of \(per), got \(cores)")
        }
        guard cores / per <= Int64(Int32.max) else {
            throw AdmissionError(
                "\(resources.cores) needs \(cores / per) devices, which exceeds the maximum of \(Int32.max)")
        }
        return (Int32(cores / per), Int32(per))
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        if let count = container.limitOrRequest(resources.count) {
            guard let devices = try? checked(count, resources.count, limit: Int64(Int32.max)) else { return nil }
            return DeviceRequest(
                vendor: VendorID(0), devices: Int32(devices), memoryMiB: 0, memoryPercent: 0,
                cores: Int32(truncatingIfNeeded: coresPerDevice(state)))
        }
        guard let quantity = container.limitOrRequest(resources.cores),
            let cores = try? checked(quantity, resources.cores, limit: 2 * Int64(Int32.max)),
            let parts = try? split(cores, state)
        else { return nil }
        return DeviceRequest(
            vendor: VendorID(0), devices: parts.devices, memoryMiB: 0, memoryPercent: 0, cores: parts.cores)
    }

    // MARK: Discovery

    func advertise(_ devices: [DeviceRecord], on node: inout Node) {
        node.offer(resources.count, Int64(devices.count))
        node.offer(resources.cores, devices.reduce(0) { $0 + Int64($1.slots) })
        if let nodeType = devices.first?.customInfo?["AWSNodeType"]?.string {
            node.metadata.labels["node.kubernetes.io/instance-type"] = nodeType
        }
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        let count = try capacity(resources.count, of: node)
        if coresPerDevice(state) == 0 {
            let cores = node.capacity[resources.cores]?.exactInt64 ?? 0
            state.values[Self.stateKey] = Int64(bitPattern: UInt64(bitPattern: cores) / UInt64(bitPattern: count))
        }
        let nodeType = node.metadata.labels["node.kubernetes.io/instance-type"] ?? ""
        return try devices(count: count, coresPerDevice: coresPerDevice(state), nodeName: node.name, nodeType: nodeType)
    }

    private func devices(
        count: Int64, coresPerDevice: Int64, nodeName: String, nodeType: String
    ) throws(DiscoveryError) -> [DeviceRecord] {
        try capacityDevices(vcores: count, perDevice: 1) { number in
            device(number, coresPerDevice: coresPerDevice, nodeName: nodeName, nodeType: nodeType)
        }
    }

    private func device(
        _ number: Int, coresPerDevice: Int64, nodeName: String, nodeType: String
    ) -> DeviceRecord {
        // A bit a core; no device has as many as a column's amount has bits.
        let cores = min(max(coresPerDevice, 0), 20)
        return DeviceRecord(
            id: "\(nodeName)-AWSNeuron-\(number)", index: UInt64(number), slots: Int32(cores), memoryMiB: 0,
            cores: (Int32(1) << Int32(cores)) - 1, type: commonWord, vendorWord: commonWord,
            customInfo: ["AWSNodeType": .string(nodeType)])
    }

    func facts(of record: DeviceRecord, symbols: inout SymbolTable) -> DeviceFacts {
        guard let nodeType = record.customInfo?["AWSNodeType"]?.string else { return DeviceFacts(detail: -1) }
        let takesRuns = nodeType.containsText("inf") || nodeType.containsText("Inf")
        return DeviceFacts(detail: -1, flags: takesRuns ? 3 : 1)
    }

    // MARK: After placement

    func annotate(_ placement: VendorPlacement, into annotations: inout [String: String]) {
        let perDevice = UInt64(max(coresPerDevice(placement.state), 0))
        let containers = placement.pod.initContainers + placement.pod.containers
        var ids: [String] = []
        var usesCores = false
        for (position, devices) in placement.containers.enumerated() {
            let asksWhole = position < containers.count && containers[position].limit(resources.count) != nil
            for device in devices {
                let index = device.record.index
                if asksWhole {
                    if device.pick.detail > 0 { ids.append(String(index)) }
                    continue
                }
                for core: UInt64 in 0...1 where device.cores & (1 << Int32(core)) != 0 {
                    ids.append(String(perDevice &* index &+ core))
                    usesCores = true
                }
            }
        }
        if ids.isEmpty { return }
        annotations["AWS_NEURON_IDS"] = ids.joined(separator: ",")
        annotations["NEURON_ALLOC_TIME"] = placement.now.nanosecondsText
        annotations["NEURON_ALLOCATED"] = "false"
        annotations["aws.amazon.com/predicate-node"] = placement.node.name
        if usesCores { annotations["NEURON_RESOURCE_TYPE"] = resources.cores }
    }

    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON? {
        ["awsusageinfo": .int(Int64(pick.detail))]
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        let nodeType = group.model.isEmpty ? "trn1.32xlarge" : group.model
        return (0..<group.devices).map {
            device($0, coresPerDevice: 2, nodeName: group.nodeName, nodeType: nodeType)
        }
    }
}
