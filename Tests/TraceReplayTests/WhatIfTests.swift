import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog
@testable import FleetPlanning
@testable import TraceModel

/// Other fleets for the same pods, and the cheapest ones.
@Suite struct WhatIfTests {
    /// Two nodes of two cards of 1,000 MiB and two slots; each pod asks one card's whole memory.
    private func fleet(pending: Int, running: Int = 0, memoryMiB: Int = 1000) throws -> WhatIfFleet {
        let folder = TraceFolder()
        let second = "n2,8000,16384,10,NVIDIA,NVIDIA-Test,2,2,1000,100,1,zone=b,\n"
        var pods = TraceText.podHeader
        for number in 0..<running {
            pods += "run\(number),default,0,,100,64,nvidia.com/gpu=1;nvidia.com/gpumem=1000,,,,,n\(number % 2 + 1)\n"
        }
        for number in 0..<pending { pods += TraceText.pod("p\(number)", memoryMiB: memoryMiB) }
        try folder.write(fleet: TraceText.oneNode + second, pods: pods)
        return try WhatIfFleet(
            try Trace(folder: folder.path), defaults: SchedulingDefaults(), catalog: try traceCatalog())
    }

    private func prices(_ rows: String, _ fleet: WhatIfFleet) throws -> PriceList {
        let folder = TraceFolder()
        try TraceFiles.makeFolder(folder.path)
        try TraceFiles.write(Array(("node,price,max\n" + rows).utf8), to: folder.file("prices.csv"))
        return try PriceList(folder.file("prices.csv"), fleet: fleet)
    }

    @Test func addedNodesTakeMorePods() throws {
        let fleet = try fleet(pending: 9)
        let added = try fleet.describeNodes(["2x(2x NVIDIA Test)"])
        let result = try WhatIf(fleet, WhatIf.Change(added: added))
        #expect(result.before.placed == 4 && result.before.left == 5)
        #expect(result.after.placed == 8 && result.after.nodes == 4 && result.after.devices == 8)
        #expect(result.after.leftOver.map(\.pods) == [1])
        #expect(result.after.leftOver[0].asks.contains("1 NVIDIA (1,000 MiB"))
    }

    @Test func drainedPodsGoFirstAndAreFollowed() throws {
        let fleet = try fleet(pending: 3, running: 2)
        let result = try WhatIf(fleet, WhatIf.Change(removed: ["n1"]))
        #expect(result.before.running == 2 && result.before.placed == 2)
        #expect(result.after.running == 1)
        #expect(result.after.moves.map(\.pod) == ["run0"])
        #expect(result.after.moves[0].from == "n1" && result.after.moves[0].to == "n2")
        #expect(result.after.moves[0].devices.count == 1)
        // The moved pod takes the place that a pending one had.
        #expect(result.after.placed == 0 && result.after.left == 3)
        let none = try WhatIf(fleet, WhatIf.Change(removed: ["n1", "n2"]))
        #expect(none.after.moves.allSatisfy { $0.to == nil })
    }

    /// Compared with trying every combination up to the answer's price on a fleet built anew.
    @Test(arguments: [
        (pending: 5, rows: "2x NVIDIA Test,100,\n1x NVIDIA Test,40,\n"),
        (pending: 11, rows: "2x NVIDIA Test,100,\n1x NVIDIA Test,60,\n4x NVIDIA Test,150.50,1\n"),
        (pending: 15, rows: "8x NVIDIA Test,300,\n2x NVIDIA Test,90,\n3x NVIDIA Test,120,\n"),
    ]) func theCheapestAdditionsAreFound(_ example: (pending: Int, rows: String)) throws {
        let fleet = try fleet(pending: example.pending)
        let list = try prices(example.rows, fleet)
        let answer = try CheapestAdditions(fleet, WhatIf.Change(), list)
        guard case .exact = answer.proof else {
            Issue.record("not exact: \(answer.proof)")
            return
        }
        #expect(answer.stillLeft == 0 && answer.verified.left == 0)
        // Pods need one card each: the fewest that cards allow, at the least price.
        let missing = example.pending - 4
        var best = Int64.max
        let sizes = list.offers.map { $0.node.node.groups[0].devices }
        func tryAll(_ offer: Int, _ cards: Int, _ price: Int64) {
            if cards >= missing { best = min(best, price) }
            if offer == sizes.count || price >= best { return }
            for count in 0...min(list.offers[offer].max, missing) {
                tryAll(offer + 1, cards + count * sizes[offer], price + Int64(count) * list.offers[offer].price)
            }
        }
        tryAll(0, 0, 0)
        #expect(answer.price == best)
    }

    @Test func manyNodesAreFoundGreedilyAndNoneCanBeSpared() throws {
        let fleet = try fleet(pending: 150)
        let list = try prices("2x NVIDIA Test,100,\n3x NVIDIA Test,140,\n5x NVIDIA Test,260,\n", fleet)
        let answer = try CheapestAdditions(fleet, WhatIf.Change(), list)
        guard case .greedy = answer.proof else {
            Issue.record("exact with so many combinations: \(answer.proof)")
            return
        }
        #expect(answer.stillLeft == 0 && answer.verified.left == 0)
        for offer in answer.counts.indices where answer.counts[offer] > 0 {
            var fewer = list.offers.enumerated().map { place, entry in
                var node = entry.node
                node.count = answer.counts[place] - (place == offer ? 1 : 0)
                return node
            }
            fewer.removeAll { $0.count == 0 }
            #expect(try WhatIf(fleet, WhatIf.Change(added: fewer)).after.left > 0)
        }
    }

