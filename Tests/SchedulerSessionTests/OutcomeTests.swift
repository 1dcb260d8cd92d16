import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// What a session says of each pod of a batch.
@Suite struct Outcomes {
    private func options(_ change: (inout PlacementOptions) -> Void) -> PlacementOptions {
        var options = PlacementOptions(now: WallClock(unixSeconds: 1_700_000_000, redaction: "<time>"))
        change(&options)
        return options
    }

    /// Each pod sees what the earlier ones took: 2 cards of 40,000 MiB take 30,000 twice, then 10,000 twice.
    @Test func podsAreChargedInOrder() throws {
        try Scenario(
            """
            node a gpu=2x40000
            pod one gpu=1 gpumem=30000 -> a 1:30000:0
            pod two gpu=1 gpumem=30000 -> a 0:30000:0
            pod three gpu=1 gpumem=30000 -> rejected 0/1 nodes are available: 1 CardInsufficientMemory
            pod four gpu=2 gpumem=10000 -> a 1:10000:0 0:10000:0
            """
        ).check()
    }

    /// Binpack fills the fuller node, spread the emptier one; a pod's annotation outranks the default.
    @Test func nodePolicies() throws {
        try Scenario(
            """
            node a gpu=1x40000
            node b gpu=1x40000
            running r on=b gpu=1 holds=0:10000:10
            pod packed gpu=1 gpumem=1000 -> b 0:1000:0
            pod spread gpu=1 gpumem=1000 annotation=hami.io/node-scheduler-policy:spread -> a 0:1000:0
            """
        ).check()
    }

    @Test func runningPodsOccupy() throws {
        let session = try Scenario(
            """
            node a gpu=1x40000 cpu=4
            running r on=a gpu=1 holds=0:30000:50 cpu=3
            running done on=a gpu=1 holds=0:10000:0 phase=Succeeded
            pod memory gpu=1 gpumem=20000 -> rejected 0/1 nodes are available: 1 CardInsufficientMemory
            pod cores gpu=1 gpumem=1000 gpucores=60 -> rejected 0/1 nodes are available: 1 CardInsufficientCore
            pod cpu cpu=2 -> rejected 0/1 nodes are available: 1 Insufficient cpu
            pod fits gpu=1 gpumem=10000 gpucores=50 cpu=1 -> a 0:10000:50
            """
        ).check()
        #expect(session.residentPods == 1)
        #expect(session.finishedPods == 1)
        #expect(session.problems.isEmpty)
    }

