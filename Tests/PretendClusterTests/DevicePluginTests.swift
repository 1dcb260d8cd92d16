import JSONText
import PretendCluster
import Testing

/// Kubelets and device plugins behave as HAMi's were measured (hami-service.md, section 8).
@Suite struct DevicePlugins {
    @Test func aLockedPodGetsItsDevicesAndTheLockGoes() {
        var world = HandScheduledCluster()
        world.make("a", runSeconds: 20)
        world.lock("n1", for: "a")
        world.bind("a", to: "n1", devices: [["GPU-0"]])
        world.wait(seconds: 5)
        #expect(world.phase("a") == "Running")
        #expect(world.bindPhase("a") == "success")
        #expect(world.pod("a")?.annotation(HandScheduledCluster.plugin.toAllocate) == ";")
        #expect(world.holder(of: "n1") == nil)
        #expect(world.cluster.grants.map(\.devices) == [["GPU-0"]])
        world.wait(seconds: 25)
        #expect(world.phase("a") == "Succeeded")
    }

    /// GET node, GET pod, PATCH pod, GET pod, PATCH pod, GET node, GET node, PATCH node.
    @Test func anAllocateIsEightRequests() {
        var world = HandScheduledCluster()
        world.make("a")
        world.lock("n1", for: "a")
        world.bind("a", to: "n1", devices: [["GPU-0"]])
        let before = world.cluster.server.requestCount
        while world.holder(of: "n1") != nil, world.cluster.nanoseconds < 2_000_000_000 { world.wait(seconds: 0.001) }
        #expect(world.holder(of: "n1") == nil)
        #expect(world.cluster.server.requestCount - before == 8)
    }

    /// Ten requests at once, then five a second: 8 n - 10 wait 200 ms each.
    @Test func pluginsAskFiveTimesASecond() {
        var world = HandScheduledCluster()
        var ends: [Int64] = []
        for number in 0..<6 {
            let name = "p\(number)"
            world.make(name)
            world.lock("n1", for: name)
            world.bind(name, to: "n1", devices: [["GPU-\(number)"]])
            while world.holder(of: "n1") != nil { world.wait(seconds: 0.001) }
            ends.append(world.cluster.nanoseconds / 1_000_000)
        }
        #expect(ends[0] < 300)
        let atLeast: Int64 = (8 * 6 - 10) * 200
        #expect(ends[5] >= atLeast && ends[5] < atLeast + 1_500, "\(ends)")
    }

    @Test func withoutALockThePluginTakesTheFirstPodThatWaits() {
        var world = HandScheduledCluster()
        world.make("a")
        world.make("b")
        world.bind("b", to: "n1", devices: [["GPU-b"]])
        world.bind("a", to: "n1", devices: [["GPU-a"]])
        world.wait(seconds: 10)
        let uids = ["a": world.pod("a")?.uid, "b": world.pod("b")?.uid]
        let first = world.cluster.grants.first
        // The list is in order of names, whoever was bound or asked for first.
        #expect(first?.devices == ["GPU-a"])
        #expect(first?.orderUID == uids["a"])
    }

    @Test func aWrongLockGivesAPodTheDevicesOfAnother() {
        var world = HandScheduledCluster()
        world.make("a")
        world.make("b")
        world.lock("n1", for: "b")
        let patch: JSON = [
            "metadata": ["annotations": .object([HandScheduledCluster.plugin.toAllocate: "GPU-b,NVIDIA,1,1:;"])]
        ]
        _ = world.cluster.handle(
            APIRequest(
                .patch, "/api/v1/namespaces/default/pods/b", body: patch, contentType: "application/merge-patch+json"))
        world.bind("a", to: "n1", devices: [["GPU-a"]])
        world.wait(seconds: 10)
        #expect(world.cluster.grants.first?.podUID == world.pod("a")?.uid)
        #expect(world.cluster.grants.first?.orderUID == world.pod("b")?.uid)
        #expect(world.cluster.grants.first?.devices == ["GPU-b"])
    }

