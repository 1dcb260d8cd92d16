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
            The input is a snapshot of a cluster (JSON or YAML as kubectl prints it) or the \
            folder of a trace. The pending pods are placed on the fleet as it is and on the \
            changed one; pods whose node goes are placed first. Nodes to add are described \
            as in the fleet or the catalogue (`berth vendors`): devices of several kinds \
            after +, and after ; cpu, memory, pods and labels.

            Examples:
              berth whatif snapshot.json --add "8x(8x NVIDIA A100 80G)"
              berth whatif snapshot.json --remove zone=a --add "2x(4x T4; cpu=96; zone=b)"
              berth whatif snapshot.json --drain node-0042
              berth whatif snapshot.json --prices examples/prices.csv
            """)

    @Argument(help: "File of a snapshot (- is standard input), or folder of a trace.")
    var input: String

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

    func run() throws {
        let fleet = try reportingErrors { try load() }
        for problem in fleet.problems { StandardError.write("warning: \(problem)") }
        let report = try reportingErrors {
            let change = try change(of: fleet)
            var report = WhatIfReport(change: change, result: try WhatIf(fleet, change), removed: change.removed.count)
            if let prices {
                let list = try PriceList(prices, fleet: fleet)
                report.prices = list
                report.cheapest = try CheapestAdditions(fleet, change, list)
            }
            return report
        }
        switch output {
        case .table: StandardOutput.write(report.table)
        case .json: StandardOutput.write(report.json)
        }
    }

    private func load() throws -> WhatIfFleet {
        let defaults = scheduling.defaults
        let catalog = try scheduling.traceCatalog()
        if KubernetesImporter.isSnapshot(input) {
            return WhatIfFleet(
                try .reading(nodeFiles: [input], podFiles: []), now: .system(), defaults: defaults, catalog: catalog)
        }
        let trace =
            !Trace.isTrace(folder: input) && OpenBImporter.isTrace(folder: input)
            ? try OpenBImporter.read(OpenBImporter.Files(folder: input, podsVariant: podsVariant), catalog: catalog)
            : try Trace(folder: input)
        return try WhatIfFleet(trace, defaults: defaults, catalog: catalog)
    }

    private func change(of fleet: WhatIfFleet) throws -> WhatIf.Change {
        var change = WhatIf.Change()
        do throws(NodeDescriptionError) {
            change.added = try fleet.describeNodes(add)
            for text in remove {
                let nodes = fleet.nodes(matching: try LabelSelector(text))
                if nodes.isEmpty { throw NodeDescriptionError(text, "chooses no node of the fleet") }
                change.removed.formUnion(nodes)
            }
            for name in drain {
                if !fleet.hasNode(name) { throw NodeDescriptionError(name, "is no node of the fleet") }
                change.removed.insert(name)
            }
        } catch { throw InputFailure(error.description) }
        return change
    }
}