    @Test func podsThatNothingCanTakeAreSetApart() throws {
        let fleet = try fleet(pending: 6, memoryMiB: 5000)
        let list = try prices("2x NVIDIA Test,100,\n", fleet)
        let answer = try CheapestAdditions(fleet, WhatIf.Change(), list)
        #expect(answer.counts == [0] && answer.stillLeft == 0)
        #expect(answer.unreachable.map(\.pods) == [6])
        let limited = try CheapestAdditions(
            try self.fleet(pending: 9), WhatIf.Change(), try prices("1x NVIDIA Test,10,2\n", fleet))
        #expect(limited.stillLeft == 3 && limited.counts == [2])
    }

    @Test func descriptionsNameKnownDevices() throws {
        let fleet = try fleet(pending: 0)
        let nodes = try fleet.describeNodes([
            "8x(8x NVIDIA A100 80G)", "4 x T4; cpu=96; memory=384Gi; zone=a", "2x(2x NVIDIA Test + 1x H100)",
        ])
        #expect(nodes.map(\.count) == [8, 1, 2])
        #expect(nodes[0].node.groups[0].devices == 8 && nodes[0].node.groups[0].memoryMiB == 81_920)
        #expect(
            nodes[1].node.cpuMilli == 96_000 && nodes[1].node.memoryMiB == 393_216
                && nodes[1].node.labels == ["zone": "a"])
        #expect(nodes[2].node.groups.map(\.devices) == [2, 1])
        // A node like one of the fleet has that one's CPUs.
        #expect(try fleet.describeNodes(["2x NVIDIA Test"])[0].node.cpuMilli == 8000)
    }

    @Test(arguments: [
        ("8x(8x NVIDIA A100 80G", "parenthesis"), ("many(8x A100)", "number of nodes"), ("A100", "how many devices"),
        ("8x Ascend", "several"), ("8x B999", "no device"), ("999x T4", "how many devices"),
        ("8x T4; cpu=lots", "amount"),
        ("8x T4; big", "key=value"), ("8x A100 40G", "no device"), ("0x(8x T4)", "number of nodes"),
    ]) func badDescriptionsSayWhatWasExpected(_ text: String, _ words: String) throws {
        let fleet = try fleet(pending: 0)
        let error = #expect(throws: NodeDescriptionError.self) { try fleet.describeNodes([text]) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test func badPricesAreNamedByLineAndColumn() throws {
        let fleet = try fleet(pending: 0)
        for (rows, place, words) in [
            ("2x NVIDIA Test,cheap,\n", ":2:16", "price"), ("2x NVIDIA Test,1.234,\n", ":2:16", "decimals"),
            ("3x(2x NVIDIA Test),5,\n", ":2:1", "one node"), ("8x B999,5,\n", ":2:1", "no device"),
            ("2x NVIDIA Test,5,-1\n", ":2:18", "-1"), ("", "prices.csv", "no offer"),
        ] {
            let error = #expect(throws: TraceError.self) { try prices(rows, fleet) }
            let text = error?.description ?? ""
            #expect(text.contains(place) && text.contains(words), "\(text)")
        }
    }

    @Test func selectorsChooseByLabels() throws {
        let fleet = try fleet(pending: 0)
        for (text, nodes) in [
            ("zone=a", ["n1"]), ("zone!=a", ["n2"]), ("zone", ["n1", "n2"]), ("!zone", []), ("zone,zone==b", ["n2"]),
        ] {
            #expect(fleet.nodes(matching: try LabelSelector(text)) == nodes)
        }
        #expect(throws: NodeDescriptionError.self) { try LabelSelector("=a") }
    }

    /// Snapshots keep the devices that running pods hold.
    @Test func snapshotsKeepWhatRuns() throws {
        let folder = TraceFolder()
        let snapshot = try KubernetesSnapshotTests.snapshot(folder)
        let input = try PlacementInput(nodeFiles: [folder.file("snapshot.json")], podFiles: [])
        let fleet = WhatIfFleet(
            input, now: WallClock(unixSeconds: 1_767_225_600), defaults: SchedulingDefaults(),
            catalog: try traceCatalog())
        let session = PlacementSession(
            input, catalog: try traceCatalog(),
            options: PlacementOptions(admits: false, now: WallClock(unixSeconds: 1_767_225_600)))
        let trial = try WhatIfTrial(fleet, without: [], adding: [])
        #expect(trial.running == snapshot.running && trial.refused == 0)
        for device in 0..<session.cluster.table.deviceRowCount {
            #expect(trial.cluster.table.used[device] == session.cluster.table.used[device])
        }
        var placed = 0
        session.placeAll { if case .placed = $0.verdict { placed += 1 } }
        #expect(try WhatIf(fleet, WhatIf.Change()).before.placed == placed)
    }
}
