import JSONText
import DeviceTable
import PlacementModel

/// MetaX whole GPUs: devices from capacity, same-card rule, node score from tables on the node.
///
/// - Source: hami-vendors.md 3.5
struct MetaXGPU: Vendor {
    static let lossesAnnotation = "metax-tech.com/gpu.topology.losses"
    static let scoresAnnotation = "metax-tech.com/gpu.topology.scores"

    let resources: ResourceNames
    let commonWord = "Metax-GPU"
    var nodeLock: NodeLockRule? { nil }
    let displayName = "MetaX GPU"
    let annotations = AnnotationKeys(
        toAllocate: "hami.io/metax-gpu-devices-to-allocate", allocated: "hami.io/metax-gpu-devices-allocated",
        others: [lossesAnnotation, scoresAnnotation])
    let capabilities = VendorCapabilities(
        memory: "whole", cores: "whole", uuidFilter: false, topology: "same card", nodeScore: "table")
    let rules = [
        "a card goes to one container as a whole; a pod may have one container with cards only",
        "node score: 2000 minus the node's loss (binpack) or score (spread) for the number of cards",
    ]
    let nodeScoreShape = NodeScoreShape.dependsOnRequest

    static func make(_ configuration: DeviceConfiguration) -> [any Vendor] {
        [
            MetaXGPU(
                resources: ResourceNames(count: configuration.text("metax", "resourceCountName", "metax-tech.com/gpu")))
        ]
    }

    func admit(_ container: inout Container, of pod: inout Pod, state: ProcessState) throws(AdmissionError) -> Bool {
        countIsInLimits(container)
    }

    func advertise(_ devices: [DeviceRecord], on node: inout Node) {
        node.offer(resources.count, Int64(devices.count))
    }

    func discover(on node: Node, state: ProcessState, parser: any JSONTextParser) throws(DiscoveryError)
        -> [DeviceRecord]
    {
        let count = try capacity(resources.count, of: node)
        return try capacityDevices(vcores: count, perDevice: 1) { number in
            DeviceRecord(
                id: "\(node.name)-metax-\(number)", index: UInt64(number), slots: 1, memoryMiB: 65536, cores: 100,
                type: commonWord, vendorWord: commonWord)
        }
    }

    func health(of node: Node, now: WallClock) -> NodeHealth {
        (node.capacity[resources.count]?.roundedUp ?? 0) > 0 ? .healthy : .unhealthy
    }

    func addFacts(of node: Node, to facts: inout NodeFacts, parser: any JSONTextParser) {
        if let text = node.metadata.annotations[Self.lossesAnnotation] { facts.firstTable = table(text, parser) }
        if let text = node.metadata.annotations[Self.scoresAnnotation] { facts.secondTable = table(text, parser) }
    }

    /// A table from card count to number; text that is none gives an empty table, whose entries read 0.
    private func table(_ text: String, _ parser: any JSONTextParser) -> [Int64: Int64] {
        guard let root = try? parser.parse(text), root.kind == .object else { return [:] }
        var table: [Int64: Int64] = [:]
        for (key, value) in root.members {
            guard let count = Int64(goInteger: key), let number = value.isNull ? 0 : value.int64 else { return [:] }
            table[count] = number
        }
        return table
    }

    func request(of container: Container, state: ProcessState) -> DeviceRequest? {
        guard let count = container.limitOrRequest(resources.count)?.exactInt64 else { return nil }
        return DeviceRequest(
            vendor: VendorID(0), devices: Int32(truncatingIfNeeded: count), memoryMiB: 0, memoryPercent: 100,
            cores: 100)
    }

    func fit(_ request: DeviceRequest, _ rules: PodRules, _ policy: DevicePolicy, _ workspace: inout FitWorkspace)
        -> Bool
    {
        standardFit!.run(request, rules, policy, &workspace)
    }

    var standardFit: StandardFit? {
        var rule = StandardFit()
        rule.checksUUID = false
        rule.requiresSameCard = true
        return rule
    }

    func nodeScore(
        vendor: VendorID, _ rules: PodRules, nodePolicy: String, _ workspace: borrowing FitWorkspace
    ) -> Float {
        score(ofCards: Int64(workspace.pickCount(of: vendor)), nodePolicy, workspace)
    }

    /// Only the number of cards counts.
    func nodeScoreBounds(
        _ request: DeviceRequest, _ rules: PodRules, nodePolicy: String, largestIdleGroup: Int,
        _ workspace: borrowing FitWorkspace
    ) -> ClosedRange<Float>? {
        let score = score(ofCards: Int64(request.devices), nodePolicy, workspace)
        return score...score
    }

    private func score(
        ofCards count: Int64, _ nodePolicy: String, _ workspace: borrowing FitWorkspace
    ) -> Float {
        let table: [Int64: Int64]?
        switch nodePolicy {
        case "binpack": table = workspace.table.nodeFacts[workspace.node].firstTable
        case "spread": table = workspace.table.nodeFacts[workspace.node].secondTable
        default: return 0
        }
        guard let table else { return 0 }
        // A node's table may say anything; the difference wraps as HAMi's does.
        return Float(2000 &- (table[count] ?? 0))
    }

    func syntheticDevices(_ group: SyntheticDeviceGroup) -> [DeviceRecord] {
        var group = group
        group.slots = 1
        group.memoryMiB = 65536
        group.cores = 100
        return standardSyntheticDevices(group, type: commonWord)
    }
}
