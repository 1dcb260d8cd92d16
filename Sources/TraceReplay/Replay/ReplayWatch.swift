import PlacementEngine

/// Follows one pod through a replay on a virtual clock, and stops the replay where the pod is decided.
final class ReplayWatch {
    private let sequence: Int32
    /// The offer at which to stop; nil = the one that places the pod.
    private let stopsAtOffer: Int?
    /// Called before the offer at which the replay stops.
    private let willDecide: () -> Void

    /// Rounds in which the pod was offered so far.
    private(set) var offers = 0
    private(set) var lastOfferMs: Int64 = 0
    private(set) var isDone = false
    private(set) var outcome = Outcome.rejected
    private(set) var devices: [AllocatedDevice] = []

    init(sequence: Int32, stopsAtOffer: Int? = nil, willDecide: @escaping () -> Void = {}) {
        self.sequence = sequence
        self.stopsAtOffer = stopsAtOffer
        self.willDecide = willDecide
    }

    /// The end of the round that is offered now: a round that holds the pod is cut before it and after it, so that it is
    /// decided by itself in the state it would have met.
    func willOffer(_ queue: [Int32], _ round: Range<Int>, nowMs: Int64) -> Int {
        guard let place = queue[round].firstIndex(of: sequence) else { return round.upperBound }
        if place > round.lowerBound { return place }
        offers += 1
        lastOfferMs = nowMs
        if offers == stopsAtOffer { willDecide() }
        return place + 1
    }

    func didOffer(_ offered: Int32, _ outcome: Outcome, in result: RoundResult) {
        guard offered == sequence else { return }
        self.outcome = outcome
        devices = Array(result.devices(of: outcome))
        isDone = outcome.isPlaced || offers == stopsAtOffer
    }
}
