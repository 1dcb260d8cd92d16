import BulkJSON
import PlacementModel
import PretendCluster
import SchedulerCore
import SeededNumbers
import VendorCatalog

/// The scheduler's core in a pretend cluster, in one thread on a virtual clock, with everything going wrong that the plan
/// says.
///
/// ```
///  pretend cluster --changes--> feeds --after a delay, late, twice--> core --actions--> requests --after a delay--> cluster
///        ^                                                                                          |
///        '-- occasions of the plan                                       answers, late, lost <------'
/// ```
///
/// - Determinism: a plan is a story, to the byte.
public struct Simulation {
    enum Message {
        case occasion(Int)
        case deliver(process: Int, SchedulerEvent)
        case timer(process: Int)
        case commit(process: Int, ActionNumber, SchedulerAction, Delivery)
        case leaseTick(process: Int)
        case resume(process: Int)
        case reopen(process: Int, kind: Int, isExpired: Bool)
        case restart
        case flap(node: String, left: Int)
        case wakeNode(String)
        case rejoin(node: Int)
    }

    /// What becomes of a write and of its answer.
    enum Delivery {
        case usual
        /// The write happens, the answer does not.
        case silent
        /// The answer was given before: the client had given up.
        case afterTimeout
    }

    public let plan: SimulationPlan
    let fleet: SimulatedFleet
    let configuration: CoreConfiguration
    public internal(set) var cluster: PretendCluster
    var agenda = TimeQueue<Message>()
    var generator: SeededGenerator
    var processes: [SchedulerProcess] = []
    /// Who holds the Lease, and since when nobody has renewed it.
    var leaseHolder: Int?
    var leaseRenewedNanoseconds: Int64 = .min / 2
    var armed: [Occasion] = []
    var polledVersion: Int64 = 0
    var podCount = 0
    /// Nodes on which somebody else took the lock away, or to which pods came that no lock protects: their plugins may take one
    /// pod for another, whatever a scheduler does.
    var disturbedNodes: Set<String> = []
    var checkedGrants = 0
    public internal(set) var stepCount = 0
    public internal(set) var violations: [String] = []
    /// By fault: how often it took effect.
    public internal(set) var fired: [(fault: String, count: Int)] = []
    /// A hash of all actions of all processes, in order.
    public internal(set) var actionHash: UInt64 = 0xcbf2_9ce4_8422_2325

    /// - Parameter tellsStory: keeps what happens, sentence by sentence, in `cluster.story`.
    public init(_ plan: SimulationPlan, catalog: VendorCatalog, tellsStory: Bool = false) {
        self.plan = plan
        generator = SeededGenerator(seed: plan.seed &+ 1)
        fleet = SimulatedFleet(nodes: plan.nodeCount, catalog: catalog, using: &generator)
        configuration = CoreConfiguration(catalog: catalog, parser: JSONParser())
        var server = PretendAPIServer.Configuration(seed: plan.seed &+ 2)
        server.leaderFence = LeaderFence(
            leaseNamespace: "kube-system", leaseName: "berth", annotation: "berth.io/leader")
        cluster = PretendCluster(server)
        cluster.tellsStory = tellsStory
        for (place, node) in fleet.nodes.enumerated() { cluster.addNode(node, plugins: fleet.plugins[place]) }
        for (place, occasion) in plan.occasions.enumerated() { agenda.add(.occasion(place), at: occasion.nanoseconds) }
        start()
        if plan.hasStandby { start() }
    }

    var now: Int64 { cluster.nanoseconds }

    var coreNow: Now { Now(monotonicNanoseconds: cluster.nanoseconds, wallSeconds: cluster.now.wallSeconds) }

    /// Runs the plan to its end and leaves the cluster alone until nothing has changed in it for a while.
    public mutating func run() {
        run(until: (plan.occasions.last?.nanoseconds ?? 0) + Self.quietNanoseconds)
        for _ in 0..<Self.quietTriesMax where violations.isEmpty {
            let version = cluster.server.version
            run(until: now + Self.quietNanoseconds)
            if cluster.server.version == version { break }
        }
        checkEverything()
        checkRest()
    }

    /// Longer than anything that a scheduler, a kubelet or a controller waits for.
    static let quietNanoseconds: Int64 = 700_000_000_000
    static let quietTriesMax = 40

    /// Runs until a time, or until something is broken.
    mutating func run(until end: Int64) {
        while violations.isEmpty {
            let next = min(agenda.firstTime ?? .max, cluster.nextNanoseconds ?? .max)
            guard next <= end else { break }
            cluster.run(until: next)
            look()
            while let (_, message) = agenda.removeFirst(by: now) {
                take(message)
                look()
            }
        }
        if violations.isEmpty { cluster.run(until: end) }
    }

    mutating func step() {
        stepCount += 1
        if stepCount % 100 == 0 { checkEverything() }
    }

    mutating func tell(_ who: String, _ what: @autoclosure () -> String) {
        if cluster.tellsStory { cluster.tell(who, what()) }
    }

    private mutating func take(_ message: Message) {
        switch message {
        case .occasion(let place): occur(plan.occasions[place])
        case .deliver(let process, let event): deliver(event, to: processes[process])
        case .timer(let number):
            let process = processes[number]
            guard process.timer.map({ $0 <= now }) ?? false else { return }
            process.timer = nil
            deliver(.timer, to: process)
        case .commit(let process, let number, let action, let delivery):
            commit(action, number, of: processes[process], delivery)
        case .leaseTick(let process): tickLease(processes[process])
        case .resume(let process): resume(processes[process])
        case .reopen(let process, let kind, let isExpired): reopen(kind, of: processes[process], isExpired: isExpired)
        case .restart: start()
        case .flap(let node, let left): flap(node, left)
        case .wakeNode(let node): cluster.wake(node)
        case .rejoin(let node): cluster.addNode(fleet.nodes[node], plugins: fleet.plugins[node])
        }
    }

