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

    func willOffer(_ offered: Int32, nowMs: Int64) {
        guard offered == sequence else { return }
        offers += 1
        lastOfferMs = nowMs
        if offers == stopsAtOffer { willDecide() }
    }

    func didOffer(_ offered: Int32, _ outcome: Outcome, in result: RoundResult) {
        guard offered == sequence else { return }
        self.outcome = outcome
        devices = Array(result.devices(of: outcome))
        isDone = outcome.isPlaced || offers == stopsAtOffer
    }
}
