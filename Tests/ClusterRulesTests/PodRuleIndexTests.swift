import PlacementEngine
import PlacementModel
import Testing

@testable import ClusterRules

/// Counts that are repaired event by event, compared after every event with the plain filters, which count anew.
@Suite struct PodRuleIndexTests {
    private static let plainFilters: [any PodFilter.Type] = [
        NodePortsFilter.self, VolumeRestrictionsFilter.self, NodeVolumeLimitsFilter.self, VolumeBindingFilter.self,
        VolumeZoneFilter.self, TopologySpreadFilter.self, InterPodAffinityFilter.self,
    ]

    private static func plainAnswer(_ pod: PodFacts, _ state: ClusterState, _ node: NodeContents) -> String? {
        var prepared = PreparedPod(pod: pod)
        for type in plainFilters {
            switch type.prepare(pod, state) {
            case .filter(let filter), .filterAmong(let filter, _): prepared.filters.append(filter)
            case .skip: continue
            // Before any node; asked in the place of its volumes, after ports.
            case .reject: return NodeFilter.claims.word
            }
        }
        if case .reject(let rejection) = prepared.checkWithNominated(node, state) { return rejection.reasons[0] }
        return nil
    }

    @Test("Repaired counts answer as recounted ones after every event", arguments: 0..<12)
    func randomEvents(seed: Int) {
        var world = RuleWorld(seed: UInt64(seed))
        var (asked, refused) = (0, 0)
        for event in 0..<60 {
            world.change()
            let state = world.recounted()
            for template in world.templates {
                let facts = PodFacts(template)
                let kind = world.index.kind(of: template)
                for (row, node) in world.nodes.enumerated() {
                    guard let node, let place = state.place(ofNode: node.name) else { continue }
                    let plain = Self.plainAnswer(facts, state, state.nodes[place])
                    var repaired = kind < 0 ? nil : world.index.refusal(kind, node: row)?.word
                    // What keeps the pod off every node is known before a node is looked at.
                    if kind >= 0, world.index.rejection(of: kind) != nil { repaired = NodeFilter.claims.word }
                    asked += 1
                    refused += plain == nil ? 0 : 1
                    #expect(
                        repaired == plain, "seed \(seed), event \(event), \(template.metadata.name) on \(node.name)")
                    if repaired != plain { return }
                }
            }
        }
        #expect(asked > 1000 && refused > 50)
    }

    /// A copy answers as its original does, and goes its own way from then on; without pods nothing but nodes and volumes counts.
    @Test(arguments: 0..<4)
    func copies(seed: Int) throws {
        var world = RuleWorld(seed: UInt64(100 + seed))
        for _ in 0..<40 { world.change() }
        let copy = try #require(world.index.copy() as? PodRuleIndex)
        func answers(_ index: PodRuleIndex) -> [String?] {
            world.templates.flatMap { template in
                let kind = index.kind(of: template)
                return world.nodes.indices.filter { world.nodes[$0] != nil }.map {
                    kind < 0 ? nil : index.refusal(kind, node: $0)?.word
                }
            }
        }
        let before = answers(world.index)
        #expect(answers(copy) == before)
        let emptied = world.index.emptied()
        let others = [
            NodeFilter.hostPorts, .topologySpread, .podAffinity, .podAntiAffinity, .residentsAntiAffinity, .claimInUse,
            .availableDisk,
        ]
        // Affinity by a label that a node lacks holds whoever comes.
        #expect(
            answers(emptied).allSatisfy { word in others.filter { $0 != .podAffinity }.allSatisfy { $0.word != word } })
        for template in world.templates {
            let kind = copy.kind(of: template)
            if kind >= 0 {
                for row in world.nodes.indices where world.nodes[row] != nil { copy.didPlace(kind, node: row) }
            }
        }
        #expect(answers(world.index) == before)
    }

    /// What a pod had reserved is free when it is taken off again.
    @Test func reservationsAreGivenBack() {
        var random = SplitMix(7)
        var objects = RuleWorld.volumeObjects(&random)
        objects.csiNodes = []
        objects.volumes = (0..<2).map { number in
            var volume = PersistentVolume(metadata: ObjectMeta(name: "v\(number)"))
            (volume.capacity, volume.accessModes, volume.storageClassName) = (
                Quantity(integer: Int64(5 - number)), ["ReadWriteOnce"], "local"
            )
            volume.phase = "Available"
            return volume
        }
        objects.claims = []
        let pods = (0..<3).map { number in
            var claim = PersistentVolumeClaim(metadata: ObjectMeta(name: "c\(number)", uid: "u\(number)"))
            (claim.requested, claim.accessModes, claim.storageClassName) = (
                Quantity(integer: 2), ["ReadWriteOnce"], "local"
            )
            objects.claims.append(claim)
            var pod = Pod(metadata: ObjectMeta(name: "p\(number)"))
            pod.scheduling.volumes = [PodVolume(name: "d", source: .claim(name: "c\(number)"))]
            return pod
        }
        let index = PodRuleIndex(pods: pods, objects: objects, profile: .hami2_10_0)
        index.set(0, Node(metadata: ObjectMeta(name: "n")))
        index.beginQueue()
        let kinds = pods.map { index.kind(of: $0) }
        index.didPlace(kinds[0], node: 0)
        index.didPlace(kinds[1], node: 0)
        #expect(index.refusal(kinds[2], node: 0) == .availableVolume)
        index.didRemove(kinds[0], node: 0)
        #expect(index.allows(kinds[2], node: 0))
        index.didPlace(kinds[2], node: 0)
        #expect(index.refusal(kinds[0], node: 0) == .availableVolume)
    }

    @Test func labelsThatNobodyReadsMakeNoKinds() {
        var reader = Pod(metadata: ObjectMeta(name: "r", labels: ["app": "a"]))
        reader.scheduling.antiAffinity = [
            PodAffinityTerm(selector: LabelSelector(matchLabels: ["app": "a"]), topologyKey: "host")
        ]
        let index = PodRuleIndex(pods: [reader], objects: ClusterObjects(), profile: .hami2_10_0)
        func kind(_ labels: [String: String]) -> Int32 {
            index.kind(of: Pod(metadata: ObjectMeta(name: "p", labels: labels)))
        }
        #expect(kind(["app": "a", "hash": "1"]) == kind(["app": "a", "hash": "2"]))
        #expect(kind(["app": "a"]) != noPodKind)
        #expect(kind(["app": "b"]) == noPodKind)
    }

    @Test func aReservedVolumeIsNotGivenTwice() {
        var volume = PersistentVolume(metadata: ObjectMeta(name: "v"))
        (volume.capacity, volume.accessModes, volume.storageClassName) = (Quantity(integer: 5), ["ReadWriteOnce"], "s")
        volume.phase = "Available"
        var storageClass = StorageClass(metadata: ObjectMeta(name: "s"))
        (storageClass.provisioner, storageClass.waitsForConsumer) = ("kubernetes.io/no-provisioner", true)
        var objects = ClusterObjects()
        objects.volumes = [volume]
        objects.storageClasses = [storageClass]
        var pods: [Pod] = []
        for name in ["a", "b"] {
            var claim = PersistentVolumeClaim(metadata: ObjectMeta(name: name, uid: name))
            (claim.requested, claim.accessModes, claim.storageClassName) = (
                Quantity(integer: 1), ["ReadWriteOnce"], "s"
            )
            objects.claims.append(claim)
            var pod = Pod(metadata: ObjectMeta(name: name))
            pod.scheduling.volumes = [PodVolume(name: "d", source: .claim(name: name))]
            pods.append(pod)
        }
        let index = PodRuleIndex(pods: pods, objects: objects, profile: .hami2_10_0)
        index.set(0, Node(metadata: ObjectMeta(name: "n")))
        index.beginQueue()
        let (first, second) = (index.kind(of: pods[0]), index.kind(of: pods[1]))
        #expect(index.allows(first, node: 0) && index.allows(second, node: 0))
        index.didPlace(first, node: 0)
        #expect(index.refusal(second, node: 0) == .availableVolume)
        var missing = pods[0]
        missing.scheduling.volumes = [PodVolume(name: "d", source: .claim(name: "none"))]
        #expect(index.rejection(of: index.kind(of: missing)) == "persistentvolumeclaim \"none\" not found")
        var dynamic = Pod(metadata: ObjectMeta(name: "d"))
        dynamic.scheduling.resourceClaims = ["gpu"]
        #expect(index.rejection(of: index.kind(of: dynamic)) == "resource claims are not weighed")
    }
}
