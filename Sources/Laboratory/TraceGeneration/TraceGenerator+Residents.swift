import PlacementEngine
import PlacementModel
import TraceModel

extension TraceGenerator {
    /// Refusals in a row after which the fleet counts as full.
    private static let refusalsMax = 300

    /// Fills a share of the fleet's slots with pods that run from the start.
    ///
    /// Nodes are drawn at random among the vendor's, and every pod is really placed, so a replay finds room for all. A
    /// fleet whose memory runs out first ends up with less than the share.
    func addResidents(
        to trace: inout Trace, _ nodes: [NodeDraft], _ classes: [ClassDraft]
    ) throws(GeneratorError) {
        if options.prefillShare == 0 { return }
        var drafts = Trace(metadata: trace.metadata, nodes: trace.nodes)
        for (place, draft) in classes.enumerated() {
            _ = drafts.pods.append(name: String(place), shape: drafts.pods.shape(of: draft, namespace: "resident"))
        }
        let cluster: Fleet
        do { cluster = try drafts.makeCluster(catalog: catalog) } catch { throw GeneratorError(error.description) }
        let classifier = ShapeClassifier(drafts, cluster: cluster, defaults: SchedulingDefaults())
        let engine = ReferenceEngine(cluster: cluster)
        let pools = Dictionary(grouping: nodes.indices) { nodes[$0].pool }
        let slots = (0..<cluster.table.deviceRowCount).reduce(0) { $0 + Int(cluster.table.slots[$1]) }
        let target = Int(Double(slots) * options.prefillShare)
        var generator = stream(.residents)
        let table = AliasTable(weights: classes.map(\.weight))
        var result = RoundResult()
        var used = 0
        var refusals = 0
        var count = 0
        while used < target && refusals < Self.refusalsMax {
            let place = table.draw(&generator)
            guard let candidates = pools[classes[place].pool],
                let requestClass = classifier.classes[Int(drafts.pods.shape[place])]
            else {
                refusals += 1
                continue
            }
            let node = candidates[generator.below(candidates.count)]
            guard engine.choose(requestClass, candidates: [node]) != nil else {
                refusals += 1
                continue
            }
            result.removeAll()
            used += Int(engine.commit(requestClass, into: &result).deviceCount)
            refusals = 0
            let shape = trace.pods.shape(of: classes[place], namespace: "resident")
            _ = trace.pods.append(
                name: "resident-" + Self.padded(count, count: 1_000_000), durationMs: durationMs(&generator),
                shape: shape,
                placedOn: Int32(node))
            count += 1
        }
    }
}
