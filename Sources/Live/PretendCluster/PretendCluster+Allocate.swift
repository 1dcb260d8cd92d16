import JSONText

extension PretendCluster {
    /// The next request of the call of Allocate under way, when its client is allowed one.
    mutating func scheduleAllocation(on node: String) {
        guard let plugin = kubelets[node]?.admission?.calls.first?.plugin,
            let place = kubelets[node]?.plugins.firstIndex(of: plugin)
        else { return }
        let time = nanoseconds + delay(milliseconds: 1, 4)
        let allowed = kubelets[node]?.buckets[place].take(at: time) ?? time
        agenda.add(.allocate(node: node), at: allowed)
    }

    /// One request of Allocate, and what follows from its answer.
    mutating func allocate(on node: String) {
        guard let kubelet = kubelets[node], !kubelet.isSilent, let admission = kubelet.admission,
            var call = admission.calls.first
        else { return }
        let isDone = take(&call, on: node)
        if isDone { return finishCall(call, on: node) }
        kubelets[node]?.admission?.calls[0] = call
        scheduleAllocation(on: node)
    }

    private mutating func finishCall(_ call: Allocation, on node: String) {
        guard let admission = kubelets[node]?.admission else { return }
        let (uid, key) = (admission.uid, admission.key)
        if let failure = call.failure {
            kubelets[node]?.admission = nil
            fail(uid, key, on: node, because: "Allocate failed due to \(failure), which is unexpected")
        } else {
            grants.append(
                DeviceGrant(
                    podUID: uid, orderUID: call.foundUID, node: node, commonWord: call.plugin.commonWord,
                    devices: call.devices))
            kubelets[node]?.admission?.calls.removeFirst()
            if kubelets[node]?.admission?.calls.isEmpty == false { return scheduleAllocation(on: node) }
            kubelets[node]?.admission = nil
            schedule(.started(node: node, uid: uid), milliseconds: 100, 2_000)
        }
        admitNext(on: node)
    }

    /// Makes one request of a call. - Returns: whether the call is over.
    private mutating func take(_ call: inout Allocation, on node: String) -> Bool {
        let nodePath = "/api/v1/nodes/\(node)"
        switch call.step {
        case .readNode:
            let reply = ask(.get, nodePath)
            guard reply.isSuccess else { return refuse(&call, "node \(node) not found", on: node) }
            call.found = call.plugin.lock.flatMap { reply.body.annotation($0) }.flatMap(NodeLock.owner)
            call.step = call.found == nil ? .listPods : .readPod
        case .readPod:
            let reply = ask(.get, call.found?.podPath ?? "")
            guard reply.isSuccess else { return refuse(&call, reply.message ?? "", on: node) }
            return follow(reply.body, &call, on: node)
        case .listPods:
            let reply = ask(.get, "/api/v1/pods?fieldSelector=spec.nodeName%3D\(node)")
            let pod = reply.body["items"]?.array?.first { pod in
                pod.phase == "Pending" && pod.annotation(DevicePlugin.bindTime) != nil
                    && ["allocating", "success"].contains(pod.annotation(DevicePlugin.bindPhase) ?? "")
                    && pod.annotation(DevicePlugin.assignedNode) == node
            }
            guard let pod else { return refuse(&call, "no binding pod found on node \(node)", on: node) }
            return follow(pod, &call, on: node)
        case .writeRemainder:
            let reply = annotate(call, call.plugin.toAllocate, call.remainder)
            guard reply.isSuccess else { return fail(&call, reply.message ?? "") }
            call.step = .readAgain
        case .readAgain:
            let reply = ask(.get, call.found?.podPath ?? "")
            // A pod that is gone keeps the lock; one that still has containers to come does too.
            guard reply.isSuccess else { return true }
            let left = reply.body.annotation(call.plugin.toAllocate) ?? ""
            if left.contains(call.plugin.commonWord) { return true }
            call.step = .writePhase
        case .writePhase:
            annotate(call, DevicePlugin.bindPhase, call.failure == nil ? "success" : "failed")
            if call.plugin.lock == nil { return true }
            call.step = .seeLock
        case .seeLock, .readLock:
            guard let lock = call.plugin.lock else { return true }
            let reply = ask(.get, nodePath)
            guard reply.isSuccess, let value = reply.body.annotation(lock) else { return true }
            if value.contains(","), NodeLock.owner(value) != call.found { return true }
            call.nodeVersion = reply.body.resourceVersion
            call.step = call.step == .seeLock ? .readLock : .removeLock
        case .removeLock:
            guard let lock = call.plugin.lock else { return true }
            let body: JSON = [
                "metadata": ["resourceVersion": .string(call.nodeVersion), "annotations": .object([lock: .null])]
            ]
            let reply = ask(.patch, nodePath, body, type: "application/merge-patch+json")
            call.attempts += 1
            if reply.isSuccess || call.attempts == 5 { return true }
            call.step = .readLock
        }
        return false
    }

    /// The plugin takes the orders of a pod.
    private mutating func follow(_ pod: JSON, _ call: inout Allocation, on node: String) -> Bool {
        call.found = pod.key
        call.foundUID = pod.uid
        if kubelets[node]?.failingCalls ?? 0 > 0 {
            kubelets[node]?.failingCalls -= 1
            return fail(&call, "device plugin failure")
        }
        guard let taken = Allocation.pop(pod.annotation(call.plugin.toAllocate) ?? "") else {
            return fail(&call, "device request not found")
        }
        guard taken.devices.count == call.deviceCount else { return fail(&call, "device number not matched") }
        call.devices = taken.devices
        call.remainder = taken.remainder
        call.step = .writeRemainder
        return false
    }

    /// From here on the plugin says that it failed and gives the lock back.
    private mutating func fail(_ call: inout Allocation, _ why: String) -> Bool {
        call.failure = why
        call.step = .writePhase
        return false
    }

    /// The plugin found no pod: it changes nothing.
    private mutating func refuse(_ call: inout Allocation, _ why: String, on node: String) -> Bool {
        call.failure = why
        return true
    }

    @discardableResult
    private mutating func annotate(_ call: Allocation, _ key: String, _ value: String) -> APIReply {
        ask(
            .patch, call.found?.podPath ?? "", ["metadata": ["annotations": .object([key: .string(value)])]],
            type: "application/merge-patch+json")
    }
}
