import DeviceTable
import PlacementEngine
import PlacementModel

/// The plain form of ``ForesightPolicy``: every node for every pod, every sum over the fleet added up anew.
///
/// - Complexity: O(pods x nodes x typical pods x devices)
final class ForesightScanEngine: PlacementEngine {
    let cluster: Fleet
    let name = "reference"
    let looksAhead = true
    private let ranks: [Int32]?
    private var rounds: ForesightRounds
    private var potential: NodePotential
    private var trials = 0

    init(cluster: Fleet, _ context: PolicyContext) {
        self.cluster = cluster
        ranks = context.nodeRanks
        rounds = ForesightRounds(given: context.statistics)
        potential = NodePotential(rounds.outlook.statistics, modes: cluster.table.modes, devicesMax: 1)
    }

    var counters: WorkCounters {
        var counters = WorkCounters()
        counters.exactChecks = trials
        return counters
    }

    var retryVersion: Int { rounds.retryVersion }

    func waitingDidChange(_ classID: Int32, by pods: Int) { rounds.waitingDidChange(classID, by: pods) }

    func place(_ classIDs: UnsafeBufferPointer<Int32>, clock: (() -> UInt64)?, into result: inout RoundResult) {
        let fleet = MilliFleet(cluster: cluster, ranks: ranks)
        _ = rounds.learn(classIDs, cluster)
        potential = NodePotential(
            rounds.outlook.statistics, modes: cluster.table.modes, devicesMax: cluster.devicesPerNodeMax)
        let atStart = sums(fleet)
        rounds.begin(classIDs, atStart)
        let first = result.outcomes.count
        result.outcomes.append(contentsOf: repeatElement(.rejected, count: classIDs.count))
        for place in rounds.order {
            let start = clock?() ?? 0
            let id = Int(classIDs[Int(place)])
            if let pod = rounds.requests[id] {
                let outcome = self.place(cluster.classes[id], pod, fleet, into: &result)
                result.outcomes[first + Int(place)] = outcome
                if outcome.isPlaced {
                    let sums = sums(fleet)
                    rounds.didPlace(pod, sums)
                }
            }
            if let clock { result.latencies.append(clock() - start) }
        }
        rounds.end(classIDs, result.outcomes[first...])
    }

    private func sums(_ fleet: MilliFleet) -> FleetSums {
        let kinds = rounds.outlook.statistics.slotKinds
        var sums = FleetSums(nodes: fleet.count, models: cluster.table.modes.count, kinds: kinds.count)
        for position in 0..<fleet.count {
            let node = fleet.nodes[position]
            sums.idleMilli += Int64(node.idleMilli)
            sums.cpuMilli += ForesightPolicy.bounded(cpuLeftMilli: node.cpuLeftMilli)
            sums.value += potential.value(node.left, count: Int(node.deviceCount))
            if node.model >= 0 {
                sums.supply[Int(node.model)] +=
                    Int64(node.idleMilli) * 1000
                    - potential.shortage.strandedMicro(idleMilli: node.idleMilli, cpuLeftMilli: node.cpuLeftMilli)
            }
            for (place, kind) in kinds.enumerated() {
                sums.slots[place] += ForesightPolicy.slots(
                    kind, wholeDevices: node.wholeDevices, cpuLeftMilli: node.cpuLeftMilli)
            }
        }
        return sums
    }

    private func place(
        _ requestClass: RequestClass, _ pod: ForesightRequest, _ fleet: MilliFleet, into result: inout RoundResult
    ) -> Outcome {
        let sums = sums(fleet)
        rounds.findScarce(sums.slots)
        if rounds.isHeld(pod, sums) { return .rejected }
        var best = (position: -1, score: PolicyPlan.refused, device: -1)
        for position in 0..<fleet.count {
            trials += 1
            let node = fleet.nodes[position]
            guard cluster.firstFailingFilter(requestClass, node: Int(node.row)) == nil, node.fits(pod.request) else {
                continue
            }
            let (score, device) = score(pod, node)
            if score > best.score { best = (position, score, device) }
        }
        if best.position < 0 { return .rejected }
        return fleet.commit(requestClass, pod.request, position: best.position, shareDevice: best.device, into: &result)
    }

    private func score(_ pod: ForesightRequest, _ node: MilliNode) -> (score: Int32, device: Int) {
        let request = pod.request
        let count = Int(node.deviceCount)
        let cpuAfter = node.cpuLeftMilli - request.cpuMilli
        func worth(_ cpuLeftMilli: Int64) -> Int64 {
            potential.plain(model: node.model, cpuLeftMilli: cpuLeftMilli, left: node.left, count: count)
        }
        /// Potential and whole devices with the request on some devices.
        func after(_ devices: UInt64) -> (potential: Int64, whole: Int32) {
            for device in 0..<count where devices & (1 << UInt64(device)) != 0 {
                node.left[device] -= request.milliPerDevice
            }
            var whole: Int32 = 0
            for device in 0..<count where node.left[device] == MilliNode.deviceMilli { whole += 1 }
            let potential = worth(cpuAfter)
            for device in 0..<count where devices & (1 << UInt64(device)) != 0 {
                node.left[device] += request.milliPerDevice
            }
            return (potential, whole)
        }
        let before = worth(node.cpuLeftMilli)
        var best = (potential: Int64.min, whole: Int32(0))
        var chosen = -1
        if request.isShare {
            for device in 0..<count where node.left[device] >= request.milliPerDevice {
                let found = after(1 << UInt64(device))
                let isTighter = chosen >= 0 && node.left[device] < node.left[chosen]
                if found.potential > best.potential || found.potential == best.potential && isTighter {
                    (best, chosen) = (found, device)
                }
            }
        } else {
            best = after(request.asksForDevices ? node.tightestDevices(request) : 0)
        }
        let kinds = rounds.outlook.statistics.slotKinds
        let lost = ForesightPolicy.lostSlots(
            kinds, spoils: pod.spoils, whole: (node.wholeDevices, best.whole),
            cpuMilli: (node.cpuLeftMilli, cpuAfter))
        let tightness = ForesightPolicy.tightness(
            request, cpuLeftMilli: cpuAfter, plainTenths: rounds.outlook.plainTenths)
        let score = ForesightPolicy.score(
            base: ForesightPolicy.base(best.potential - before, tightness: tightness),
            slotCost: ForesightPolicy.slotCost(kinds, lost & rounds.outlook.scarce),
            price: rounds.outlook.modelPrice(pod, model: node.model))
        return (score, chosen)
    }
}
