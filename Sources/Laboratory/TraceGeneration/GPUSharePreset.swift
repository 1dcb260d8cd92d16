import TraceModel
import VendorCatalog

/// Node mix and pod sizes of a production GPU-sharing cluster of 2023, from its published trace: counts of equal nodes and
/// of equal pods. Traces made from them are synthetic: only the frequencies are the original's.
///
/// - Source: "Beware of Fragmentation", USENIX ATC 2023; github.com/alibaba/clusterdata, cluster-trace-gpu-v2023
enum GPUSharePreset {
    /// CPU milli, memory MiB, devices, model, nodes; 1,213 nodes with 6,212 devices.
    static let nodes: [(cpuMilli: Int64, memoryMiB: Int64, devices: Int, model: String, count: Int)] = [
        (96_000, 393_216, 8, "G2", 549), (104_000, 524_288, 2, "T4", 387), (16_000, 122_880, 2, "P100", 107),
        (128_000, 786_432, 8, "G3", 39), (32_000, 131_072, 4, "V100M16", 28), (64_000, 262_144, 2, "P100", 22),
        (96_000, 786_432, 8, "V100M32", 21), (8000, 32_768, 1, "V100M16", 19), (96_000, 393_216, 4, "T4", 17),
        (48_000, 376_832, 4, "V100M32", 9), (64_000, 262_144, 8, "V100M16", 7), (8000, 61_440, 1, "P100", 3),
        (8000, 61_440, 2, "P100", 2), (128_000, 1_048_576, 1, "A10", 2), (82_000, 344_064, 8, "V100M16", 1),
    ]

    /// CPU milli, memory MiB, devices, milli of each device, pods; the sizes that cover 93 % of the pods.
    static let pods: [(cpuMilli: Int64, memoryMiB: Int64, devices: Int64, milli: Int64, count: Int)] = [
        (3152, 5600, 1, 810, 1047), (11_300, 49_152, 1, 1000, 857), (11_400, 48_128, 1, 1000, 534),
        (3152, 5600, 1, 1000, 470), (11_908, 47_104, 1, 470, 388), (12_500, 57_344, 0, 0, 364),
        (8000, 30_517, 1, 470, 360), (32_000, 49_152, 0, 0, 284), (18_708, 64_512, 1, 1000, 255),
        (11_908, 47_104, 1, 650, 237), (9810, 41_560, 1, 1000, 195), (8000, 30_517, 0, 0, 163),
        (12_000, 24_576, 1, 1000, 158), (15_700, 58_368, 1, 1000, 158), (11_908, 47_104, 1, 1000, 153),
        (15_400, 51_200, 0, 0, 120), (4000, 22_888, 1, 320, 111), (16_000, 32_768, 1, 1000, 108),
        (8000, 16_384, 1, 1000, 104), (4000, 24_576, 1, 1000, 104), (12_000, 16_384, 1, 1000, 99),
        (16_500, 51_200, 0, 0, 95), (14_200, 58_368, 1, 1000, 93), (4000, 30_517, 1, 230, 84),
        (24_200, 93_184, 1, 1000, 84), (4000, 15_258, 1, 320, 78), (3152, 5600, 1, 590, 75),
        (8000, 30_517, 1, 320, 72), (4152, 10_600, 1, 550, 72), (11_400, 77_824, 1, 1000, 65),
        (8000, 32_768, 1, 1000, 55), (4000, 15_258, 1, 160, 53), (6000, 6144, 1, 460, 51),
        (11_900, 77_824, 1, 1000, 51), (4152, 10_600, 1, 370, 45), (12_000, 15_360, 1, 1000, 44),
        (4000, 30_517, 1, 320, 43), (8200, 33_792, 1, 1000, 41), (4000, 31_250, 1, 1000, 40),
        (15_200, 80_896, 1, 1000, 36), (16_000, 65_536, 1, 1000, 33), (4152, 10_600, 1, 810, 31),
        (6000, 12_288, 1, 460, 29), (88_000, 327_680, 8, 1000, 18), (64_200, 263_168, 8, 1000, 18),
        (32_200, 132_096, 4, 1000, 9), (16_200, 66_560, 2, 1000, 7), (120_000, 737_280, 8, 1000, 3),
        (6000, 65_536, 2, 1000, 3),
    ]
}

extension TraceGenerator {
    private func milliVendor() throws(GeneratorError) -> any Vendor {
        guard let id = catalog.id(ofWord: VendorCatalog.milliWord) else {
            throw GeneratorError("the catalogue has no device type for traces in thousandths")
        }
        return catalog[id]
    }

    /// The preset's node mix, scaled to the number of nodes, in random order.
    func gpuShareFleet() throws(GeneratorError) -> [NodeDraft] {
        let word = try milliVendor().commonWord
        var drafts: [NodeDraft] = []
        let shares = Self.apportion(options.nodes, weights: GPUSharePreset.nodes.map(\.count))
        for (kind, share) in zip(GPUSharePreset.nodes, shares) {
            for _ in 0..<share {
                var node = TraceNode(name: "", cpuMilli: kind.cpuMilli, memoryMiB: kind.memoryMiB, podsMax: 1001)
                node.groups = [
                    TraceDeviceGroup(
                        vendor: word, model: kind.model, devices: kind.devices, slots: 1000, memoryMiB: 1, cores: 1000)
                ]
                drafts.append(NodeDraft(node: node, pool: 0))
            }
        }
        var generator = stream(.fleet)
        generator.shuffle(&drafts)
        for number in drafts.indices { drafts[number].node.name = "node-" + Self.padded(number, count: drafts.count) }
        return drafts
    }

    /// The preset's pod sizes; the number of classes is the preset's.
    func gpuShareClasses() throws(GeneratorError) -> [ClassDraft] {
        let vendor = try milliVendor()
        return GPUSharePreset.pods.map { pod in
            ClassDraft(
                cpuMilli: pod.cpuMilli, memoryMiB: pod.memoryMiB,
                limits: vendor.milliLimits(devices: pod.devices, milli: pod.milli), nodeSelector: "", pool: 0,
                weight: pod.count)
        }
    }
}

extension GeneratorOptions.Preset {
    /// Nodes of the original.
    public var nodes: Int {
        switch self {
        case .gpuShare2023: GPUSharePreset.nodes.reduce(0) { $0 + $1.count }
        }
    }

    /// Pods of the original.
    public var pods: Int {
        switch self {
        case .gpuShare2023: 8152
        }
    }
}