    @Test func runningPodsThatCannotBeCounted() throws {
        let session = try Scenario(
            """
            node a gpu=1x40000
            running elsewhere on=z
            running silent on=a gpu=1
            running broken on=a gpu=1 holds=0:x:0
            pod whole gpu=1 -> a 0:40000:100
            """
        ).check()
        let texts = session.problems.map(\.description)
        #expect(texts.count == 3)
        #expect(texts[0].contains("Pod default/elsewhere: spec.nodeName: it runs on z"))
        #expect(texts[1].contains("Pod default/silent"))
        #expect(
            texts[2].contains(#"Pod default/broken: metadata.annotations["hami.io/vgpu-devices-allocated"]"#))
    }

    @Test func neverAndNotNow() throws {
        var scenario = try Scenario(
            """
            node a gpu=1x40000
            running r on=a gpu=1 holds=0:30000:0
            pod later gpu=1 gpumem=20000 -> rejected 0/1 nodes are available: 1 CardInsufficientMemory, does not fit now
            pod never gpu=1 gpumem=50000 -> rejected 0/1 nodes are available: 1 CardInsufficientMemory, never fits this fleet
            pod count gpu=2 -> rejected 0/1 nodes are available: 1 NodeInsufficientDevice, never fits this fleet
            """)
        scenario.options.triesEmptyFleet = true
        try scenario.check()
    }

    @Test func nodesWithoutDevices() throws {
        try Scenario(
            """
            node bare
            pod one gpu=1 -> rejected 0/1 nodes are available: 1 node unregistered
            pod plain -> bare
            """
        ).check()
    }

    @Test func emptyFleet() throws {
        let session = try Scenario("pod one gpu=1 -> rejected 0/0 nodes are available").check()
        #expect(session.problems.map(\.description) == ["fleet: there is no node; no pod can be placed"])
    }

    @Test func misspeltResources() throws {
        let reports = try Scenario(
            """
            node a gpu=1x40000
            pod near nvidia.com/gpuu=1
            pod far example.com/thing=1
            """
        ).reports()
        #expect(reports[0].notes == ["no node offers nvidia.com/gpuu; did you mean nvidia.com/gpu?"])
        #expect(reports[1].notes == ["no node offers example.com/thing"])
    }

    /// HAMi drops a request it cannot read and goes on; the pod then runs without a device, which the note tells.
    @Test func unreadableRequests() throws {
        let reports = try Scenario(
            """
            node a gpu=1x40000
            pod huge gpu=1 gpumem=1e18
            """
        ).reports()
        guard case .placed(let placement) = reports[0].verdict else {
            Issue.record("the pod should be placed")
            return
        }
        #expect(placement.devices.isEmpty)
        #expect(reports[0].notes.first == "container main: no device request can be read from nvidia.com/gpu: 1")
    }

    @Test func impossiblePods() throws {
        try Scenario(
            """
            node a gpu=1x40000 cpu=4
            pod negative cpu=-1 -> invalid spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0
            pod half gpu=500m -> invalid [spec.containers[0].resources.limits[nvidia.com/gpu]: Invalid value: "500m": must be an integer, spec.containers[0].resources.requests[nvidia.com/gpu]: Invalid value: "500m": must be an integer]
            pod weights gpu=1 annotation=hami.io/device-scoring-weights:slot=1 -> invalid invalid hami.io/device-scoring-weights annotation "slot=1": expected slot, core, and memory weights
            pod next gpu=1 gpumem=1000 -> a 0:1000:0
            """
        ).check()
        var scenario = try Scenario("pod hollow hollow -> invalid spec.containers: Required value")
        scenario.options.admits = false
        try scenario.check()
    }

    @Test func wishesAreTold() throws {
        let reports = try Scenario("node a\npod one wishes=spec.topologySpreadConstraints").reports()
        #expect(reports[0].notConsidered == ["spec.topologySpreadConstraints"])
    }

    @Test func quotas() throws {
        var scenario = try Scenario(
            """
            quota q gpumem=10000
            node a gpu=1x40000
            pod within gpu=1 gpumem=8000 -> a 0:8000:0
            pod beyond gpu=1 gpumem=4000 -> rejected 0/1 nodes are available: 1 ResourceQuotaNotFit, does not fit now
            """)
        scenario.options.admits = false
        scenario.options.triesEmptyFleet = true
        try scenario.check()
    }

    // MARK: Details

    @Test func patches() throws {
        var scenario = try Scenario("node a gpu=1x40000\npod one gpu=1 gpumem=8000 gpucores=30\npod plain")
        scenario.options = options { $0.writesPatches = true }
        let reports = try scenario.reports()
        guard case .placed(let one) = reports[0].verdict, case .placed(let plain) = reports[1].verdict else {
            Issue.record("both pods should be placed")
            return
        }
        #expect(
            one.patch?.annotations == [
                "hami.io/vgpu-node": "a", "hami.io/vgpu-time": "<time>",
                "hami.io/vgpu-devices-to-allocate": "a-0,NVIDIA,8000,30:;",
                "hami.io/vgpu-devices-allocated": "a-0,NVIDIA,8000,30:;",
            ])
        #expect(one.patch?.labels == ["hami.io/vgpu-node": "a"])
        #expect(plain.patch == nil)
    }

    @Test func explanations() throws {
        var scenario = try Scenario(
            """
            node a gpu=1x40000
            node b gpu=1x40000
            node c gpu=1x1000
            node d gpu=1x40000 unschedulable
            running r on=b gpu=1 holds=0:10000:10
            pod one gpu=1 gpumem=8000
            pod two gpu=1 gpumem=50000
            """)
        scenario.options = options { $0.explains = true }
        let reports = try scenario.reports()
        let one = try #require(reports[0].explanation)
        #expect(one.choice == "b has the highest score (binpack) of 2 nodes that fit")
        #expect(one.best.map(\.node) == ["b", "a"])
        #expect(one.filtered.map(\.reason) == ["node(s) were unschedulable"])
        #expect(one.filtered.map(\.nodes) == [["d"]])
        #expect(one.refused.map(\.reason) == ["1/1 CardInsufficientMemory"])
        #expect(one.refused.map(\.nodes) == [["c"]])
        let two = try #require(reports[1].explanation)
        #expect(two.choice == nil)
        #expect(two.refused.map(\.nodes) == [["a", "b", "c"]])
    }
}
