import PlacementModel

@testable import PlacementEngine
@testable import PlacementPolicies

/// A policy that nobody ships: the node with the least CPU left. All that a new policy takes is this file and a line in a list.
struct LeastCPULeft: MilliPolicy {
    func score(_ request: MilliRequest, _ node: MilliNode) -> Int32 { -Int32(node.cpuLeftMilli) }
}

extension LeastCPULeft: SharePolicy {
    func score(_ requestClass: RequestClass, _ trial: borrowing ShareTrial) -> Int32 {
        let view = trial.view(of: requestClass)
        return score(view.request, view.node)
    }
}

extension PlacementPolicy {
    static let leastCPULeft = PlacementPolicy(name: "LeastCPULeft", summary: "the node with the least CPU left") { _ in
        LeastCPULeft()
    }
}
