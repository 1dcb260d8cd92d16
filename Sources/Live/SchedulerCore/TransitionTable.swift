/// The one table of the ledger's states: the core moves a pod by it and by nothing else, `docs/core.md` shows it.
///
/// ```
///                 gated      foreign
///                   |           |  (another scheduler binds it)
///                   v           v
///   refused <--> active ------------------------------> allocating --> running --> done
///   neverFits       |  ^                                    ^             ^
///   backingOff      v  | taken back, node bad               |             |
///               reserved --> locking --> binding -----------+-------------+
///                 ^  |                      ^ |
///                 |  v                      | +--> active (dead), backingOff (refused)
///            waitingForVolumes              |
///                            a lock is found whose owner is unbound
/// ```
public struct PodTransition: Sendable, Hashable {
    /// Nil = the pod is not in the ledger.
    public var from: PodState?
    public var trigger: PodTrigger
    /// Nil = it leaves the ledger.
    public var to: PodState?
    /// What has to hold, in words.
    public var guardText: String
    /// What is done besides, in words.
    public var actionText: String
}

public enum TransitionTable {
    /// Every transition, in the order of the page.
    public static let rows: [PodTransition] = makeRows()

    private static let states = PodState.allCases.count
    private static let triggers = PodTrigger.allCases.count
    /// By state and trigger, one more than the row; 0 = none.
    private static let index: [Int16] = {
        var index = [Int16](repeating: 0, count: (states + 1) * triggers)
        for (number, row) in rows.enumerated() {
            let place = place(row.from, row.trigger)
            precondition(index[place] == 0, "two rows for \(String(describing: row.from)) and \(row.trigger)")
            index[place] = Int16(number + 1)
        }
        return index
    }()

    private static func place(_ state: PodState?, _ trigger: PodTrigger) -> Int {
        (state.map { Int($0.rawValue) + 1 } ?? 0) * triggers + Int(trigger.rawValue)
    }

    /// The number of the row, nil where the trigger means nothing in the state. - Complexity: O(1)
    static func row(from state: PodState?, on trigger: PodTrigger) -> Int? {
        let number = index[place(state, trigger)]
        return number == 0 ? nil : Int(number) - 1
    }

    private static func makeRows() -> [PodTransition] {
        var rows: [PodTransition] = []
        func add(_ from: [PodState?], _ trigger: PodTrigger, _ to: PodState?, if condition: String = "", then: String) {
            for state in from {
                rows.append(
                    PodTransition(from: state, trigger: trigger, to: to, guardText: condition, actionText: then))
            }
        }
        let unplaced: [PodState] = [.active, .refused, .neverFits, .backingOff]
        let promised: [PodState] = [.reserved, .waitingForVolumes, .locking, .binding]
        let waiting: [PodState] = [.foreign, .gated] + unplaced + promised

        add([nil], .seenForeign, .foreign, if: "its schedulerName is not ours", then: "nothing")
        add([nil], .seenGated, .gated, if: "it has scheduling gates", then: "nothing")
        add([nil, .gated], .seenWaiting, .active, if: "no gates, no node", then: "joins the queue")
        add(
            [nil] + waiting, .seenBoundUnallocated, .allocating,
            if: "it has a node, wants a locked vendor's devices, and is not past Allocate",
            then: "charged where it runs; its node's lock is kept for it alone")
        add(
            [nil] + waiting, .seenBound, .running, if: "it has a node and is past Allocate, or wants no lock",
            then: "charged where it runs; a reservation elsewhere is given up")
        add([.allocating], .seenBound, .running, if: "past Allocate", then: "the node's next pod may take the lock")
        add(
            [nil] + waiting + [.allocating, .running], .seenTerminal, .done, if: "phase Succeeded or Failed",
            then: "its charge is freed, classes are woken")
        add(
            [nil, .foreign, .gated] + unplaced + [.reserved, .waitingForVolumes, .locking], .seenDeleting, .done,
            if: "deletionTimestamp and no node", then: "its reservation is freed; a lock in its name is released")
        add(
            PodState.allCases, .gone, nil, if: "the object is deleted, or missing from a list, or 404",
            then: "its charge is freed, classes are woken; force-deleted while allocating: the node is closed for 10 s")
        add(
            [.allocating, .running], .ghostEnded, .active, if: "its object lost the node 10 minutes ago",
            then: "its charge is freed; it is placed anew")

        add([.active], .placed, .reserved, if: "a node takes it", then: "assumed in the fleet")
        add(
            [.active], .fitsNowhere, .refused, if: "no node takes it now", then: "condition Unschedulable, with reasons"
        )
        add(
            [.active], .couldNeverFit, .neverFits, if: "no node would take it were the fleet empty",
            then: "condition Unschedulable, with the proof")
        add(
            [.reserved, .waitingForVolumes], .takenBack, .active, if: "a pod of higher priority needs the room",
            then: "forgotten in the fleet; placed anew in the same round")
        add(
            [.refused, .neverFits], .woken, .active, if: "a row of the table of wakes, or the flush",
            then: "joins the queue")
        add([.backingOff], .backOffEnded, .active, if: "1 s to 10 s have passed", then: "joins the queue")
        add(
            [.reserved, .waitingForVolumes, .locking], .nodeTurnedBad, .active,
            if: "the node is gone, born anew, stuck, closed or suspect, or its register changed",
            then: "forgotten in the fleet; placed anew; a lock in its name is released")
        add(
            [.reserved, .waitingForVolumes, .locking], .leadershipLost, .active, if: "this process leads no more",
            then: "forgotten in the fleet")

        add(
            [.reserved], .volumesWanted, .waitingForVolumes, if: "a claim waits for its consumer",
            then: "the claim is written")
        add([.waitingForVolumes], .volumesReady, .reserved, if: "every claim is bound", then: "it queues for its node")
        add(
            [.waitingForVolumes], .volumesFailed, .backingOff, if: "refused, or not bound after 600 s",
            then: "forgotten in the fleet; back-off")
        add(
            [.reserved], .headOfQueue, .locking,
            if: "first of its node's queue; no pod there is between bind and Allocate; the lock is absent",
            then: "lock")
        add([.reserved], .noLockNeeded, .binding, if: "it wants no locked vendor's devices", then: "bind")
        add([.locking], .lockIsOurs, .binding, if: "every lock it needs names it", then: "bind")
        add([.locking], .lockIsAnothers, .reserved, if: "the lock names another", then: "back to its node's queue")
        add(
            [.locking], .lockRefused, .backingOff, if: "403 or 422",
            then: "forgotten in the fleet; back-off of this pod alone")
        add(
            unplaced + [.reserved, .waitingForVolumes], .lockFoundUnbound, .binding,
            if: "a lock that this process has not written names it",
            then: "fence: an earlier leader's Binding may be under way")
        add(
            [.binding], .bindingIsDead, .active,
            if: "no answer can be pending: the pod's version has moved on and it has no node",
            then: "forgotten in the fleet; placed anew; its lock is released")
        add(
            [.binding], .bindingRefused, .backingOff, if: "403, 422 or refused by admission",
            then: "forgotten in the fleet; its lock is released; back-off of this pod alone")
        return rows
    }
}
