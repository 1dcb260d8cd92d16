import BulkJSON
import FleetTestSupport
import PlacementModel
import SchedulerSession
import Testing

/// Each bug that the `fixed` profile repairs, HAMi's behaviour beside the repaired one.
///
/// - Source: hami-core.md 8.1; docs/hami-compatibility.md tells the same in words.
@Suite struct FixedProfileTests {
    static func both(_ nodes: [Node], policy: String = "spread", quota: [String: String] = [:]) throws -> (
        hami: SmallFleet, fixed: SmallFleet
    ) {
        (
            try NVIDIAFleet.make(nodes, policy: policy, profile: .hami2_10_0, quota: quota),
            try NVIDIAFleet.make(nodes, policy: policy, profile: .fixed, quota: quota)
        )
    }

    /// Q1: with a card model for a type, the request takes no part in the device score.
    ///
    /// Two idle cards of 10000 and 40000 MiB, 8000 asked: counted in, the small card is the fuller one.
    @Test func q1TheRequestCountsInTheDeviceScore() throws {
        let (hami, fixed) = try Self.both([NVIDIAFleet.node([10000, 40000])], policy: "binpack")
        #expect(hami.place("n=1 m=8000") == "1:8000/0")
        #expect(fixed.place("n=1 m=8000") == "0:8000/0")
    }

    /// Q2: containers without a device keep no place in the annotation.
    @Test func q2ContainersKeepTheirPlace() throws {
        let (hami, fixed) = try Self.both([NVIDIAFleet.node([40000])])
        hami.place("cpu=1 | n=1 m=1000")
        fixed.place("cpu=1 | n=1 m=1000")
        #expect(hami.last?.annotations["hami.io/vgpu-devices-allocated"] == "g0,NVIDIA,1000,0:;")
        #expect(fixed.last?.annotations["hami.io/vgpu-devices-allocated"] == ";g0,NVIDIA,1000,0:;")
    }

    /// Q2 again: a missing place turns an app container into an init container, and its memory is not added.
    @Test func q2UsageFollowsThePlace() throws {
        let (hami, fixed) = try Self.both([NVIDIAFleet.node([40000])])
        for fleet in [hami, fixed] { fleet.place("init cpu=1 | n=1 m=1000 | n=1 m=2000") }
        #expect(hami.cluster.table.usedMemoryMiB[0] == 2000)
        #expect(fixed.cluster.table.usedMemoryMiB[0] == 3000)
    }

    /// Q3: one init container without a device hides an app container from the quota.
    @Test func q3TheQuotaSumsAppContainers() throws {
        let pod = "init cpu=1 | n=1 m=16000 | n=1 m=16000"
        let (hami, fixed) = try Self.both([NVIDIAFleet.node([40000])], quota: ["m": "24000"])
        #expect(hami.place(pod) == "- | 0:16000/0 | 0:16000/0")
        #expect(fixed.place(pod) == "1/1 ResourceQuotaNotFit")
        // Without the init container HAMi counts both, too.
        let (plain, _) = try Self.both([NVIDIAFleet.node([40000])], quota: ["m": "24000"])
        #expect(plain.place("n=1 m=16000 | n=1 m=16000") == "1/1 ResourceQuotaNotFit")
    }

    /// Q4: topology-aware charges the quota for every acceptable card.
    @Test func q4TheQuotaIsChargedForChosenCards() throws {
        let (hami, fixed) = try Self.both(
            [NVIDIAFleet.node(Array(repeating: 40000, count: 4))], policy: "topology-aware", quota: ["m": "10000"])
        // Two cards are within 10000 MiB; the third and fourth candidate are not, in HAMi's book.
        #expect(hami.indexes("n=1 m=5000") == "3")
        #expect(fixed.indexes("n=1 m=5000") == "3")
        // With pair scores the difference decides: the best connected cards come too late for HAMi.
        let scores = #"[{"uuid":"g0","score":{"g1":100}},{"uuid":"g1","score":{"g0":100}}]"#
        let node = NVIDIAFleet.node(
            Array(repeating: 40000, count: 4), annotations: ["hami.io/node-nvidia-score": scores])
        let scored = try Self.both([node], policy: "topology-aware", quota: ["m": "10000"])
        #expect(scored.hami.indexes("n=2 m=5000") == "3,2")
        #expect(scored.fixed.indexes("n=2 m=5000") == "1,0")
        // Together the chosen cards must stay within the quota.
        let tight = try Self.both([node], policy: "topology-aware", quota: ["m": "9000"])
        #expect(tight.fixed.place("n=2 m=5000") == "2/4 ResourceQuotaNotFit")
    }

    /// Q5: with NUMA binding, topology-aware keeps the last NUMA node scanned only, also when it is too small.
    @Test func q5EveryNumaNodeIsConsidered() throws {
        let node = NVIDIAFleet.node(Array(repeating: 40000, count: 3)) { $0.numa = $1 == 0 ? 0 : 1 }
        let (hami, fixed) = try Self.both([node], policy: "topology-aware")
        let pod = "n=2 m=1000 @nvidia.com/numa-bind=true"
        #expect(hami.place(pod) == "1/3 AllocatedCardsInsufficientRequest")
        #expect(fixed.indexes(pod) == "2,1")
    }

    @Test func profilesAreFoundByName() {
        #expect(CompatibilityProfile.all.map(\.name) == ["hami-2.10.0", "fixed"])
    }
}

/// The profile reaches the decisions of the case stream.
@Suite struct CaseProfileTests {
    private func allocation(_ profile: CompatibilityProfile) throws -> String? {
        let register = NVIDIAFleet.node([40000]).metadata.annotations["hami.io/node-nvidia-register"]!
        let text = JSON.string(register).text()
        let line =
            #"{"id":"x","nodes":[{"metadata":{"name":"n","annotations":{"hami.io/node-nvidia-register":\#(text)}},"#
            + #""status":{"allocatable":{"nvidia.com/gpu":"10"}}}],"pods":[{"metadata":{"name":"p"},"#
            + #""spec":{"containers":[{"name":"a"},{"name":"b","resources":{"limits":{"nvidia.com/gpu":"1"}}}]}}]}"#
        var writer = JSONWriter(escapeHTML: false)
        try Array(line.utf8).withUnsafeBytes {
            try CaseRunner(profile: profile, now: SmallFleet.now).run(line: $0, into: &writer)
        }
        let result = JSON(try JSONParser().parse(writer.text))
        return result["results"]?.array?[0]["annotations"]?["hami.io/vgpu-devices-allocated"]?.string
    }

    @Test func theStreamFollowsTheProfile() throws {
        #expect(try allocation(.hami2_10_0) == "g0,NVIDIA,40000,0:;")
        #expect(try allocation(.fixed) == ";g0,NVIDIA,40000,0:;")
    }
}
