import JSONText
import PretendCluster
import SchedulerCore
import VendorCatalog

extension Simulation {
    mutating func violate(_ what: String) {
        violations.append(what)
        tell("INVARIANT", what)
    }

    /// At most one write of a process is under way for an object.
    mutating func checkOneWrite(_ action: SchedulerAction, of process: SchedulerProcess) {
        if process.underWay.contains(where: { $0.value == action.target }) {
            violate("scheduler \(process.number) has two writes under way for \(action.target)")
        }
    }

    /// What the devices of the pods on a node come to, against what they have.
    mutating func checkNode(_ node: String) {
        var used: [String: SimulatedFleet.Device] = [:]
        var holders: [String: [String]] = [:]
        for pod in cluster.server.objects("pods") where pod.nodeName == node && !pod.isFinished {
            // What a restored store shows of pods that had ended before is corrected by their kubelet at once.
            if cluster.hasFinished(pod.uid, on: node) { continue }
            for vendor in fleet.catalog.vendors {
                guard !vendor.annotations.allocated.isEmpty, let text = pod.annotation(vendor.annotations.allocated),
                    !text.isEmpty
                else { continue }
                for item in (AllocationText.decode(text) ?? []).flatMap({ $0 }) {
                    let key = SimulatedFleet.key(vendor.commonWord, item.uuid)
                    used[key, default: SimulatedFleet.Device(slots: 0, memoryMiB: 0, cores: 0)].add(
                        memoryMiB: Int64(item.memoryMiB), cores: Int64(item.cores))
                    holders[key, default: []].append(pod.name)
                }
            }
        }
        for key in used.keys.sorted() {
            guard let sum = used[key] else { continue }
            guard let device = fleet.devices[key] else { return violate("\(node): no device \(key)") }
            if sum.slots > device.slots || sum.memoryMiB > device.memoryMiB || sum.cores > device.cores {
                violate(
                    "\(node): \(key) is over-committed by \((holders[key] ?? []).joined(separator: ", ")): "
                        + "\(sum.slots)/\(device.slots) slots, \(sum.memoryMiB)/\(device.memoryMiB) MiB, "
                        + "\(sum.cores)/\(device.cores) cores")
            }
        }
    }

    /// All nodes, and what the plugins have handed out.
    mutating func checkEverything() {
        for node in fleet.nodes { checkNode(node.name) }
        for grant in cluster.grants[checkedGrants...] where grant.podUID != grant.orderUID {
            if disturbedNodes.contains(grant.node) { continue }
            violate("\(grant.node): a pod was given the devices of another (\(grant.devices.joined(separator: ", ")))")
        }
        checkedGrants = cluster.grants.count
    }

    /// A cluster that was left alone: no locks, nothing half-bound, nothing waiting that would fit.
    mutating func checkRest() {
        guard violations.isEmpty else { return }
        let locks = fleet.catalog.nodeLocks.map(\.key)
        for node in cluster.server.objects("nodes") {
            for lock in locks {
                if let value = node.annotation(lock) { violate("\(node.name) is still locked: \(value)") }
            }
        }
        for pod in cluster.server.objects("pods")
        where pod.annotation("hami.io/bind-phase") == "allocating" && !pod.nodeName.isEmpty && pod.phase == "Pending" {
            violate("\(pod.name) is still allocating on \(pod.nodeName)")
        }
        checkNothingIsLeft()
    }

    /// A process that starts now, with nothing but what the API server shows, finds nothing to bind.
    private mutating func checkNothingIsLeft() {
        let unbound = cluster.server.objects("pods").filter { $0.nodeName.isEmpty && !$0.isBeingDeleted }.map(\.name)
        for process in processes where process.isAlive {
            process.isAlive = false
            for kind in process.feeds.indices { process.feeds[kind].cut(&cluster) }
        }
        leaseHolder = nil
        start()
        run(until: now + 60_000_000_000)
        for name in unbound {
            guard let pod = cluster.server.objects("pods").first(where: { $0.name == name }), !pod.nodeName.isEmpty
            else {
                continue
            }
            violate("\(name) fitted on \(pod.nodeName) and was not bound")
        }
    }
}

extension SimulatedFleet.Device {
    fileprivate mutating func add(memoryMiB: Int64, cores: Int64) {
        slots += 1
        self.memoryMiB += memoryMiB
        self.cores += cores
    }
}
