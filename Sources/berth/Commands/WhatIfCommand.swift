import ArgumentParser
import BulkJSON
import FleetPlanning
import Foundation
import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import TraceImport
import TraceModel
import VendorCatalog

/// `berth whatif`: the same pods on another fleet.
struct WhatIfCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whatif",
        abstract: "Tell what would change if nodes came or went, and the cheapest nodes to buy.",
        discussion: """
            The input is a snapshot of a cluster, as `berth place` reads it, or the folder of \
            a trace. The pending pods are placed on the fleet as it is and on the \
            changed one; pods whose node goes are placed first. Nodes to add are described \
            as in the fleet or the catalogue (`berth vendors`): devices of several kinds \
            after +, and after ; cpu, memory, pods and labels.

            Examples:
              berth whatif examples/snapshot.json --add "2x(8x NVIDIA A100 80G)"
              berth whatif examples/snapshot.json --remove pool=serve \\
                --add "2x(4x T4; cpu=96)"
              berth whatif examples/snapshot.json --drain t4-1
              berth whatif examples/snapshot.json --prices examples/prices.csv
            """)

    @OptionGroup var cluster: ClusterInputOptions

    @Option(help: ArgumentHelp("Nodes to add; may be given several times.", valueName: "nodes"))
    var add: [String] = []

    @Option(
        help: ArgumentHelp(
            "Remove the nodes with these labels: key=value, key!=value, key, !key, with commas.", valueName: "selector")
    )
    var remove: [String] = []

    @Option(
        help: ArgumentHelp("Empty a node and tell where its pods go; may be given several times.", valueName: "node"))
    var drain: [String] = []

    @Option(
        help: ArgumentHelp(
            "Find the cheapest nodes to add so that all pending pods fit; CSV with node, price, max.", valueName: "file"
        ))
    var prices: String?

    @OptionGroup var scheduling: SchedulingOptions

    @Option(help: "Which pod list of an openb folder.")
    var podsVariant = "default"

    @Option(help: "table for people, json for programs.")
    var output = ReplayCommand.OutputName.table

    func validate() throws {
        if cluster.isEmpty {
            throw ValidationError("give a snapshot, or the folder of a trace; \(SnapshotCommand.hint)")
        }
    }

    func run() throws {
        let fleet = try reportingErrors { try load() }
        let report = try reportingErrors {
            let change = try change(of: fleet)
            var report = WhatIfReport(change: change, result: try WhatIf(fleet, change), removed: change.removed.count)
            Warnings.tell(
                report.result.problems,
                notes: report.result.lacks?.notes(forSnapshot: !cluster.snapshot.isEmpty) ?? [])
            if let prices {
                let list = try PriceList(prices, fleet: fleet)
                report.prices = list
                report.cheapest = try CheapestAdditions(fleet, change, list)
            }
            return report
        }
        switch output {
        case .table: try StandardOutput.write(report.table)
        case .json: try StandardOutput.write(report.json)
        }
    }

    private func load() throws -> WhatIfFleet {
        let defaults = scheduling.defaults
        let catalog = try scheduling.traceCatalog()
        let folder = try cluster.traceFolder()
        OptionsWithoutEffect.tell(
            [
                (podsVariant != "default" && folder == nil, "--pods-variant", "a folder of the openb lists"),
                (!cluster.admit && folder != nil, "--no-admit", "a snapshot"),
            ] + scheduling.idle())
        guard let folder else {
            return WhatIfFleet(
                try cluster.read(), profile: scheduling.compatibility, policy: scheduling.placementPolicy,
                seed: scheduling.seed, admits: cluster.admit, now: .system(), defaults: defaults, catalog: catalog)
        }
        let trace =
            !Trace.isTrace(folder: folder) && OpenBImporter.isTrace(folder: folder)
            ? try OpenBImporter.read(OpenBImporter.Files(folder: folder, podsVariant: podsVariant), catalog: catalog)
            : try Trace(telling: folder)
        return try WhatIfFleet(
            trace, policy: scheduling.placementPolicy, seed: scheduling.seed, defaults: defaults, catalog: catalog)
    }

    private func change(of fleet: WhatIfFleet) throws -> WhatIf.Change {
        var change = WhatIf.Change()
        do throws(NodeDescriptionError) {
            change.added = try fleet.describeNodes(add)
            for text in remove {
                let nodes = fleet.nodes(matching: try LabelSelector(text))
                if nodes.isEmpty { throw NodeDescriptionError(text, fleet.hint(forSelector: text)) }
                change.removed.formUnion(nodes)
            }
            for name in drain {
                if !fleet.hasNode(name) { throw NodeDescriptionError(name, fleet.hint(forNode: name)) }
                change.removed.insert(name)
            }
        } catch { throw InputFailure(error.description) }
        return change
    }
}
