import DeviceTable
import PlacementKernels
import PlacementModel

// Choice through the shared rank index.
extension SearchLane {
    func placeThroughPool(
        _ plan: UnsafeMutablePointer<ClassPlan>, next: UnsafeMutablePointer<ClassPlan>?, into result: inout RoundResult
    ) {
        let node = chooseInPool(plan)
        if node < 0 {
            result.reject()
            return
        }
        if result.keepsScores { result.scores.append(scoreInPool(plan, node)) }
        let likely = likelyNode(of: next)
        commit(plan, node: node, into: &result)
        fetchDevices(of: likely)
        plan.pointee.pool!._withUnsafeGuaranteedRef { pool in
            pool.rescore(node, &scratch.pointee.evaluator)
            pool.didRescore()
        }
    }

    /// The node score of a choice that is not booked yet.
    private func scoreInPool(_ plan: UnsafeMutablePointer<ClassPlan>, _ node: Int) -> Float {
        let requestClass = plan.pointee.requestClass
        if plan.pointee.takenCount == 0 { return scratch.pointee.evaluator.score(requestClass) }
        return scratch.pointee.evaluator.baseScore(
            node: node, policy: requestClass.nodePolicy, policyText: requestClass.nodePolicyText)
    }

    /// The best node by (rank, row), -1 = none; the short scan or the evaluator then hold its devices.
    @inline(__always)
    func chooseInPool(_ plan: UnsafeMutablePointer<ClassPlan>) -> Int {
        let log = plan.pointee.releases
        let quotaVersion = cluster.quotas.version(of: plan.pointee.namespace)
        if isStillRefused(plan) { return -1 }
        return plan.pointee.pool!._withUnsafeGuaranteedRef { pool in
            pool.catchUp(&scratch.pointee.evaluator)
            plan.pointee.possible.catchUp(log, nodes: hot.nodeRowCount)
            if plan.pointee.quotaVersion != quotaVersion {
                plan.pointee.quotaVersion = quotaVersion
                plan.pointee.possible.fill()
            }
            plan.pointee.constraints?._withUnsafeGuaranteedRef { $0.catchUp(cluster) }
            let node = candidate(plan, pool)
            if node < 0 && candidates == nil { noteRefusal(plan) }
            return node
        }
    }

    // MARK: Candidates

    private func candidate(_ plan: UnsafeMutablePointer<ClassPlan>, _ pool: NodePool) -> Int {
        let filters =
            !plan.pointee.possible.isFull || plan.pointee.constraints != nil || candidates != nil
            || plan.pointee.podKind >= 0
        var cursor = RankIndex.Cursor(word: plan.pointee.word, bit: plan.pointee.bit, filters: filters)
        let node = pool.index.pointee.next(&cursor) { mayFit(plan, node: $0) }
        if node < 0 || accepts(plan, node: node) { return node }
        return laterCandidate(plan, pool, cursor)
    }

    /// The first node behind a refused one that passes.
    ///
    /// A candidate that is refused is rarely refused alone: the next few are found before they are tried, so that what their
    /// checks read is fetched side by side.
    @inline(never)
    private func laterCandidate(
        _ plan: UnsafeMutablePointer<ClassPlan>, _ pool: NodePool, _ refused: RankIndex.Cursor
    ) -> Int {
        var cursor = refused
        var batch = SIMD8<Int32>()
        var room = 2
        while true {
            var count = 0
            while count < room {
                let node = pool.index.pointee.next(&cursor) { mayFit(plan, node: $0) }
                if node < 0 { break }
                batch[count] = Int32(truncatingIfNeeded: node)
                fetchNode(node)
                count += 1
            }
            if count == 0 { return -1 }
            for place in 0..<count { fetchDevices(of: Int(batch[place])) }
            for place in 0..<count where accepts(plan, node: Int(batch[place])) { return Int(batch[place]) }
            room = batch.scalarCount
        }
    }

