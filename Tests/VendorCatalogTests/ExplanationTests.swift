@testable import DecisionExplanations
import BulkJSON
import DeviceTable
import FleetTestSupport
import PlacementModel
import Testing
import VendorCatalog

@testable import PlacementEngine

/// Explanations say what the engine does, on random fleets of every device type.
@Suite struct ExplanationTests {
    private func cluster(_ random: RandomFleet) throws -> Fleet {
        let cluster = Fleet(catalog: try VendorCatalog(), order: .asRegistered, parser: JSONParser())
        for (number, node) in random.nodes.enumerated() {
            var node = node
            node.metadata.labels["zone"] = "z\(number % 3)"
            node.allocatable["cpu"] = Quantity(integer: Int64(4 + number % 5 * 8))
            if number % 7 == 3 { node.taints = [Taint(key: "dedicated", value: "batch", effect: .noSchedule)] }
            cluster.register(node, now: SmallFleet.now)
        }
        return cluster
    }

    private func pod(_ random: inout RandomFleet, _ number: Int) throws -> Pod {
        var pod = random.pod(named: "p\(number)")
        if random.chance(oneIn: 4) { pod.nodeSelector = ["zone": "z\(random.index(below: 4))"] }
        if random.chance(oneIn: 3) { pod.containers[0].requests["cpu"] = Quantity(integer: Int64(1 + number % 4)) }
        return pod
    }

    private func requestClass(_ pod: Pod, _ cluster: Fleet) throws -> RequestClass {
        let requests = cluster.catalog.requests(of: pod, state: cluster.state)
        return cluster.requestClass(
            try cluster.classKey(of: pod, requests: requests, defaults: SchedulingDefaults()))
    }

    /// The winner, its score and devices are the engine's; the checks count every node once; explaining changes nothing.
    @Test(arguments: 1...3) func winnersAreTheEngines(_ seed: Int) throws {
        var random = RandomFleet(seed: UInt64(seed), nodes: 20)
        let cluster = try cluster(random)
        let engine = ReferenceEngine(cluster: cluster)
        var rejected = 0
        for number in 0..<60 {
            let requestClass = try requestClass(try pod(&random, number), cluster)
            let before = cluster.table.changeLog.end
            var scan = DecisionScan(requestClass, cluster: cluster)
            let explanation = scan.explanation()
            #expect(cluster.table.changeLog.end == before)
            let choice = engine.choose(requestClass)
            #expect(explanation.ranked.first?.row == choice?.node, "seed \(seed) pod \(number)")
            #expect(explanation.stages.first.map { $0.entered == 20 } ?? true)
            #expect(explanation.stages.last.map { $0.passed == explanation.fittingNodes } ?? true)
            for (stage, next) in zip(explanation.stages, explanation.stages.dropFirst()) {
                #expect(stage.passed == next.entered)
            }
            for row in 0..<20 {
                let fails = !cluster.failingFilters(requestClass, node: row).isEmpty
                #expect(fails == (cluster.firstFailingFilter(requestClass, node: row) != nil))
            }
            guard let choice else {
                rejected += 1
                #expect(!explanation.nearest.isEmpty && explanation.nearest.allSatisfy { !$0.fits })
                continue
            }
            #expect(explanation.ranked[0].score == .share(choice.score))
            _ = engine.evaluator.fits(requestClass, node: choice.node)
            var result = RoundResult()
            let outcome = engine.commit(requestClass, into: &result)
            let granted = explanation.chosen?.asks.flatMap { ask in ask.devices.filter { $0.granted != nil } } ?? []
            #expect(Set(granted.map(\.place)) == Set(result.devices(of: outcome).map { Int($0.device) }))
            let wrong = granted.filter { !$0.passes }
            #expect(wrong.isEmpty, "seed \(seed) pod \(number): taken, but alone it does not pass")
        }
        #expect(rejected > 5)
    }

