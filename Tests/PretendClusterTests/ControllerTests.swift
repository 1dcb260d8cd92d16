import JSONText
import PretendCluster
import Testing

/// Kubelets that fall silent, controllers that make pods anew, neighbours and humans.
@Suite struct Controllers {
    @Test func aDeletedPodStopsAndGoes() {
        var world = HandScheduledCluster()
        world.make("a", [0])
        world.bind("a", to: "n1", devices: [])
        world.wait(seconds: 5)
        world.cluster.deletePod(ObjectKey(namespace: "default", name: "a"), graceSeconds: nil)
        #expect(world.pod("a")?["metadata"]?["deletionTimestamp"] != nil)
        world.wait(seconds: 5)
        #expect(world.pod("a") == nil)
    }

    @Test func aStatefulSetMakesItsPodsAnewUnderTheirNames() {
        var world = HandScheduledCluster()
        world.cluster.start(
            Workload(
                .statefulSet, namespace: "default", name: "set", podCount: 2,
                template: HandScheduledCluster.template([0])))
        world.wait(seconds: 2)
        let uid = world.pod("set-1")?.uid
        #expect(uid != nil && world.pod("set-0") != nil && world.pod("set-2") == nil)
        world.cluster.deletePod(ObjectKey(namespace: "default", name: "set-1"), graceSeconds: 0)
        world.wait(seconds: 2)
        #expect(world.pod("set-1") != nil)
        #expect(world.pod("set-1")?.uid != uid)
    }

    @Test func aJobMakesAnotherPodForOneThatFailed() {
        var world = HandScheduledCluster()
        world.cluster.start(
            Workload(
                .job, namespace: "default", name: "job", podCount: 1, template: HandScheduledCluster.template([1]),
                replacements: 1))
        world.wait(seconds: 1)
        world.cluster.failAllocations(1, on: "n1")
        world.lock("n1", for: "job-0")
        world.bind("job-0", to: "n1", devices: [["GPU-0"]])
        world.wait(seconds: 10)
        #expect(world.phase("job-0") == "Failed")
        #expect(world.phase("job-r0") == "Pending")
        world.cluster.deletePod(ObjectKey(namespace: "default", name: "job-r0"), graceSeconds: 0)
        world.wait(seconds: 10)
        // It was replaced as often as it may be.
        #expect(world.cluster.server.objects("pods").count == 1)
    }

    @Test func anEndedWorkloadStaysEnded() {
        var world = HandScheduledCluster()
        let number = world.cluster.start(
            Workload(
                .statefulSet, namespace: "default", name: "set", podCount: 2,
                template: HandScheduledCluster.template([0])))
        world.wait(seconds: 2)
        world.cluster.end(number)
        world.wait(seconds: 60)
        #expect(world.cluster.server.objects("pods").isEmpty)
    }

    @Test func aSilentNodeIsNotReadyAndItsPodsGoAfterFiveMinutes() {
        var world = HandScheduledCluster(nodes: ["n1", "n2"])
        world.make("a", [0])
        world.bind("a", to: "n1", devices: [])
        world.wait(seconds: 5)
        world.cluster.silence("n1")
        world.wait(seconds: 60)
        #expect(world.node("n1")?.condition("Ready")?.value["status"]?.string == "Unknown")
        #expect(world.node("n1")?["spec"]?["taints"]?.array?.count == 2)
        #expect(world.node("n2")?.condition("Ready")?.value["status"]?.string == "True")
        world.wait(seconds: 240)
        #expect(world.pod("a")?["metadata"]?["deletionTimestamp"] == nil)
        world.wait(seconds: 70)
        #expect(world.pod("a")?["metadata"]?["deletionTimestamp"] != nil)
        world.wait(seconds: 600)
        // Nobody is there to stop it.
        #expect(world.pod("a") != nil)
        world.cluster.wake("n1")
        world.wait(seconds: 20)
        #expect(world.pod("a") == nil)
        #expect(world.node("n1")?.condition("Ready")?.value["status"]?.string == "True")
        #expect(world.node("n1")?["spec"]?["taints"] == nil)
    }

