import DeviceTable
import PlacementKernels
import PlacementModel

// Choice through a class's own tree: device ids, several vendors in one pod, quotas with scores of their own.
extension SearchLane {
    func placeThroughTree(_ plan: UnsafeMutablePointer<ClassPlan>, into result: inout RoundResult) {
        let node = chooseInTree(plan)
        if node < 0 {
            result.reject()
            return
        }
        if result.keepsScores { result.scores.append(scratch.pointee.evaluator.score(plan.pointee.requestClass)) }
        plan.pointee.takenCount = 0
        commit(plan, node: node, into: &result)
    }

    /// The best node by (rank, row), -1 = none; the evaluator then holds its devices.
    func chooseInTree(_ plan: UnsafeMutablePointer<ClassPlan>) -> Int {
        let requestClass = plan.pointee.requestClass
        let constraints = plan.pointee.constraints?._withUnsafeGuaranteedRef { $0 }
        constraints?.catchUp(cluster)
        let quotaVersion = cluster.quotas.version(of: plan.pointee.namespace)
        let tree = plan.pointee.tree!._withUnsafeGuaranteedRef { $0 }
        let kind = plan.pointee.podKind
        // What other pods decide changes without a change of the node: it is asked beside the keys that the tree keeps.
        let isAllowed: ((Int) -> Bool)? =
            kind < 0 && candidates == nil
            ? nil
            : { [candidates, cluster] node in
                candidates?.pointee.contains(node) ?? true && cluster.rulesAllow(kind, node: node, requestClass)
            }
        while true {
            let node = tree.best(cluster.table, quotaVersion: quotaVersion, among: isAllowed) {
                node in
                if let constraints, !constraints.contains(node) { return nil }
                guard cluster.table.heads.base[node].flags.contains(.alive),
                    cluster.failingResource(requestClass, node: node) == nil,
                    scratch.pointee.evaluator.fits(requestClass, node: node)
                else { return nil }
                let rank = rankKey(scratch.pointee.evaluator.score(requestClass))
                return requestClass.nodePolicy == .spread ? rank : ~rank
            }
            if node < 0 || scratch.pointee.evaluator.fits(requestClass, node: node) { return node }
            tree.refuse(node)
        }
    }
}
