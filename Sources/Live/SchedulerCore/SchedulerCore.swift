import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

/// A scheduler of a live cluster as a state machine: an event and its time go in, actions come out.
///
/// ```
///  event --> ledger of pods and nodes --> time that has passed --> a round, if one is due --> nodes' queues --> actions
///            (what objects show)          (deadlines)             (Fleet, RoundDriver)        (locks, Bindings)
/// ```
///
/// A worked case, one node and one pod that wants a locked vendor's device:
///
/// ```
///  t        event                               actions
///  0        node and pod listed, leadership won wake(5 ms)
///  5 ms     timer                               lock #1 (node's version 7)          active -> reserved -> locking
///  9 ms     answered #1 done (version 8)        bind #2 (pod's uid and version)     locking -> binding
///  12 ms    pod changed: it has the node        -                                   binding -> allocating
///  300 ms   pod changed: bind-phase success     wake                                allocating -> running
///  310 ms   node changed: no lock               the next pod of the queue is locked for
/// ```
///
/// Everything that decides is inside, everything that can fail is outside. The core has no clock, no thread, no randomness and no I/O;
/// equal events at equal times give equal actions, byte for byte.
public struct SchedulerCore: ~Copyable {
    let configuration: CoreConfiguration
    let placement: Placement
    var now = Now(monotonicNanoseconds: .min, wallSeconds: .min)

    // The ledger.
    var pods = NameTable<PodEntry>()
    var podsByName = NameTable<PodEntry>()
    var nodes = NameTable<NodeEntry>()
    var objects = ClusterObjectTables()
    var lists = ListProgress()

    // Pods that wait.
    var active = OrderedPods()
    var sleepers = SleepingClasses()
    /// Pods whose volumes are being claimed.
    var awaitingVolumes = OrderedPods()
    /// Pods that are reserved and nothing more: a round may take them back.
    var promises = OrderedPods()
    /// The placement's when the sleepers went to sleep.
    var classEpoch = 0
    var roundDue: Int64?
    var flushDue: Int64?

    // What is under way.
    var deadlines = TimeQueue<DeadlineSubject>()
    var subjects: [ActionNumber: DeadlineSubject] = [:]
    /// Nodes whose queue is to be looked at before the event is done with.
    var nodesToPump: [NodeEntry] = []
    /// Pods that may go on.
    var podsToAdvance: [PodEntry] = []
    var outbox: [ActionBuffer.Entry] = []
    var nextNumber: UInt64 = 1
    var wakeAt: Int64?

    /// Identity of this process while it leads.
    var holder: String?
    /// What has happened so far, by count.
    public internal(set) var counts = CoreCounts()

    public init(_ configuration: CoreConfiguration) {
        self.configuration = configuration
        placement = Placement(configuration)
    }

    /// Takes over what has happened, and says what is to be done.
    ///
    /// - Parameters:
    ///   - event: in the order in which events are recorded.
    ///   - time: when it was recorded.
    ///   - actions: appended to.
    /// - Complexity: about O(log pods) for an object that changes nothing of weight; a round besides where one is due.
    /// - Determinism: the actions depend on the events and times so far, and on nothing else.
    public mutating func handle(
        _ event: borrowing SchedulerEvent, at time: Now, into actions: inout ActionBuffer
    ) {
        now = time.noEarlier(than: now)
        switch copy event {
        case .upserted(let object): observe(object)
        case .deleted(let identity): forget(identity)
        case .listBegun(let kind): lists.begin(kind)
        case .listEnded(let kind): endList(kind)
        case .watchBroke(let kind): lists.watchBroke(kind, at: now.monotonicNanoseconds)
        case .watchResumed(let kind): lists.watchResumed(kind)
        case .answered(let number, let answer): take(answer, to: number)
        case .timer: break
        case .leadershipWon(let holder): win(as: holder)
        case .leadershipLost: lose()
        }
        passTime()
        goOn()
        runRounds()
        goOn()
        setWake()
        for entry in outbox { actions.append(entry.action, as: entry.number) }
        outbox.removeAll(keepingCapacity: true)
    }

    // MARK: Actions

    var leads: Bool { holder != nil }

    /// Whether writes may be sent: this process leads, and every kind has been listed once.
    var mayWrite: Bool { leads && lists.areComplete(configuration.neededKinds) }

    var wallClock: WallClock { WallClock(unixSeconds: now.wallSeconds) }

    /// Sends an action whose answer concerns a pod or a node.
    mutating func send(_ action: SchedulerAction, for subject: DeadlineSubject) -> ActionNumber {
        precondition(leads, "who does not lead writes nothing")
        let number = emit(action)
        subjects[number] = subject
        deadlines.add(.answer(number), at: now.monotonicNanoseconds + Waits.answer)
        return number
    }