    @Test func aSilentKubeletAdmitsItsPodsWhenItIsBack() {
        var world = HandScheduledCluster()
        world.cluster.silence("n1")
        world.make("a")
        world.lock("n1", for: "a")
        world.bind("a", to: "n1", devices: [["GPU-0"]])
        world.wait(seconds: 20)
        #expect(world.phase("a") == "Pending")
        world.cluster.wake("n1")
        world.wait(seconds: 10)
        #expect(world.phase("a") == "Running")
        #expect(world.holder(of: "n1") == nil)
    }

    @Test func podsOfANodeThatIsGoneAreRemoved() {
        var world = HandScheduledCluster()
        world.make("a", [0])
        world.bind("a", to: "n1", devices: [])
        world.wait(seconds: 5)
        world.cluster.removeNode("n1")
        world.wait(seconds: 30)
        #expect(world.pod("a") != nil)
        world.wait(seconds: 30)
        #expect(world.pod("a") == nil)
    }

    @Test func aNodeBornAgainKeepsItsPods() {
        var world = HandScheduledCluster()
        world.make("a", [0])
        world.bind("a", to: "n1", devices: [])
        world.wait(seconds: 5)
        let uid = world.node("n1")?.uid
        world.cluster.removeNode("n1")
        world.wait(seconds: 10)
        world.cluster.addNode(["metadata": ["name": "n1"]], plugins: [HandScheduledCluster.plugin])
        world.wait(seconds: 120)
        #expect(world.pod("a") != nil)
        #expect(world.node("n1")?.uid != uid)
    }

    @Test func aDeletedNamespaceIsEmptiedAndGoes() {
        var world = HandScheduledCluster()
        _ = world.cluster.handle(APIRequest(.post, "/api/v1/namespaces", body: ["metadata": ["name": "team"]]))
        var pod = HandScheduledCluster.template([0])
        pod[path: ["metadata", "name"]] = "a"
        _ = world.cluster.handle(APIRequest(.post, "/api/v1/namespaces/team/pods", body: pod))
        _ = world.cluster.handle(APIRequest(.delete, "/api/v1/namespaces/team"))
        world.wait(seconds: 10)
        #expect(world.cluster.server.object("namespaces", name: "team") == nil)
        #expect(world.cluster.server.object("pods", namespace: "team", name: "a") == nil)
    }

    @Test func budgetsAreCountedAndHoldEvictionsBack() {
        var world = HandScheduledCluster()
        _ = world.cluster.handle(
            APIRequest(
                .post, "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
                body: [
                    "metadata": ["name": "b"],
                    "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "x"]]],
                ]))
        for name in ["a", "b"] {
            var pod = HandScheduledCluster.template([0])
            pod[path: ["metadata"]] = ["name": .string(name), "labels": ["app": "x"]]
            _ = world.cluster.handle(APIRequest(.post, "/api/v1/namespaces/default/pods", body: pod))
            world.bind(name, to: "n1", devices: [])
        }
        world.wait(seconds: 5)
        func evict(_ name: String) -> Int {
            world.cluster.handle(
                APIRequest(
                    .post, "/api/v1/namespaces/default/pods/\(name)/eviction",
                    body: ["metadata": ["name": .string(name)]])
            ).status
        }
        #expect(evict("a") == 201)
        #expect(evict("b") == 429)
        world.wait(seconds: 20)
        #expect(evict("b") == 429)
        #expect(world.pod("a") == nil && world.pod("b") != nil)
    }

    @Test func aForeignSchedulerReservesLocksAndBinds() {
        var world = HandScheduledCluster()
        world.cluster.start(
            ForeignScheduler(
                name: "hami-scheduler", nodes: ["n1"], plugin: HandScheduledCluster.plugin,
                register: "hami.io/node-nvidia-register", allocated: "hami.io/vgpu-devices-allocated",
                devices: { _ in ["GPU-0", "GPU-1"] }))
        for name in ["a", "b", "c"] {
            var pod = HandScheduledCluster.template([1])
            pod[path: ["metadata", "name"]] = .string(name)
            pod[path: ["spec", "schedulerName"]] = "hami-scheduler"
            _ = world.cluster.handle(APIRequest(.post, "/api/v1/namespaces/default/pods", body: pod))
        }
        world.wait(seconds: 60)
        #expect(world.phase("a") == "Running" && world.phase("b") == "Running")
        // There are two devices.
        #expect(world.phase("c") == "Pending")
        #expect(world.cluster.grants.flatMap(\.devices).sorted() == ["GPU-0", "GPU-1"])
        #expect(world.holder(of: "n1") == nil)
    }

