import PlacementModel
import Testing

@testable import SchedulerCore

/// Every row of the table of transitions: a pod is brought to the row's state, what moves it happens, and it is where the row says.
@Suite struct TransitionTests {
    @Test(arguments: TransitionTable.rows.indices)
    func row(_ number: Int) throws {
        let row = TransitionTable.rows[number]
        let world = try PodWorld()
        try world.bring(to: row.from, before: row.trigger)
        #expect(world.kit.state("p") == row.from, "\(row) \(world.kit.story)")
        let before = world.kit.core.counts.transitions[number]
        try world.fire(row.trigger, from: row.from)
        #expect(world.kit.core.counts.transitions[number] == before + 1, "\(row) \(world.kit.story)")
    }

    /// The table has a row for every state that a pod can enter and leave.
    @Test func everyStateIsEnteredAndLeft() {
        for state in PodState.allCases {
            #expect(TransitionTable.rows.contains { $0.to == state })
            #expect(TransitionTable.rows.contains { $0.from == state })
        }
        for trigger in PodTrigger.allCases {
            #expect(TransitionTable.rows.contains { $0.trigger == trigger })
        }
    }
}

/// A world with one pod of interest, `p`, that can be brought to any state.
final class PodWorld {
    let kit: CoreKit

    private var isListed = false

    init() throws {
        kit = try CoreKit(needed: Set(WatchedKind.allCases))
        kit.addNode("a")
        // Takes no pod; a lock may be found there.
        kit.addNode("b")
        kit.edit(node: "b") { $0.isUnschedulable = true }
    }

    private func listOthers() {
        if isListed { return }
        isListed = true
        for kind in WatchedKind.allCases where kind != .pods && kind != .nodes {
            kit.tell(.listBegun(kind))
            kit.tell(.listEnded(kind))
        }
    }

    private func begin() {
        kit.list()
        listOthers()
        kit.tell(.leadershipWon(holder: "me"))
    }

    private func start() {
        begin()
        kit.pass(milliseconds: 5)
    }

    static let whole = "n=1 m=40000"

    func bring(to state: PodState?, before trigger: PodTrigger) throws {
        switch state {
        case nil: start()
        case .foreign:
            kit.addPod("p", scheduler: "another")
            start()
        case .gated:
            kit.addPod("p") { $0.schedulingGates = ["wait"] }
            start()
        case .active: bringToActive(before: trigger)
        case .refused:
            kit.addPod("other", Self.whole, age: 500)
            kit.addPod("p", Self.whole)
            start()
            kit.bindFully("other", on: "a")
            kit.allocate("other")
            kit.watch(pod: "other")
            kit.watch(node: "a")
            kit.perform("condition p")
        case .neverFits:
            kit.addPod("p", "n=1 m=50000")
            start()
            kit.perform("condition p")
        case .backingOff:
            kit.addPod("p")
            start()
            kit.perform("lock a")
            kit.answer("bind p", .refused("no"))
            kit.perform("condition p")
        case .reserved: bringToReserved(before: trigger)
        case .waitingForVolumes:
            addClaim()
            start()
        case .locking:
            kit.addPod("p")
            start()
        case .binding:
            kit.addPod("p")
            start()
            kit.perform("lock a")
        case .allocating:
            kit.addPod("p")
            start()
            kit.bindFully("p", on: "a")
        case .running:
            kit.addPod("p")
            start()
            kit.bindFully("p", on: "a")
            kit.allocate("p")
            kit.watch(pod: "p")
        case .done:
            kit.addPod("p") { $0.phase = .failed }
            start()
        }
    }

    private func bringToActive(before trigger: PodTrigger) {
        switch trigger {
        case .fitsNowhere:
            kit.addPod("other", Self.whole, age: 500)
            kit.addPod("p", Self.whole)
        case .couldNeverFit: kit.addPod("p", "n=1 m=50000")
        case .lockFoundUnbound:
            kit.addPod("p")
            kit.edit(node: "a") { $0.metadata.annotations["hami.io/mutex.lock"] = "2026-01-01T00:00:00Z,default,p" }
            kit.list()
            return
        default: kit.addPod("p")
        }
        begin()
    }

    private func bringToReserved(before trigger: PodTrigger) {
        switch trigger {
        case .headOfQueue:
            // Behind another pod of its node.
            kit.addPod("other", age: 500)
            kit.addPod("p")
            start()
            kit.bindFully("other", on: "a")
        case .noLockNeeded, .volumesWanted:
            // Its condition is on its way to the store, so that nothing else may be written for it yet.
            kit.addPod("p", trigger == .noLockNeeded ? "cpu=1" : "n=1 m=1000") { pod in
                pod.nodeSelector = ["zone": "z"]
                if trigger == .volumesWanted { pod.add(volume: "data") }
            }
            begin()
            if trigger == .volumesWanted { tellOfClaim() }
            kit.pass(milliseconds: 5)
            kit.edit(node: "a") { $0.metadata.labels["zone"] = "z" }
            kit.watch(node: "a")
            kit.pass(milliseconds: 5)
        default:
            kit.addPod("other", age: 500)
            kit.addPod("p")
            start()
        }
    }

    // MARK: A claim that waits for its consumer

    private func addClaim() {
        kit.addPod("p") { $0.add(volume: "data") }
        listOthers()
        tellOfClaim()
    }

