import PlacementEngine
import PlacementModel

/// The order in which the pods of a round are decided: smaller ranks first, equal ones as they are queued.
///
/// Kept by an engine so that its storage is used again.
struct RoundOrder {
    /// Places in the round.
    private(set) var places: [Int32] = []
    private var ranks: [Int64] = []

    /// - Parameter rank: of a request class; nil = all stay as they are queued.
    /// - Complexity: O(n log n), O(n) without ranks.
    mutating func arrange(
        _ round: UnsafeBufferPointer<Int32>, _ cluster: Fleet, rank: ((RequestClass) -> Int64)?
    ) {
        places.removeAll(keepingCapacity: true)
        for place in 0..<Int32(round.count) { places.append(place) }
        guard let rank, round.count > 1 else { return }
        ranks.removeAll(keepingCapacity: true)
        for id in round { ranks.append(rank(cluster.classes[Int(id)])) }
        places.sort { (ranks[Int($0)], $0) < (ranks[Int($1)], $1) }
    }
}