    @inline(__always)
    private func mayFit(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int) -> Bool {
        if !plan.pointee.possible.isFull && !plan.pointee.possible.contains(node) { return false }
        if let candidates, !candidates.pointee.contains(node) { return false }
        if let constraints = plan.pointee.constraints, !constraints._withUnsafeGuaranteedRef({ $0.contains(node) }) {
            return false
        }
        return cluster.rulesAllow(plan.pointee.podKind, node: node, plan.pointee.requestClass)
    }

    /// The resources and the exact check; a node that refuses is remembered.
    @inline(__always)
    private func accepts(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int) -> Bool {
        if hasResources(plan, node: node) && fits(plan, node: node) { return true }
        plan.pointee.possible.remove(node, nodes: hot.nodeRowCount, position: plan.pointee.releases.end)
        return false
    }

    /// CPU, memory, storage, pod slot and extended resources; see ``Fleet/failingResource(_:node:)``.
    @inline(__always)
    func hasResources(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int) -> Bool {
        if plan.pointee.hasExtended { return cluster.failingResource(plan.pointee.requestClass, node: node) == nil }
        let free = hot.free.base[node]
        let asked = plan.pointee.resources
        return asked.pods <= free.pods && (asked.cpuMilli <= 0 || asked.cpuMilli <= free.cpuMilli)
            && (asked.memoryBytes <= 0 || asked.memoryBytes <= free.memoryBytes)
            && (asked.ephemeralBytes <= 0 || asked.ephemeralBytes <= free.ephemeralBytes)
    }

    /// The exact check: the short scan where it equals HAMi's loop, the evaluator elsewhere.
    @inline(__always)
    private func fits(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int) -> Bool {
        plan.pointee.takenCount = 0
        guard plan.pointee.hasScan, hot.heads.base[node].flags.contains(.plain) else {
            return scratch.pointee.evaluator.fits(plan.pointee.requestClass, node: node)
        }
        scratch.pointee.shortScans += 1
        plan.pointee.takenCount = standardScan(plan.pointee.scan, hot.columns(of: node), taken: taken)
        return plan.pointee.takenCount > 0
    }

    // MARK: Booking

    func commit(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int, into result: inout RoundResult) {
        if plan.pointee.takenCount > 0 { return commitScan(plan, node: node, into: &result) }
        let firstDevice = result.devices.count
        cluster.describe(
            plan.pointee.requestClass, scratch.pointee.evaluator.workspace, collapser: &scratch.pointee.collapser,
            effects: &scratch.pointee.effects)
        scratch.pointee.evaluator.workspace.appendDevices(to: &result)
        scratch.pointee.effects.withUnsafeBufferPointer {
            book(plan, node: node, effects: $0, firstDevice: firstDevice, into: &result)
        }
    }

    /// Books the devices of the short scan.
    private func commitScan(_ plan: UnsafeMutablePointer<ClassPlan>, node: Int, into result: inout RoundResult) {
        let cores = plan.pointee.scan.chargedCores
        let devices = UnsafeBufferPointer(start: taken, count: plan.pointee.takenCount).lazy.map {
            AllocatedDevice(device: $0.device, memoryMiB: $0.memoryMiB, cores: cores, container: 0, vendor: 0)
        }
        bookDevices(plan, node: node, devices: devices, into: &result)
    }

    /// Books devices of one request in one container, so that nothing collapses.
    @inline(__always)
    func bookDevices(
        _ plan: UnsafeMutablePointer<ClassPlan>, node: Int, devices: some Sequence<AllocatedDevice>,
        into result: inout RoundResult
    ) {
        let first = Int(hot.heads.base[node].firstDevice)
        scratch.pointee.usages.removeAll()
        let firstResult = result.devices.count
        for device in devices {
            var effect = DeviceEffect.usage(
                device: first + Int(device.device), slots: 1, memoryMiB: device.memoryMiB, cores: device.cores)
            effect.vendor = plan.pointee.vendor
            scratch.pointee.usages.append(effect)
            var booked = device
            booked.container = plan.pointee.container
            booked.vendor = plan.pointee.vendor
            result.devices.append(booked)
        }
        book(plan, node: node, effects: scratch.pointee.usages.items, firstDevice: firstResult, into: &result)
    }
}
