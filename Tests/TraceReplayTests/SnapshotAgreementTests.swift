import KubernetesWire
import PlacementEngine
import PlacementModel
import PlacementPolicies
import SchedulerSession
import Testing
import TraceImport
import TraceModel
import VendorCatalog

@testable import FleetPlanning
@testable import TraceReplay

/// `place`, `replay`, `whatif` and `explain` make the same decisions of one snapshot, and count the same pods.
@Suite("One snapshot, four commands") struct SnapshotAgreementTests {
    private static let now = WallClock(unixSeconds: 1_767_225_600)

    /// A cluster with everything that a trace cannot say: a cordoned node, a tolerated taint, required affinity, an unhealthy card,
    /// quotas, two asking containers, a gate, a reservation, an extended resource, pods that admission refuses; rules over other
    /// pods and volumes, and a pod that is nominated to a node.
    private static func cluster(_ folder: TraceFolder) throws -> String {
        var snapshot = try KubernetesSnapshotTests.snapshot(folder, nodes: 24, pods: 220, running: 90)
        snapshot.nodes[1].isUnschedulable = true
        snapshot.nodes[2].taints = [Taint(key: "dedicated", value: "a", effect: .noSchedule)]
        snapshot.nodes[3].metadata.labels["zone"] = "c"
        snapshot.nodes[4].allocatable["example.com/licence"] = Quantity(integer: 2)
        for node in snapshot.nodes.indices {
            snapshot.nodes[node].metadata.labels["host"] = "h\(node)"
            snapshot.nodes[node].metadata.labels["rack"] = "r\(node % 3)"
            snapshot.nodes[node].metadata.annotations = snapshot.nodes[node].metadata.annotations.mapValues {
                $0.replacingFirst("\"health\":true", with: "\"health\":false")
            }
        }
        let registered = "hami.io/node-nvidia-register"
        let node = try #require(snapshot.nodes.first { $0.metadata.annotations[registered] != nil })
        let device = try #require(node.metadata.annotations[registered]?.split(separator: "\"").dropFirst(3).first)
        let container = #"{"name":"c","resources":{"limits":{"nvidia.com/gpu":"1","nvidia.com/gpumem":"3000"}}}"#
        func pod(_ name: String, _ namespace: String = "default", metadata: String = "", spec: String) -> String {
            #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"\#(name)","namespace":"\#(namespace)"\#(metadata)},"#
                + #""spec":{\#(spec)}}"#
        }
        let plain = #""containers":[\#(container)]"#
        var extra = [
            pod("gated", spec: #""schedulingGates":[{"name":"wait"}],"# + plain),
            pod(
                "reserved",
                metadata: #","annotations":{"hami.io/vgpu-node":"\#(node.name)","#
                    + #""hami.io/vgpu-devices-allocated":"\#(device),NVIDIA,1000,10:;"}"#, spec: plain),
            #"{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q","namespace":"limited"},"#
                + #""spec":{"hard":{"limits.nvidia.com/gpumem":"9000"}}}"#,
            #"{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q","namespace":"team-1"},"#
                + #""spec":{"hard":{"requests.cpu":"9000"}}}"#,
        ]
        for number in 0..<5 {
            extra += [
                pod("tolerant-\(number)", spec: #""tolerations":[{"key":"dedicated","operator":"Exists"}],"# + plain),
                pod(
                    "zone-\(number)",
                    spec: #""affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":"#
                        + #"{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["c"]}]}]}}},"#
                        + plain),
                pod(
                    "licence-\(number)",
                    spec: #""containers":[{"name":"c","resources":{"limits":{"example.com/licence":"1"}}}]"#),
                pod(
                    "double-\(number)",
                    spec: #""containers":[\#(container),\#(container.replacingFirst(#""c""#, with: #""d""#))]"#),
                pod(
                    "root-\(number)",
                    spec: #""containers":[{"name":"c","securityContext":{"privileged":true},"#
                        + #""resources":{"limits":{"nvidia.com/gpu":"1"}}}]"#),
                pod("limited-\(number)", "limited", spec: plain),
            ]
        }
        extra += Self.underRules(plain, nominated: snapshot.nodes[7].name) {
            pod($0, $1, metadata: $2, spec: $3)
        }
        var text = String(decoding: snapshot.json, as: UTF8.self)
        let end = try #require(text.lastIndex(of: "]"))
        text.insert(contentsOf: "," + extra.joined(separator: ","), at: end)
        let file = folder.file("mixed.json")
        try TraceFiles.write(Array(text.utf8), to: file)
        return file
    }

    /// More pods under rules than their rules let in, and one that is nominated.
    private static func underRules(
        _ plain: String, nominated: String, _ pod: (String, String, String, String) -> String
    ) -> [String] {
        let label = #","labels":{"app":"web"}"#
        let term = #"{"topologyKey":"host","labelSelector":{"matchLabels":{"app":"web"}}}"#
        let required = "requiredDuringSchedulingIgnoredDuringExecution"
        let ports = #""containers":[{"name":"c","ports":[{"containerPort":80,"hostPort":80}]}]"#
        var made = [
            #"{"apiVersion":"storage.k8s.io/v1","kind":"StorageClass","metadata":{"name":"local"},"#
                + #""provisioner":"kubernetes.io/no-provisioner","volumeBindingMode":"WaitForFirstConsumer"}"#,
            pod("refused", "default", "", #""preemptionPolicy":"Sometimes","# + plain),
            pod(
                "before", "default", "",
                #""nodeName":"","containers":[{"name":"c","resources":{"requests":{"cpu":"90"}}}]"#),
            String(
                pod("nominee", "default", "", #""priority":5,"containers":[{"name":"c"}]"#).dropLast()
                    + #","status":{"nominatedNodeName":"\#(nominated)"}}"#),
        ]
        for number in 0..<30 {
            made += [
                pod(
                    "apart-\(number)", "default", label,
                    #""affinity":{"podAntiAffinity":{"\#(required)":[\#(term)]}},"# + plain),
                pod(
                    "beside-\(number)", "default", "",
                    #""affinity":{"podAffinity":{"\#(required)":[\#(term)]}},"# + plain),
                pod(
                    "spread-\(number)", "default", #","labels":{"app":"spread"}"#,
                    #""topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"rack","whenUnsatisfiable":"DoNotSchedule","#
                        + #""labelSelector":{"matchLabels":{"app":"spread"}}}],"# + plain),
                pod("port-\(number)", "default", "", ports),
            ]
        }
        for number in 0..<4 {
            made += [
                #"{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"c\#(number)","namespace":"default"},"#
                    + #""spec":{"storageClassName":"local","accessModes":["ReadWriteOnce"],"#
                    + #""resources":{"requests":{"storage":"1Gi"}}},"status":{"phase":"Pending"}}"#,
                pod(
                    "volume-\(number)", "default", "",
                    #""volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"c\#(number)"}}],"containers":[{"name":"c"}]"#
                ),
            ]
        }
        for number in 0..<3 {
            made.append(
                #"{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"v\#(number)"},"spec":{"capacity":{"storage":"2Gi"},"#
                    + #""accessModes":["ReadWriteOnce"],"storageClassName":"local","local":{"path":"/d"},"nodeAffinity":{"required":"#
                    + #"{"nodeSelectorTerms":[{"matchExpressions":[{"key":"host","operator":"In","values":["h\#(number + 5)"]}]}]}}},"#
                    + #""status":{"phase":"Available"}}"#)
        }
        return made
    }

    private struct Decisions {
        var nodes: [String: String] = [:]
        var verdicts: [String: String] = [:]
        var running = 0
        var refused = 0
    }

    private static func session(
        _ file: String, _ policy: PlacementPolicy? = nil, _ engine: SessionEngine = .indexed
    ) throws -> PlacementSession {
        PlacementSession(
            try PlacementInput(nodeFiles: [file], podFiles: []), catalog: try traceCatalog(),
            options: PlacementOptions(engine: engine, policy: policy, seed: 7, now: now))
    }

    private static func place(
        _ file: String, _ policy: PlacementPolicy? = nil, _ engine: SessionEngine = .indexed
    ) throws -> Decisions {
        let session = try session(file, policy, engine)
        var decisions = Decisions()
        session.placeAll { report in
            decisions.verdicts[report.pod] = report.verdict.word
            if case .placed(let placement) = report.verdict {
                decisions.nodes[report.pod] =
                    placement.node + " " + placement.devices.map { "\($0.place)" }.sorted().joined(separator: "-")
            }
        }
        decisions.running = session.residentPods
        decisions.refused = session.refusedPods
        return decisions
    }

    private static func replay(
        _ file: String, _ policy: PlacementPolicy? = nil, engine: EngineChoice = .indexed,
        clock: ReplayOptions.Clock = .backlog
    ) throws -> Decisions {
        var options = ReplayOptions()
        options.policy = policy.flatMap { PolicyChoice.named($0.name) } ?? .hami
        options.engine = engine
        options.seed = 7
        options.keepsDecisions = true
        options.keepsMetrics = true
        options.findsCeiling = true
        options.clock = clock
        let snapshot = try SnapshotReplay(
            [file], defaults: options.defaults, profile: options.profile, now: now, catalog: try traceCatalog())
        let replay = try Replay(snapshot.prepare(), options: options)
        let summary = replay.run(clock: { 0 })
        var decisions = Decisions()
        for row in try #require(summary.decisionLog).rows(replay.trace) {
            guard let node = row.node else { continue }
            decisions.nodes[row.pod] = node + " " + row.devices.map { "\($0)" }.sorted().joined(separator: "-")
        }
        decisions.running = summary.residents - summary.residentsNotPlaced
        decisions.refused = summary.residentsNotPlaced
        #expect(summary.pods == snapshot.session.queue.count)
        #expect(summary.rejectedByReason.values.reduce(0, +) == summary.rejected)
        return decisions
    }

    @Test("all decide alike", arguments: [nil] + PlacementPolicy.all)
    func allDecideAlike(policy: PlacementPolicy?) throws {
        let folder = TraceFolder()
        let file = try Self.cluster(folder)
        let placed = try Self.place(file, policy)
        // The snapshot has pods of every fate.
        #expect(Set(placed.verdicts.values) == ["placed", "rejected", "denied", "skipped", "invalid"])
        for rule in ["apart", "port", "volume"] {
            let ruled = placed.verdicts.filter { $0.key.hasPrefix("default/\(rule)-") }
            #expect(Set(ruled.values) == ["placed", "rejected"], "\(rule)")
        }
        #expect(placed.verdicts["default/gated"] == "skipped" && placed.running > 80)
        #expect(placed.verdicts.contains { $0.key.hasPrefix("limited/") && $0.value == "denied" })

        let replayed = try Self.replay(file, policy)
        #expect(replayed.nodes == placed.nodes)
        #expect(try Self.replay(file, policy, engine: .reference).nodes == placed.nodes)
        #expect(try Self.place(file, policy, .reference).nodes == placed.nodes)
        #expect(replayed.running == placed.running && replayed.refused == placed.refused)

        let fleet = WhatIfFleet(
            try PlacementInput(nodeFiles: [file], podFiles: []), policy: policy, seed: 7, now: Self.now,
            defaults: SchedulingDefaults(), catalog: try traceCatalog())
        let trial = try WhatIfTrial(fleet, without: [], adding: [])
        let results = trial.placeQueue()
        var tried: [String: String] = [:]
        for (pod, result) in zip(trial.queue, results) where result.outcome.isPlaced {
            tried[pod.name] =
                trial.cluster.table.nodes[Int(result.outcome.node)].name + " "
                + result.devices.map { "\($0)" }.sorted().joined(separator: "-")
        }
        #expect(tried == placed.nodes)
        #expect(trial.running == placed.running && trial.refused == placed.refused)
        // A queue that is taken back is placed again in the same way.
        trial.takeBack(results)
        #expect(trial.placeQueue().map(\.devices) == results.map(\.devices))
        let side = try WhatIf.side(fleet, WhatIf.Change())
        #expect(side.placed == placed.nodes.count && side.pending == placed.verdicts.count)

        if let policy, policy.decidesWithQueue {
            #expect(throws: PodReferenceError.self) { try Self.session(file, policy).explain(.sequence(0)) }
            return
        }
        let step = policy == nil ? 9 : 40
        for name in placed.verdicts.keys.sorted().enumerated().filter({ $0.offset % step == 0 }).map(\.element) {
            let explanation = try Self.session(file, policy).explain(.name(name))
            #expect(explanation.node == placed.nodes[name]?.split(separator: " ").first.map(String.init))
            #expect("\(explanation.outcome)" == placed.verdicts[name])
            if let decision = explanation.decision, explanation.outcome == .placed {
                #expect(decision.ranked.first?.node == explanation.node)
            }
            var options = ReplayOptions()
            options.policy = policy.flatMap { PolicyChoice.named($0.name) } ?? .hami
            options.seed = 7
            let again = try Replay.explain(.name(name), options: options) { () throws(TraceError) in
                try Replay(
                    SnapshotReplay(
                        [file], defaults: options.defaults, profile: options.profile, now: Self.now,
                        catalog: traceCatalogOrTrap()
                    ).prepare(), options: options)
            }
            #expect(again.node == explanation.node)
        }
    }

    /// Everybody has come at the first moment, so the clock changes nothing.
    @Test func theVirtualClockDecidesAlike() throws {
        let folder = TraceFolder()
        let file = try Self.cluster(folder)
        #expect(try Self.replay(file, clock: .virtual(intervalMs: 1000)).nodes == Self.place(file).nodes)
    }

    /// Pods of one template ask one class, and what one of them is refused for is each one's own.
    @Test func podsOfATemplateAskOnce() throws {
        let folder = TraceFolder()
        let file = try Self.cluster(folder)
        let session = try Self.session(file)
        for entry in session.queue {
            let alone = PlacementInput.SourcedPod(entry.pod, source: entry.source)
            let (known, fresh) = (session.queuedAsk(entry), session.queuedAsk(alone))
            #expect(known.requestClass?.id == fresh.requestClass?.id && known.refusal == fresh.refusal)
        }
    }
}

private func traceCatalogOrTrap() -> VendorCatalog {
    guard let catalog = try? traceCatalog() else { preconditionFailure("the catalogue of traces stands") }
    return catalog
}

extension String {
    fileprivate func replacingFirst(_ text: String, with other: String) -> String {
        guard let range = firstRange(of: text) else { return self }
        return replacingCharacters(in: range, with: other)
    }

    private func replacingCharacters(in range: Range<String.Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