    @Test func noPodIsFoundWhereNoneWaits() {
        var world = HandScheduledCluster()
        world.make("a")
        let reply = world.cluster.handle(
            APIRequest(
                .post, "/api/v1/namespaces/default/pods/a/binding",
                body: ["metadata": ["name": "a"], "target": ["name": "n1"]]))
        #expect(reply.status == 201)
        world.wait(seconds: 5)
        #expect(world.phase("a") == "Failed")
        #expect(world.pod("a")?["status"]?["reason"]?.string == "UnexpectedAdmissionError")
        #expect(
            world.pod("a")?["status"]?["message"]?.string
                == "Allocate failed due to no binding pod found on node n1, which is unexpected")
        #expect(world.bindPhase("a") == nil)
    }

    @Test func aWrongNumberOfDevicesFailsAndFreesTheLock() {
        var world = HandScheduledCluster()
        world.make("a", [2])
        world.lock("n1", for: "a")
        world.bind("a", to: "n1", devices: [["GPU-0"]])
        world.wait(seconds: 5)
        #expect(world.phase("a") == "Failed")
        #expect(world.bindPhase("a") == "failed")
        #expect(world.holder(of: "n1") == nil)
        #expect(world.cluster.grants.isEmpty)
    }

    @Test func aPluginThatFailsSaysSoAndFreesTheLock() {
        var world = HandScheduledCluster()
        world.cluster.failAllocations(1, on: "n1")
        world.make("a")
        world.lock("n1", for: "a")
        world.bind("a", to: "n1", devices: [["GPU-0"]])
        world.wait(seconds: 5)
        #expect(world.phase("a") == "Failed")
        #expect(world.bindPhase("a") == "failed")
        #expect(world.holder(of: "n1") == nil)
        world.make("b")
        world.lock("n1", for: "b")
        world.bind("b", to: "n1", devices: [["GPU-0"]])
        world.wait(seconds: 8)
        #expect(world.phase("b") == "Running")
    }

    @Test func theLockStaysUntilTheLastContainer() {
        var world = HandScheduledCluster()
        world.make("a", [1, 0, 2])
        world.lock("n1", for: "a")
        world.bind("a", to: "n1", devices: [["GPU-0"], [], ["GPU-1", "GPU-2"]])
        while world.cluster.grants.isEmpty, world.cluster.nanoseconds < 5_000_000_000 { world.wait(seconds: 0.001) }
        #expect(world.holder(of: "n1") != nil)
        #expect(world.bindPhase("a") == "allocating")
        world.wait(seconds: 10)
        #expect(world.cluster.grants.map(\.devices) == [["GPU-0"], ["GPU-1", "GPU-2"]])
        #expect(world.holder(of: "n1") == nil)
        #expect(world.phase("a") == "Running")
    }

    @Test func aForeignLockIsNotTakenAway() {
        var world = HandScheduledCluster()
        world.make("a")
        world.lock("n1", for: "a")
        world.bind("a", to: "n1", devices: [["GPU-0"]])
        while world.bindPhase("a") != "success", world.cluster.nanoseconds < 5_000_000_000 {
            world.wait(seconds: 0.001)
        }
        world.lock("n1", for: "other")
        world.wait(seconds: 5)
        #expect(world.holder(of: "n1")?.hasSuffix(",default,other") == true)
    }

    @Test func aNodeThatChangesOftenStillGetsItsLockBack() {
        var world = HandScheduledCluster(requestsPerSecond: 1_000)
        world.make("a")
        world.lock("n1", for: "a")
        world.bind("a", to: "n1", devices: [["GPU-0"]])
        for number in 0..<100 {
            world.wait(seconds: 0.05)
            _ = world.cluster.handle(
                APIRequest(
                    .patch, "/api/v1/nodes/n1",
                    body: ["metadata": ["annotations": ["beat": .string(String(number))]]],
                    contentType: "application/merge-patch+json"))
        }
        #expect(world.holder(of: "n1") == nil)
    }

    @Test func aPodWithoutDevicesNeedsNoPlugin() {
        var world = HandScheduledCluster()
        world.make("a", [0])
        world.bind("a", to: "n1", devices: [])
        world.wait(seconds: 5)
        #expect(world.phase("a") == "Running")
        #expect(world.pod("a")?["status"]?["containerStatuses"]?[0]?["state"]?["running"] != nil)
    }
}