    /// Numbers that somebody sent trap nowhere.
    @Test func numbersAtTheEndOfTheirRangeAreTaken() {
        var world = HandScheduledCluster()
        _ = world.cluster.handle(
            APIRequest(
                .post, "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
                body: [
                    "metadata": ["name": "b"],
                    "spec": ["maxUnavailable": .int(.min), "selector": ["matchLabels": ["app": "x"]]],
                ]))
        var pod = HandScheduledCluster.template([0], runSeconds: .max)
        pod[path: ["metadata", "name"]] = "a"
        pod[path: ["metadata", "labels"]] = ["app": "x"]
        pod[path: ["spec", "tolerations"]] = [
            [
                "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute",
                "tolerationSeconds": .int(.max),
            ]
        ]
        _ = world.cluster.handle(APIRequest(.post, "/api/v1/namespaces/default/pods", body: pod))
        world.bind("a", to: "n1", devices: [])
        world.wait(seconds: 10)
        world.cluster.silence("n1")
        world.wait(seconds: 100)
        #expect(world.phase("a") == "Running")
    }

    @Test func aHumanTakesTheLockAway() {
        var world = HandScheduledCluster()
        world.lock("n1", for: "a")
        world.cluster.removeLock(HandScheduledCluster.lock, of: "n1")
        #expect(world.holder(of: "n1") == nil)
    }

    /// The same seed and the same requests make the same cluster, to the byte.
    @Test func aSeedIsAStory() {
        func story(_ seed: UInt64) -> ([PretendCluster.StoryLine], String) {
            var world = HandScheduledCluster(nodes: ["n1", "n2"], seed: seed)
            world.cluster.start(
                Workload(
                    .statefulSet, namespace: "default", name: "set", podCount: 4,
                    template: HandScheduledCluster.template([1], runSeconds: 3)))
            world.wait(seconds: 2)
            for pod in 0..<4 {
                let node = "n\(pod % 2 + 1)"
                world.lock(node, for: "set-\(pod)")
                world.bind("set-\(pod)", to: node, devices: [["GPU-\(pod)"]])
                world.wait(seconds: 3)
            }
            world.cluster.silence("n2")
            world.wait(seconds: 400)
            return (world.cluster.story, JSON.array(world.cluster.server.objects("pods")).text())
        }
        let first = story(1)
        #expect(first == story(1))
        #expect(first.0 != story(2).0)
    }

    /// A pod that was deleted by force and comes back with a backup is admitted anew.
    @Test(arguments: [0.02, 0.3, 2, 6]) func aKubeletForgetsWhatWasDeletedByForce(secondsAfterBinding: Double) {
        var world = HandScheduledCluster()
        world.make("a", [0])
        world.bind("a", to: "n1", devices: [])
        let version = world.cluster.server.version
        world.wait(seconds: secondsAfterBinding)
        world.cluster.deletePod(ObjectKey(namespace: "default", name: "a"), graceSeconds: 0)
        world.wait(seconds: 5)
        #expect(world.pod("a") == nil)
        world.cluster.restore(to: version)
        #expect(world.phase("a") == "Pending")
        world.wait(seconds: 5)
        #expect(world.phase("a") == "Running")
    }

    /// What is restored from a backup is as it was, and versions are given again.
    @Test func aRestoredServerHasForgottenWhatCameLater() {
        var world = HandScheduledCluster()
        world.make("a", [0])
        let version = world.cluster.server.version
        world.make("b", [0])
        world.bind("a", to: "n1", devices: [])
        world.cluster.restore(to: version)
        #expect(world.pod("a")?["spec"]?["nodeName"] == nil)
        #expect(world.pod("b") == nil)
        #expect(world.cluster.server.version == version)
        #expect(world.bind("a", to: "n1", devices: []).status == 201)
    }
}
