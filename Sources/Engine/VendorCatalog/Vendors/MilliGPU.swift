import JSONText
import DeviceTable
import PlacementModel

/// GPUs shared in thousandths, as the public openb trace models them: no device memory, no HAMi annotations.
///
/// Not part of HAMi; traces ask for it by its word. A device has 1,000 milli cores; the model filter is exact.
/// - Source: fgd.md sections 1, 2 and 4
struct MilliGPU: Vendor {
    static let word = "gpu-milli"
    /// Cores of one device.
    static let coresPerDevice: Int32 = 1000

    let commonWord = MilliGPU.word
    var nodeLock: NodeLockRule? { nil }
    let displayName = "GPU in thousandths (openb)"
    let resources = ResourceNames(count: "alibabacloud.com/gpu-count", cores: "alibabacloud.com/gpu-milli")
    let annotations = AnnotationKeys(useType: "alibabacloud.com/gpu-card-model")
    let capabilities = VendorCapabilities(memory: "no", cores: "yes (thousandths)", uuidFilter: false, typeFilter: true)
    let rules = ["gpu-milli counts thousandths of each device asked; gpu-card-model names allowed models, joined by |"]

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        countIsInLimits(container)
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        throw DiscoveryError("devices in thousandths come from traces only")
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let devices = positiveCount(container.limit(resources.count)) else { return nil }
        let milli = container.limit(resources.cores)?.exactInt64 ?? Int64(Self.coresPerDevice)
        return DeviceRequest(
            vendor: VendorID(0), devices: devices, memoryMiB: 0, memoryPercent: DeviceRequest.notGivenPercent,
            cores: Int32(min(max(milli, 0), Int64(Self.coresPerDevice))))
    }

    func podRules(of pod: Pod, symbols: inout SymbolTable) -> PodRules {
        var rules = PodRules()
        if let models = pod.metadata.annotations[annotations.useType], !models.isEmpty {
            rules.text = models
            rules.mode = models
        }
        return rules
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        var position = workspace.bucketCount - 1
        while position >= 0 {
            let device = Int(workspace.bucket[position])
            position -= 1
            if !rules.allowsMode(of: device, workspace) {
                workspace.reject(.cardTypeMismatch)
            } else if workspace.totalCores[device] &- workspace.usedCores[device] < request.cores {
                workspace.reject(.cardInsufficientCore)
            } else {
                workspace.take(Pick(device: Int32(device), memoryMiB: 0, cores: request.cores))
                if workspace.fitCount == Int(request.devices) { return true }
            }
        }
        return StandardFit.fail(&workspace)
    }

    /// The model is the device's mode, so that the verdict table of modes serves the exact model filter.
    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        (0..<group.devices).map { number in
            DeviceRecord(
                id: "\(group.nodeName)-\(number)", index: UInt64(number), slots: Self.coresPerDevice, memoryMiB: 1,
                cores: Self.coresPerDevice, type: commonWord, mode: group.model, vendorWord: commonWord)
        }
    }
}

extension VendorCatalog {
    /// The catalogue of a configuration plus the device type of public traces.
    public static func forTraces(_ configuration: DeviceConfiguration = .chartDefaults) throws(ConfigurationError)
        -> VendorCatalog
    {
        try VendorCatalog(vendors: VendorCatalog(configuration: configuration).vendors + [MilliGPU()])
    }

    /// Common word of the device type of public traces.
    public static var milliWord: String { MilliGPU.word }
}