    @discardableResult
    mutating func emit(_ action: SchedulerAction) -> ActionNumber {
        let number = ActionNumber(nextNumber)
        nextNumber += 1
        outbox.append(ActionBuffer.Entry(number: number, action: action))
        return number
    }

    mutating func note(_ about: ObjectIdentity, isWarning: Bool, _ reason: String, _ message: String) {
        guard leads else { return }
        emit(.recordEvent(EventNote(about: about, isWarning: isWarning, reason: reason, message: message)))
    }

    // MARK: Time

    mutating func wait(_ entry: PodEntry, _ span: Int64) {
        entry.notBefore = now.monotonicNanoseconds + span
        deadlines.add(.pod(uid: entry.uid), at: entry.notBefore)
    }

    mutating func wait(_ node: NodeEntry, _ span: Int64) {
        node.notBefore = now.monotonicNanoseconds + span
        look(at: node, again: node.notBefore)
    }

    /// Sees to it that a node is looked at by then. At an earlier time that is set already, what is to come is set anew.
    mutating func look(at node: NodeEntry, again time: Int64) {
        if let known = node.lookAt, known <= time { return }
        node.lookAt = time
        deadlines.add(.node(name: node.name), at: time)
    }

    /// Looks at everything whose time has come.
    mutating func passTime() {
        while let (_, subject) = deadlines.removeFirst(by: now.monotonicNanoseconds) {
            switch subject {
            case .pod(let uid): if let entry = pods[uid] { timePassed(entry) }
            case .node(let name):
                guard let node = nodes[name] else { continue }
                if let at = node.lookAt, at <= now.monotonicNanoseconds { node.lookAt = nil }
                refreshClosures(of: node)
                pumpLater(node)
            case .answer(let number): if subjects[number] != nil { take(.unknown, to: number) }
            case .round: break
            case .flush: flush()
            }
        }
    }

    /// A time that was set for a pod has come; what it was for follows from the pod's state.
    private mutating func timePassed(_ entry: PodEntry) {
        let time = now.monotonicNanoseconds
        if let since = entry.ghostSince, time >= since + Waits.ghost { endGhost(entry) }
        if let since = entry.reservationSince, time >= since + Waits.trustedReservation { recharge(entry) }
        if entry.state == .backingOff, time >= entry.notBefore { move(entry, .backOffEnded) }
        if entry.state == .waitingForVolumes { volumesMayHaveFailed(entry) }
        podsToAdvance.append(entry)
    }

    /// Asks for a timer at the earliest deadline, when that has changed.
    private mutating func setWake() {
        if let at = wakeAt, at <= now.monotonicNanoseconds { wakeAt = nil }
        guard let first = deadlines.firstTime, first != wakeAt else { return }
        wakeAt = first
        emit(.wake(atNanoseconds: first))
    }

    // MARK: What may go on

    mutating func pumpLater(_ node: NodeEntry) {
        if node.isToBePumped { return }
        node.isToBePumped = true
        nodesToPump.append(node)
    }

    /// Lets pods and nodes' queues go on until nothing more happens. Nodes with long queues come first, so that their plugins, which
    /// take one pod after another, are never idle.
    mutating func goOn() {
        while !nodesToPump.isEmpty || !podsToAdvance.isEmpty {
            // What is on its way to a node comes before what is to be said about those who wait.
            let pods = podsToAdvance.filter { $0.state?.isPromised == true }
            let others = podsToAdvance.filter { $0.state?.isPromised != true }
            podsToAdvance = []
            for entry in pods where self.pods[entry.uid] === entry { advance(entry) }
            let nodes = nodesToPump.sorted {
                $0.queue.count != $1.queue.count ? $0.queue.count > $1.queue.count : precedes($0.name, $1.name)
            }
            nodesToPump = []
            for node in nodes {
                node.isToBePumped = false
                pump(node)
            }
            for entry in others where self.pods[entry.uid] === entry { advance(entry) }
        }
    }
}

/// How often what has happened; for metrics and tests.
public struct CoreCounts: Sendable, Hashable {
    public var rounds = 0
    public var placed = 0
    public var refused = 0
    public var bound = 0
    /// Pods that only the flush let try again, and that then fitted: a row is missing in the table of wakes.
    public var missedWakes = 0
    /// Devices found to hold more than they have.
    public var overcommitments = 0
    /// Bound pods whose allocation was edited by somebody.
    public var tamperedAllocations = 0
    /// Bindings whose outcome had to be found out.
    public var fences = 0
    /// By row of ``TransitionTable/rows``.
    public var transitions = [Int](repeating: 0, count: TransitionTable.rows.count)
    /// By row of ``WakeTable/rows``: events of the kind.
    public var wakes = [Int](repeating: 0, count: WakeTable.rows.count)
}
