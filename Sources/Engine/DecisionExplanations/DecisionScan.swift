import DeviceTable
import PlacementEngine
import PlacementKernels
import PlacementModel
import PlacementPolicies
import VendorCatalog

/// A reference evaluation of one request class over all nodes, made before the pod is placed.
///
/// - Complexity: O(nodes x devices) for a pod that fits; more where the nearest node is sought, see ``NodeInspection``.
public struct DecisionScan: ~Copyable {
    private let cluster: Fleet
    private let requestClass: RequestClass
    private var evaluator: NodeEvaluator

    public init(_ requestClass: RequestClass, cluster: Fleet) {
        self.cluster = cluster
        self.requestClass = requestClass
        evaluator = NodeEvaluator(cluster: cluster)
    }

    /// Explains what HAMi's rules decide.
    public mutating func explanation() -> DecisionExplanation {
        var fitting: [DecisionExplanation.RankedNode] = []
        var funnel = StageFunnel(requestClass, cluster: cluster)
        for row in aliveRows {
            if let failure = firstFailure(row) {
                funnel.count(failure, node: row)
            } else {
                funnel.countFit()
                fitting.append(ranked(row))
            }
        }
        let prefersLow = requestClass.nodePolicy == .spread
        let rule =
            "the \(prefersLow ? "lowest" : "highest") score wins (\(prefersLow ? "spread" : "binpack")); among equals "
            + "the node that comes first in the fleet"
        return explanation(fitting, funnel, rule: rule) { left, right in
            guard case .share(let a) = left, case .share(let b) = right else { return false }
            return prefersLow ? a < b : a > b
        }
    }

    /// Explains what a policy besides HAMi's decides.
    ///
    /// - Precondition: the policy is not foresight, which has no score of a single decision.
    /// - Parameter chosen: row of the node it took, for policies that draw; nil = the best score.
    public mutating func explanation(
        of policy: PlacementPolicy, _ context: PolicyContext, chosen: Int? = nil
    ) -> DecisionExplanation {
        let scores = policy.scores(of: requestClass, cluster: cluster, context) ?? []
        let fits = Set(scores.map(\.row))
        var funnel = StageFunnel(requestClass, cluster: cluster)
        for row in aliveRows {
            if fits.contains(row) {
                funnel.countFit()
            } else {
                funnel.count(firstFailure(row) ?? .nodeInsufficientDevice, node: row)
            }
        }
        var fitting = scores.map { entry in
            DecisionExplanation.RankedNode(
                row: entry.row, node: cluster.table.nodes[entry.row].name, score: entry.score, usage: usage(entry.row))
        }
        if let chosen, let place = fitting.firstIndex(where: { $0.row == chosen }) {
            fitting.insert(fitting.remove(at: place), at: 0)
        }
        let rule =
            policy.drawsNode
            ? "one of the nodes that fit is drawn"
            : "the highest score wins (\(policy.name)); among equals the node of the smallest rank"
        var explanation = explanation(fitting, funnel, rule: rule) { left, right in
            guard case .points(let a) = left, case .points(let b) = right else { return false }
            return a > b
        }
        if cluster.thousandthsProblem == nil { explanation.forgetDeviceOrder() }
        return explanation
    }

    private var aliveRows: [Int] {
        (0..<cluster.table.nodeRowCount).filter { cluster.table.nodeFlags[$0].contains(.alive) }
    }

    private mutating func firstFailure(_ row: Int) -> NodeFailure? {
        if let filter = cluster.firstFailingFilter(requestClass, node: row) { return .filter(filter) }
        return evaluator.fits(requestClass, node: row) ? nil : evaluator.failure()
    }

    /// The node just fitted, with its score.
    private func ranked(_ row: Int) -> DecisionExplanation.RankedNode {
        let sums = cluster.table.sums[row]
        let score = evaluator.score(requestClass)
        let base = nodeScore(
            used: sums.used, slots: sums.slots, usedCores: sums.usedCores, totalCores: sums.totalCores,
            usedMemoryMiB: sums.usedMemoryMiB, totalMemoryMiB: sums.totalMemoryMiB)
        return DecisionExplanation.RankedNode(
            row: row, node: cluster.table.nodes[row].name, score: .share(score), usage: usage(row),
            vendorScore: score - base)
    }

    private func usage(_ row: Int) -> DecisionExplanation.NodeUsage {
        let sums = cluster.table.sums[row]
        return DecisionExplanation.NodeUsage(
            usedSlots: Int64(sums.used), slots: Int64(sums.slots), usedCores: Int64(sums.usedCores),
            totalCores: Int64(sums.totalCores), usedMemoryMiB: Int64(sums.usedMemoryMiB),
            totalMemoryMiB: Int64(sums.totalMemoryMiB))
    }

    /// - Parameter isBetter: strictly; nodes of equal score keep their order.
    private mutating func explanation(
        _ fitting: [DecisionExplanation.RankedNode], _ funnel: StageFunnel, rule: String,
        isBetter: (NodeScoreValue, NodeScoreValue) -> Bool
    ) -> DecisionExplanation {
        let ranked = fitting.enumerated().sorted { left, right in
            if isBetter(left.element.score, right.element.score) { return true }
            if isBetter(right.element.score, left.element.score) { return false }
            return left.offset < right.offset
        }.map(\.element)
        let chosen = ranked.first.map { evaluator.inspect(requestClass, node: $0.row, in: cluster) }
        return DecisionExplanation(
            nodes: funnel.nodes, stages: funnel.stages, fittingNodes: fitting.count, rule: rule,
            ranked: Array(ranked.prefix(DecisionExplanation.nodesMax)),
            ties: ranked.prefix { $0.score == ranked[0].score }.count, chosen: chosen,
            nearest: ranked.isEmpty ? nearestNodes() : [])
    }

    private mutating func nearestNodes() -> [NodeInspection] {
        var nearest: [NodeInspection] = []
        for row in aliveRows {
            let inspection = evaluator.inspect(requestClass, node: row, in: cluster)
            let place = nearest.firstIndex { inspection.isNearer(than: $0) } ?? nearest.count
            if place == DecisionExplanation.nodesMax { continue }
            nearest.insert(inspection, at: place)
            if nearest.count > DecisionExplanation.nodesMax { nearest.removeLast() }
        }
        return nearest
    }
}

extension DecisionExplanation {
    /// Policies over thousandths know no device order: devices stand as registered, without scores.
    fileprivate mutating func forgetDeviceOrder() {
        func plain(_ inspection: NodeInspection) -> NodeInspection {
            var inspection = inspection
            for ask in inspection.asks.indices {
                inspection.asks[ask].devices.sort { $0.place < $1.place }
                for device in inspection.asks[ask].devices.indices { inspection.asks[ask].devices[device].score = nil }
            }
            return inspection
        }
        chosen = chosen.map(plain)
        nearest = nearest.map(plain)
    }
}
