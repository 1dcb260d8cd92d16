import FleetTestSupport
import PlacementEngine
import PlacementModel
import Testing

/// Several device types on a node and in a pod, stages of a pod, wide nodes, shared ids.
///
/// - Source: hami-vendors.md 1.5, 1.6, 1.8, 1.10; hami-core.md 3.4, 4.5, 4.6
@Suite struct MixedNodeTests {
    static let drs =
        #"{"devices":[{"index":"0","minor":"0","capacity":6}],"profiles":{"1g.6gb":"0","6g.40gb":"1"}}"#

    /// The list of a type the pod does not ask for is padded where its word is a raw type of the node.
    @Test func typesOfTheNodeArePadded() throws {
        let fleet = try SmallFleet(
            nodes: [.with(["enflame.com/gcu": "1"], annotations: ["enflame.com/gcu-drs-capacity": Self.drs])],
            names: ["g": "enflame.com/gcu", "d": "enflame.com/drs-gcu"])
        fleet.place("d=1")
        #expect(fleet.last?.annotations["hami.io/enflame-gcu-devices-allocated"] == ";")
        fleet.place("g=1")
        #expect(fleet.last?.annotations["enflame.com/gcu-assigned"] == "false")
        #expect(fleet.last?.annotations["hami.io/enflame-vgpu-devices-allocated"] == ";")
        #expect(fleet.last?.annotations["enflame.com/gcu-assigned-index"] == nil)
    }

    @Test(arguments: [("DCU", ";D0,DCU,4096,50:;"), ("DCU-Z100", "D0,DCU,4096,50:;")])
    func emptyContainersKeepTheirPlaceUnderTheExactType(_ type: String, _ expected: String) throws {
        let fleet = try SmallFleet(
            nodes: [.with(annotations: ["hami.io/node-dcu-register": "D0,4,16384,100,\(type),0,true,0,x:"])],
            names: HygonTests.names)
        fleet.place("cpu=1 | n=1 m=4096 c=50")
        #expect(fleet.last?.annotations["hami.io/dcu-devices-allocated"] == expected)
    }