    private func tellOfClaim() {
        var storageClass = StorageClass(metadata: ObjectMeta(name: "late"))
        storageClass.provisioner = "csi.example"
        storageClass.waitsForConsumer = true
        kit.tell(.upserted(.init(.storageClass(storageClass), resourceVersion: "1")))
        tellOfClaim(isBound: false)
    }

    func tellOfClaim(isBound: Bool) {
        var claim = PersistentVolumeClaim(metadata: ObjectMeta(name: "data", namespace: "default", uid: "data-uid"))
        claim.storageClassName = "late"
        claim.phase = isBound ? "Bound" : "Pending"
        if isBound {
            claim.volumeName = "v"
            claim.metadata.annotations["pv.kubernetes.io/bind-completed"] = "yes"
        }
        kit.tell(.upserted(.init(.claim(claim), resourceVersion: isBound ? "3" : "2")))
    }

    // MARK: What happens

    func fire(_ trigger: PodTrigger, from state: PodState?) throws {
        switch trigger {
        case .seenForeign:
            kit.addPod("p", scheduler: "another")
            kit.watch(pod: "p")
        case .seenGated:
            kit.addPod("p") { $0.schedulingGates = ["wait"] }
            kit.watch(pod: "p")
        case .seenWaiting:
            if state == nil { kit.addPod("p") } else { kit.edit(pod: "p") { $0.schedulingGates = [] } }
            kit.watch(pod: "p")
        case .seenBoundUnallocated, .seenBound:
            if state == nil { kit.addPod("p") }
            kit.edit(pod: "p", started: trigger == .seenBound) { pod in
                pod.nodeName = "a"
                pod.schedulingGates = []
                pod.metadata.annotations["hami.io/vgpu-node"] = "a"
                pod.metadata.annotations["hami.io/vgpu-devices-to-allocate"] = "a-g0,NVIDIA,1000,0:;"
                pod.metadata.annotations["hami.io/vgpu-devices-allocated"] = "a-g0,NVIDIA,1000,0:;"
            }
            kit.watch(pod: "p")
        case .seenTerminal:
            if state == nil { kit.addPod("p") }
            kit.edit(pod: "p") { $0.phase = .succeeded }
            kit.watch(pod: "p")
        case .seenDeleting:
            if state == nil { kit.addPod("p") }
            kit.edit(pod: "p") { $0.isTerminating = true }
            kit.watch(pod: "p")
        case .gone: kit.delete(pod: "p")
        case .ghostEnded:
            kit.edit(pod: "p") { $0.nodeName = "" }
            kit.watch(pod: "p")
            kit.pass(seconds: 599)
            #expect(kit.usedMiB == ["a-g0": 1000])
            kit.pass(seconds: 1)
        case .placed, .fitsNowhere, .couldNeverFit: kit.pass(milliseconds: 5)
        case .takenBack:
            // What is being written is not taken back: its claim has been put off.
            if state == .waitingForVolumes { kit.answer("claim data", .throttled(retryAfterSeconds: 100)) }
            kit.addPod("urgent", state == .reserved ? "n=1 m=39900" : "n=1 m=40900", priority: 9)
            kit.watch(pod: "urgent")
            kit.pass(milliseconds: 5)
        case .woken:
            // Room for whatever it asks.
            kit.addNode("bigger")
            kit.edit(node: "bigger") { node in
                let register = node.metadata.annotations["hami.io/node-nvidia-register"]!
                node.metadata.annotations["hami.io/node-nvidia-register"] = register.replacing("40960", with: "81920")
            }
            kit.watch(node: "bigger")
        case .backOffEnded: kit.pass(seconds: 1)
        case .nodeTurnedBad: kit.delete(node: "a")
        case .leadershipLost: kit.tell(.leadershipLost)
        case .volumesWanted, .noLockNeeded: kit.perform("condition p")
        case .volumesReady:
            kit.perform("claim data")
            tellOfClaim(isBound: true)
        case .volumesFailed: kit.answer("claim data", .refused("no"))
        case .headOfQueue:
            kit.allocate("other")
            kit.watch(pod: "other")
            kit.watch(node: "a")
        case .lockIsOurs: kit.perform("lock a")
        case .lockIsAnothers:
            kit.edit(node: "a") { $0.metadata.annotations["hami.io/mutex.lock"] = "2026-01-01T00:00:00Z,x,y" }
            kit.perform("lock a")
            kit.watch(node: "a")
        case .lockRefused: kit.answer("lock a", .refused("no"))
        case .lockFoundUnbound: findLock(state)
        case .bindingIsDead:
            kit.edit(pod: "p") { $0.metadata.labels["new"] = "version" }
            kit.answer("bind p", .unknown)
            kit.perform("read pod p")
        case .bindingRefused: kit.answer("bind p", .refused("no"))
        }
    }

    private func findLock(_ state: PodState?) {
        if state == .active { return begin() }
        kit.edit(node: "b") { $0.metadata.annotations["hami.io/mutex.lock"] = "2026-01-01T00:00:00Z,default,p" }
        kit.watch(node: "b")
        // A write for the pod that is under way is waited for.
        for prefix in ["condition p", "claim data"] where kit.number(prefix) != nil {
            kit.perform(prefix)
            kit.pass(seconds: 1)
        }
    }
}

extension Pod {
    fileprivate mutating func add(volume claim: String) {
        var scheduling = scheduling
        scheduling.volumes = [PodVolume(name: claim, source: .claim(name: claim))]
        self.scheduling = scheduling
    }
}
