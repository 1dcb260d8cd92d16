import SeededNumbers
import TraceModel
import VendorCatalog

/// A small trace whose amounts stand at the ends of their ranges, or nearly: every vendor, wide and empty nodes, pods that run
/// without room, asks beyond any device.
struct EndsOfRanges {
    private var generator: SeededGenerator
    let isMilli: Bool
    private var nodes: [(name: String, word: String)] = []

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        isMilli = generator.isTrue(0.3)
    }

    var model: String { isMilli ? "milli" : "hami" }

    private static let fleetHeader =
        "node,cpu_milli,memory_mib,pods_max,vendor,model,devices,slots,device_memory_mib,device_cores,numa_nodes,labels,taints\n"
    private static let podHeader =
        "name,namespace,arrival_ms,duration_ms,cpu_milli,memory_mib,limits,annotations,node_selector,gang,gang_size,"
        + "placed_on,priority\n"

    private mutating func pick<Value>(_ values: [Value]) -> Value { values[generator.below(values.count)] }

    private mutating func node() -> Int64 {
        pick([0, 1, 1000, 64_000, 1 << 31, 1 << 34, 1 << 37, (1 << 40) - 1, 1 << 40])
    }
    private mutating func device() -> Int64 { pick([0, 1, 24, 100, 8192, 32_768, 2_097_150, 2_097_151, 2_097_152]) }
    private mutating func time() -> Int64 { pick([0, 0, 1, 60_000, 1 << 30, (1 << 40) - 1, 1 << 40]) }

    mutating func fleet(_ catalog: VendorCatalog) -> String {
        let words = catalog.vendors.map(\.commonWord).filter { ($0 == VendorCatalog.milliWord) == isMilli }
        var text = Self.fleetHeader
        for number in 0..<pick([1, 2, 5, 9]) {
            let word = pick(words)
            let devices = pick(isMilli ? [0, 1, 2, 8, 63, 64] : [0, 1, 2, 8, 12, 13, 64, 127, 128])
            let amounts = isMilli ? "1000,1,1000" : "\(device()),\(device()),\(device())"
            let model = isMilli ? pick(["A", "B", "C"]) : word + pick(["", "-x"])
            let head = "n\(number),\(node()),\(node()),\(pick([0, 1, 110, 1 << 40] as [Int64]))"
            let taint = generator.isTrue(0.1) ? "k=v:NoSchedule" : ""
            text +=
                devices == 0 && generator.isTrue(0.5)
                ? "\(head),,,,,,,,,\n"
                : "\(head),\(word),\(model),\(devices),\(amounts),\(pick([1, 2, 64, 128])),,\(taint)\n"
            nodes.append(("n\(number)", word))
        }
        return text
    }

    mutating func pods(_ catalog: VendorCatalog) -> String {
        var text = Self.podHeader
        for number in 0..<pick([1, 10, 40, 120]) {
            let home = pick(nodes)
            var limits = ""
            if generator.isTrue(0.8), let vendor = catalog.vendors.first(where: { $0.commonWord == home.word }) {
                limits = "\(vendor.resources.count)=\(pick(["1", "1", "2", "8", "64", "16383", "16384", "2147483648"]))"
                for name in [vendor.resources.memory, vendor.resources.cores]
                where !name.isEmpty && generator.isTrue(0.7) {
                    limits += ";\(name)=\(asked())"
                }
            }
            var annotations = ""
            if isMilli && generator.isTrue(0.5) {
                annotations = "alibabacloud.com/gpu-card-model=" + pick(["A", "B", "A|B", "B|C", "A|B|C"])
            } else if generator.isTrue(0.2) {
                annotations =
                    "hami.io/gpu-scheduler-policy=" + pick(["topology-aware", "mutex", "binpack", "numa,binpack"])
            }
            let runs = generator.isTrue(0.2) ? home.name : ""
            let gang = generator.isTrue(0.1) ? "g,2147483647" : ","
            text +=
                "p\(number),\(pick(["a", "b"])),\(time()),\(generator.isTrue(0.3) ? "" : String(time())),\(node()),\(node()),"
                + "\(limits),\(annotations),,\(gang),\(runs),\(pick([0, 5, .min, .max] as [Int32]))\n"
        }
        return text
    }

    private mutating func asked() -> String {
        pick([
            "0", "1", "5", "99", "100", "101", "500", "1000", "2147483647", "2147483648", "4294967297", "1e18", "1E",
            "-1",
        ])
    }
}