    @Test func aPodOfSeveralTypesNeedsThemOnOneNode() throws {
        let names = ["g": "enflame.com/gcu", "k": "kunlunxin.com/xpu"]
        let fleet = try SmallFleet(
            nodes: [
                .with(name: "a", ["enflame.com/gcu": "2"]), .with(name: "b", ["kunlunxin.com/xpu": "8"]),
                .with(name: "c", ["enflame.com/gcu": "1", "kunlunxin.com/xpu": "8"]),
            ], names: names)
        #expect(fleet.place("g=1 k=2") == "c 0:100/100 0:98304/100 1:98304/100")
        #expect(
            fleet.place("g=1 | k=1")
                == "NodeInsufficientDevice; NodeInsufficientDevice; 1/1 ExclusiveDeviceAllocateConflict")
    }

    /// Init containers run one after another, app containers side by side; a sidecar counts as an init container.
    @Test func stagesCountAtTheirPeak() throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node([40000], type: "NVIDIA")])
        #expect(
            fleet.place("init n=1 m=30000 | init n=1 m=35000 | n=1 m=10000 | n=1 m=10000")
                == "0:30000/0 | 0:35000/0 | 0:10000/0 | 0:10000/0")
        #expect(fleet.cluster.table.usedMemoryMiB[0] == 35000)
        #expect(fleet.cluster.table.used[0] == 2)
        var pod = PodText(names: NVIDIAFleet.names).pod("init n=1 m=1000 | n=1 m=1000", name: "sidecar")
        pod.initContainers[0].isSidecar = true
        #expect(fleet.place(pod) == "0:1000/0 | 0:1000/0")
        #expect(fleet.cluster.table.usedMemoryMiB[0] == 36000)
    }

    /// What one id holds is charged to both devices that carry it.
    @Test func sharedIDsAreChargedTogether() throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node([8000, 8000]) { device, _ in device.id = "same" }])
        fleet.place("n=1 m=6000")
        #expect((0..<2).map { fleet.cluster.table.usedMemoryMiB[$0] } == [6000, 6000])
        #expect(fleet.place("n=1 m=6000") == "2/2 CardInsufficientMemory")
        if let placement = fleet.last { fleet.remove(placement) }
    }

    /// Thirteen cards, the last one used: the list is no longer kept stable, as measured.
    @Test func wideNodesFollowGosSort() throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node(Array(repeating: 8000, count: 13))])
        fleet.occupy(12)
        // Under spread the used card leads; the rest stands as 6 2 3 4 5 0 7 8 9 10 11 1, taken from the end.
        #expect(fleet.indexes("n=12 m=1") == "1,11,10,9,8,7,0,5,4,3,2,6")
    }

    /// Sixteen cards, the last one used: the split is so uneven that Go scatters three elements.
    @Test func widerNodesAreScattered() throws {
        let fleet = try NVIDIAFleet.make([NVIDIAFleet.node(Array(repeating: 8000, count: 16))])
        fleet.occupy(15)
        #expect(fleet.indexes("n=15 m=1") == "1,14,13,12,0,10,7,9,2,6,5,4,3,11,8")
    }

    @Test func weightsTurnTheOrder() throws {
        func fleet(_ policy: String) throws -> SmallFleet {
            let scores = #"[{"uuid":"g0","score":{"g1":1}},{"uuid":"g1","score":{"g0":1}}]"#
            let node = NVIDIAFleet.node(
                [100, 100], type: "NVIDIA", annotations: ["hami.io/node-nvidia-score": scores])
            let fleet = try NVIDIAFleet.make([node], policy: policy)
            fleet.occupy(0, slots: 1, memoryMiB: 10, cores: 90)
            fleet.occupy(1, slots: 7, memoryMiB: 20, cores: 10)
            return fleet
        }
        let memory = ["hami.io/device-scoring-weights": "slot=1, core=1 ,memory=3"]
        #expect(try fleet("binpack").indexes("n=1 p=40") == "0")
        #expect(try fleet("binpack").indexes("n=1 p=40", annotations: memory) == "1")
        #expect(try fleet("topology-aware").indexes("n=1 p=40") == "1")
        #expect(try fleet("topology-aware").indexes("n=1 p=40", annotations: memory) == "0")
    }

    @Test func numaGroupsAreLeftBehind() throws {
        let node = NVIDIAFleet.node([8000, 8000, 8000]) { $0.numa = $1 < 2 ? 1 : 0 }
        #expect(
            try NVIDIAFleet.make([node], policy: "binpack").indexes("n=2 m=1 @nvidia.com/numa-bind=true") == "1,0")
    }

    @Test func bestConnectedThree() throws {
        let names = (0..<6).map { "g\($0)" }
        let scores = names.map { one in
            let others = names.filter { $0 != one }.map { other in
                let isClose = Set([one, other]) == ["g5", "g0"] || Set([one, other]) == ["g5", "g2"]
                return "\"\(other)\":\(isClose ? 100 : 1)"
            }
            return #"{"uuid":"\#(one)","score":{\#(others.joined(separator: ","))}}"#
        }
        let node = NVIDIAFleet.node(
            Array(repeating: 8000, count: 6),
            annotations: ["hami.io/node-nvidia-score": "[" + scores.joined(separator: ",") + "]"])
        #expect(try NVIDIAFleet.make([node], policy: "topology-aware").indexes("n=3 m=1") == "5,2,0")
    }

    /// Ties between nodes go to the first candidate.
    @Test(arguments: ["binpack", "spread"]) func equalNodesRankByInputOrder(_ policy: String) throws {
        let nodes = ["b", "a", "c"].map { NVIDIAFleet.node(name: $0, [8000], prefix: $0) }
        #expect(try NVIDIAFleet.make(nodes, nodePolicy: policy).place("n=1 m=1") == "b 0:1/0")
    }
}
