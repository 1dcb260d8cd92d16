import PlacementModel
import TraceModel
import VendorCatalog

/// Nodes in words: `8x(8x NVIDIA A100 80G)`, with more kinds of devices after `+` and what else the node has after `;`.
///
/// ```
/// 8x(8x NVIDIA A100 80G)                      eight nodes of eight cards
/// 4x NVIDIA T4                                one node of four cards
/// 2x(8x NVIDIA H100; cpu=192; memory=2Ti; zone=a)   CPU, memory, pods, and labels
/// ```
///
/// What is not given is that of the first node of the fleet with the same devices, else 24 CPUs and 192 GiB a device. Labels and
/// taints that all nodes with devices of the same model have are taken over; `taints=none` leaves the taints out.
public struct NodeDescription: Sendable, Hashable {
    public var text: String
    public var count: Int
    /// The node; its name is to be given.
    public var node: TraceNode
    /// Nodes of the fleet with devices of the same model: what all of them have in labels and taints, the new ones have too.
    public var alike = 0
    /// The node of the fleet whose CPU, memory and pods it has where they are not given; nil = a size by devices.
    public var sizedLike: String?

    init(_ text: String, fleet: [TraceNode], models: DeviceModelIndex) throws(NodeDescriptionError) {
        self.text = text
        var inner = Substring(text.trimmingSpace)
        count = 1
        if let open = inner.firstIndex(of: "(") {
            guard inner.hasSuffix(")") else { throw NodeDescriptionError(text, "lacks the closing parenthesis") }
            let head = inner[..<open].trimmingSpace
            if !head.isEmpty {
                guard let (number, rest) = Self.times(head), rest.isEmpty else {
                    throw NodeDescriptionError(text, "must begin with a number of nodes, as in 8x(8x MODEL)")
                }
                count = number
            }
            inner = inner[inner.index(after: open)...].dropLast()
        }
        let parts = inner.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmingSpace)
        node = TraceNode(name: "", cpuMilli: 0, memoryMiB: 0, podsMax: 0)
        for part in parts[0].split(separator: "+", omittingEmptySubsequences: false) {
            guard let (devices, name) = Self.times(part.trimmingSpace), devices <= Int(TraceFormat.devicesPerNodeMax)
            else {
                throw NodeDescriptionError(
                    text,
                    "must say how many devices of what kind, as in 8x MODEL (at most "
                        + "\(TraceFormat.devicesPerNodeMax))")
            }
            let model = try models.model(name)
            node.groups.append(
                TraceDeviceGroup(
                    vendor: model.vendor, model: model.name, devices: devices, slots: model.slots,
                    memoryMiB: model.memoryMiB, cores: model.cores, numaNodes: min(model.numaNodes, devices)))
        }
        takeOver(from: fleet)
        for part in parts.dropFirst() where !part.isEmpty { try set(part) }
    }

    /// `8x rest` or `8 x rest`; nil when no positive number stands before the x.
    private static func times(_ text: String) -> (Int, String)? {
        let digits = text.prefix { $0.isNumber }
        let rest = text.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Int(digits), InputLimits.addedNodes.contains(number), rest.first == "x" || rest.first == "X"
        else {
            return nil
        }
        return (number, rest.dropFirst().trimmingSpace)
    }

    /// What all nodes of the pool have in common: nodes with the same devices, else nodes with a device of the same model.
    private mutating func takeOver(from fleet: [TraceNode]) {
        takeOverSize(from: fleet)
        let models = Set(node.groups.map { "\($0.vendor) \($0.model)" })
        func isAlike(_ other: TraceNode) -> Bool {
            other.groups.contains { models.contains("\($0.vendor) \($0.model)") }
        }
        let pool = fleet.filter(isAlike)
        guard let first = pool.first else { return }
        alike = pool.count
        node.taints = first.taints.filter { taint in
            !taint.isCondition && pool.allSatisfy { $0.taints.contains(taint) }
        }
        node.labels = first.labels.filter { key, value in
            !Self.isOfOneNode(key) && pool.allSatisfy { $0.labels[key] == value }
        }
    }

    /// Labels that name the node itself.
    private static func isOfOneNode(_ key: String) -> Bool {
        key == "kubernetes.io/hostname" || key.hasSuffix("/hostname") || key.hasSuffix("/instance-id")
    }

    private mutating func takeOverSize(from fleet: [TraceNode]) {
        func kinds(_ node: TraceNode) -> [String] {
            node.groups.map { "\($0.vendor) \($0.model) \($0.devices)" }.sorted()
        }
        let own = kinds(node)
        let devices = Int64(node.groups.reduce(0) { $0 + $1.devices })
        let like = fleet.first { $0.groups.count == node.groups.count && kinds($0) == own }
        sizedLike = like?.name
        node.cpuMilli = like?.cpuMilli ?? devices * 24_000
        node.memoryMiB = like?.memoryMiB ?? devices * 196_608
        node.podsMax = like?.podsMax ?? max(110, devices * 32)
    }

    private mutating func set(_ entry: String) throws(NodeDescriptionError) {
        let sides = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmingSpace)
        guard sides.count == 2, !sides[0].isEmpty else {
            throw NodeDescriptionError(text, "has \"\(entry)\" where key=value was expected")
        }
        func amount() throws(NodeDescriptionError) -> Quantity {
            guard let quantity = try? Quantity(parsing: sides[1]), quantity.sign >= 0 else {
                throw NodeDescriptionError(text, "has \"\(entry)\": expected an amount such as 192 or 2Ti")
            }
            return quantity
        }
        switch sides[0] {
        case "cpu": node.cpuMilli = try amount().amount(CPUMilli.self, inThousandths: true).value
        case "memory": node.memoryMiB = try amount().amount(OfferedAmount.self).value >> 20
        case "taints":
            guard sides[1] == "none" else {
                throw NodeDescriptionError(text, "has \"\(entry)\": taints are those of the nodes alike, or none")
            }
            node.taints = []
        case "pods": node.podsMax = try amount().amount(PodCount.self).value
        default: node.labels[sides[0]] = sides[1]
        }
    }
}