    /// What a device lacks is exact: with so much less in use it passes, with one less than that it does not.
    @Test func lacksAreExact() throws {
        var seen: Set<DeviceVerdict.Lack.Kind> = []
        var vendors: Set<String> = []
        for seed in 1...3 {
            var random = RandomFleet(seed: UInt64(seed), nodes: 18)
            let cluster = try cluster(random)
            let engine = ReferenceEngine(cluster: cluster)
            var evaluator = NodeEvaluator(cluster: cluster)
            for number in 0..<70 {
                let requestClass = try requestClass(try pod(&random, number), cluster)
                if let choice = engine.choose(requestClass) {
                    _ = engine.evaluator.fits(requestClass, node: choice.node)
                    var result = RoundResult()
                    _ = engine.commit(requestClass, into: &result)
                    continue
                }
                for row in 0..<18 {
                    // Later requests see what earlier ones took; the first is looked at on the table as it is.
                    guard requestClass.initContainerCount == 0,
                        let ask = evaluator.inspect(requestClass, node: row, in: cluster).asks.first
                    else { continue }
                    for verdict in ask.devices where verdict.lacks.count == 1 {
                        let lack = verdict.lacks[0]
                        guard !lack.isPermanent, lack.amount > 0, lack.kind != .idle, lack.kind != .rule else {
                            continue
                        }
                        seen.insert(lack.kind)
                        vendors.insert(ask.vendor)
                        for (amount, passes) in [(lack.amount, true), (lack.amount - 1, false)] {
                            let device = Int(cluster.table.firstDevice[row]) + verdict.place
                            let effect = Self.release(lack.kind, Int32(amount), device: device)
                            cluster.table.apply(effect)
                            let again = evaluator.inspect(requestClass, node: row, in: cluster).asks[0]
                            cluster.table.revert(effect)
                            let now = again.devices.first { $0.place == verdict.place }
                            #expect(now?.passes == passes, "seed \(seed) pod \(number) \(ask.vendor) \(lack)")
                        }
                    }
                }
            }
        }
        #expect(seen == [.memoryMiB, .cores, .slots])
        #expect(vendors.count >= 5, "only \(vendors.sorted())")
    }

    private static func release(_ kind: DeviceVerdict.Lack.Kind, _ amount: Int32, device: Int) -> DeviceEffect {
        .usage(
            device: device, slots: kind == .slots ? -amount : 0, memoryMiB: kind == .memoryMiB ? -amount : 0,
            cores: kind == .cores ? -amount : 0)
    }

    /// The nearest node by its definition, on a fleet where each node is short of something else.
    @Test func theNearestNodeIsTheOneThatLacksLeast() throws {
        func card(_ name: String, cpu: String, label: String) -> Node {
            var node = Node.with(
                name: name, ["cambricon.com/mlu.smlu.vcore": "100", "cambricon.com/mlu.smlu.vmemory": "100"],
                labels: ["pool": label])
            node.allocatable["cpu"] = Quantity.of(cpu)
            return node
        }
        let fleet = try SmallFleet(nodes: [
            card("other-pool", cpu: "64", label: "b"), card("small", cpu: "1", label: "a"),
            card("busy", cpu: "8", label: "a"), card("nearly", cpu: "8", label: "a"),
        ])
        // busy has 3 of 8 CPUs left, nearly 3.5 of 8, but its card is short of memory too.
        let cluster = fleet.cluster
        func take(_ cpuMilli: Int64, _ node: Int) {
            cluster.table.reserve(
                NodeResources(cpuMilli: cpuMilli, memoryBytes: 0, ephemeralBytes: 0, pods: 1), on: node)
        }
        take(5000, 2)
        take(4500, 3)
        fleet.occupy(cluster.table.devices(of: 3).lowerBound, memoryMiB: 20_000)
        let names = [
            "n": "cambricon.com/vmlu", "m": "cambricon.com/mlu.smlu.vmemory", "c": "cambricon.com/mlu.smlu.vcore",
        ]
        var pod = PodText(names: names).pod("n=1 m=50 c=10", name: "p")
        pod.nodeSelector = ["pool": "a"]
        pod.containers[0].requests["cpu"] = Quantity(integer: 4)
        var scan = DecisionScan(try requestClass(pod, cluster), cluster: cluster)
        let nearest = scan.explanation().nearest
        #expect(nearest.map(\.node) == ["busy", "nearly", "small", "other-pool"])
        #expect(
            nearest[0].lacks == [
                NodeLack(filter: .cpu, subject: "cpu", asked: 4000, free: 3000, offered: 8000)
            ])
        #expect(nearest[0].shortfallMilli == 250)
        #expect(nearest[1].failingChecks == 2 && nearest[1].permanentChecks == 0)
        // 25,600 MiB a card, 20,000 in use, 12,800 asked.
        #expect(nearest[1].asks[0].devices[0].lacks.map(\.amount) == [7200])
        // One check each that no departure mends; 3 of 4 CPUs are less than a whole label.
        #expect(nearest[2].permanentChecks == 1 && nearest[3].permanentChecks == 1)
        #expect(nearest[2].shortfallMilli == 750 && nearest[3].shortfallMilli == 1000)
    }
}