    mutating func after(milliseconds least: Int, _ most: Int) -> Int64 {
        now + Int64(least) * 1_000_000 + Int64(generator.below((most - least) * 1_000 + 1)) * 1_000
    }

    // MARK: Processes

    /// A process starts: it lists everything and stands by to lead.
    mutating func start() {
        let process = SchedulerProcess(configuration, number: processes.count)
        processes.append(process)
        tell("scheduler \(process.number)", "starts")
        for kind in process.feeds.indices { send(process.feeds[kind].list(&cluster), of: kind, to: process) }
        agenda.add(.leaseTick(process: process.number), at: after(milliseconds: 50, 200))
    }

    /// Sends what changed to those who watch.
    mutating func look() {
        guard cluster.server.version != polledVersion else { return }
        polledVersion = cluster.server.version
        for process in processes where process.isAlive {
            for kind in process.feeds.indices where process.feeds[kind].isOpen {
                let events = process.feeds[kind].poll(&cluster)
                send(events, of: kind, to: process)
                if !process.feeds[kind].isOpen { breakWatch(kind, of: process, isExpired: true, milliseconds: 500) }
            }
        }
    }

    mutating func send(_ events: [SchedulerEvent], of kind: Int, to process: SchedulerProcess) {
        for event in events {
            let late = max(after(milliseconds: 1, 30), process.lateUntil)
            process.arrivals[kind] = max(process.arrivals[kind] + 1, late)
            agenda.add(.deliver(process: process.number, event), at: process.arrivals[kind])
            if process.doubled > 0, case .upserted = event {
                process.doubled -= 1
                agenda.add(.deliver(process: process.number, event), at: process.arrivals[kind])
                note("events told twice")
            }
        }
    }

    mutating func breakWatch(_ kind: Int, of process: SchedulerProcess, isExpired: Bool, milliseconds: Int) {
        process.feeds[kind].cut(&cluster)
        send([.watchBroke(process.feeds[kind].kind)], of: kind, to: process)
        agenda.add(
            .reopen(process: process.number, kind: kind, isExpired: isExpired),
            at: now + Int64(milliseconds) * 1_000_000)
    }

    private mutating func reopen(_ kind: Int, of process: SchedulerProcess, isExpired: Bool) {
        guard process.isAlive, !process.feeds[kind].isOpen else { return }
        if !isExpired, let events = process.feeds[kind].resume(&cluster) {
            return send(events, of: kind, to: process)
        }
        send(process.feeds[kind].list(&cluster), of: kind, to: process)
    }

    /// Hands an event to a core and sends off what it wants done.
    mutating func deliver(_ event: SchedulerEvent, to process: SchedulerProcess) {
        guard process.isAlive else { return }
        guard process.suspendedUntil == nil else { return process.inbox.append(event) }
        step()
        var buffer = ActionBuffer()
        process.core.handle(event, at: coreNow, into: &buffer)
        for entry in buffer.entries { dispatch(entry, of: process) }
    }

    // MARK: Leading

    /// Every two seconds the holder renews the Lease, and the others look whether it is free.
    private mutating func tickLease(_ process: SchedulerProcess) {
        guard process.isAlive else { return }
        agenda.add(.leaseTick(process: process.number), at: now + SchedulerProcess.retryNanoseconds)
        guard process.suspendedUntil == nil else { return }
        if leaseHolder == process.number {
            leaseRenewedNanoseconds = now
            process.renewedNanoseconds = now
        } else if process.holder != nil {
            process.holder = nil
            tell("scheduler \(process.number)", "leads no more")
            deliver(.leadershipLost, to: process)
        } else if now >= leaseRenewedNanoseconds + SchedulerProcess.leaseNanoseconds {
            let holder = "berth-\(process.number)"
            let lease: JSON = ["spec": ["holderIdentity": .string(holder), "leaseDurationSeconds": 15]]
            let path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
            let patched = cluster.handle(
                APIRequest(
                    .patch, "\(path)/berth", body: lease, contentType: "application/merge-patch+json", user: "scheduler"
                ))
            if patched.status == 404 {
                var new = lease
                new[path: ["metadata", "name"]] = "berth"
                _ = cluster.handle(APIRequest(.post, path, body: new, user: "scheduler"))
            }
            leaseHolder = process.number
            leaseRenewedNanoseconds = now
            process.renewedNanoseconds = now
            process.holder = holder
            tell("scheduler \(process.number)", "leads")
            deliver(.leadershipWon(holder: holder), to: process)
        }
    }

    private mutating func resume(_ process: SchedulerProcess) {
        guard process.isAlive, process.suspendedUntil != nil else { return }
        process.suspendedUntil = nil
        tell("scheduler \(process.number)", "goes on")
        let waiting = process.inbox
        process.inbox = []
        for event in waiting { deliver(event, to: process) }
    }

    // MARK: Counting

    mutating func note(_ fault: String) {
        if let place = fired.firstIndex(where: { $0.fault == fault }) {
            fired[place].count += 1
        } else {
            fired.append((fault, 1))
        }
    }

    mutating func hash(_ text: String) {
        for byte in text.utf8 { actionHash = (actionHash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
}
