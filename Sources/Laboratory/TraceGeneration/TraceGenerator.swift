import PlacementEngine
import PlacementModel
import SeededNumbers
import TraceModel
import VendorCatalog

/// Makes traces from options and a seed: the same bytes on every machine.
///
/// Each aspect (fleet, classes, pods, times, residents) draws from a stream of its own, so that changing one leaves the
/// others as they were.
public struct TraceGenerator {
    /// A request class to be: what its pods ask, and how often it is drawn.
    struct ClassDraft: Hashable {
        var cpuMilli: Int64
        var memoryMiB: Int64
        var limits: String
        var nodeSelector: String
        /// Place of the vendor in the options, residents are put on its nodes.
        var pool: Int
        var weight: Int
    }

    /// A node to be and the vendor's place in the options.
    struct NodeDraft {
        var node: TraceNode
        var pool: Int
    }

    enum Stream: UInt64 {
        case fleet = 1
        case classes
        case pods
        case arrivals
        case durations
        case residents
    }

    let options: GeneratorOptions
    let catalog: VendorCatalog

    /// Makes a trace.
    ///
    /// - Throws: ``GeneratorError`` for options that make no sense or cannot be met.
    /// - Complexity: linear in nodes, classes and pods; a pre-filled fleet tries every resident on a node.
    public static func generate(
        _ options: GeneratorOptions, catalog: VendorCatalog
    ) throws(GeneratorError) -> Trace {
        try options.validate()
        let generator = TraceGenerator(options: options, catalog: catalog)
        let nodes: [NodeDraft]
        let classes: [ClassDraft]
        switch options.preset {
        case .gpuShare2023?:
            nodes = try generator.gpuShareFleet()
            classes = try generator.gpuShareClasses()
        case nil:
            let pools = try generator.pools()
            nodes = generator.fleet(pools)
            classes = try generator.classes(pools)
        }
        var trace = Trace(
            metadata: TraceMetadata(
                name: options.name, description: options.description, origin: options.origin, licence: "Apache-2.0",
                deviceModel: options.preset == nil ? .hami : .milli, seed: options.seed), nodes: nodes.map(\.node))
        try generator.addResidents(to: &trace, nodes, classes)
        generator.addPods(to: &trace, classes)
        return trace
    }

    func stream(_ stream: Stream) -> SeededGenerator {
        SeededGenerator(seed: options.seed ^ (stream.rawValue &* 0xa076_1d64_78bd_642f))
    }

    /// Whole shares of `total` in proportion to weights, by largest remainder; ties go to the first.
    static func apportion(_ total: Int, weights: [Int]) -> [Int] {
        let sum = weights.reduce(0, +)
        var shares = weights.map { total * $0 / sum }
        let byRemainder = weights.indices.sorted {
            (total * weights[$1] % sum, $0) < (total * weights[$0] % sum, $1)
        }
        for place in byRemainder.prefix(total - shares.reduce(0, +)) { shares[place] += 1 }
        return shares
    }

    /// A number with leading zeros for the largest of `count` numbers.
    static func padded(_ number: Int, count: Int) -> String {
        let digits = String(number)
        let width = max(String(max(count - 1, 0)).utf8.count, 4)
        return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
}

extension TracePods {
    /// The shape of a class draft.
    mutating func shape(of draft: TraceGenerator.ClassDraft, namespace: String) -> PodShape {
        PodShape(
            namespace: texts.intern(namespace), cpuMilli: draft.cpuMilli, memoryMiB: draft.memoryMiB,
            limits: texts.intern(draft.limits), annotations: texts.intern(""),
            nodeSelector: texts.intern(draft.nodeSelector))
    }
}
