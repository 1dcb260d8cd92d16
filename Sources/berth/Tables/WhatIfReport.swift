import BulkJSON
import DecisionExplanations
import FleetPlanning
import PlacementModel
import TextEscaping
import TraceReplay

/// What `berth whatif` found, as tables and as JSON (docs/output.md has the keys).
struct WhatIfReport {
    var change: WhatIf.Change
    var result: WhatIf
    var removed: Int
    var prices: PriceList?
    var cheapest: CheapestAdditions?

    init(change: WhatIf.Change, result: WhatIf, removed: Int) {
        self.change = change
        self.result = result
        self.removed = removed
    }

    private var isChanged: Bool { !change.added.isEmpty || removed > 0 }
    /// Rows of a table that is told of in part.
    private static let rowsMax = 20

    // MARK: Tables

    var table: String {
        var text = answer + "\n" + overview
        if !result.after.moves.isEmpty { text += "\n" + moves }
        text += findings + likeness
        text += leftOver(result.after, isChanged ? "Left over then" : "Left over")
        if let cheapest, let prices { text += "\n" + additions(cheapest, prices) }
        return text
    }

    /// What was asked, answered.
    private var answer: String {
        let (before, after) = (result.before, result.after)
        func counted(_ pods: Int) -> String { NumberText.counted(pods, "pod") }
        let part = "\(NumberText.grouped(after.placed)) of \(NumberText.grouped(after.pending))"
        if let cheapest, let prices { return bought(cheapest, prices) }
        var text = ""
        if removed > 0 {
            let stuck = after.moves.count { $0.to == nil }
            text += "Without \(removedNodes): "
            text +=
                after.moves.isEmpty
                ? "no pod has to move"
                : stuck == 0
                    ? "\(after.moves.count == 1 ? "the pod" : "all \(counted(after.moves.count))") that ran there "
                        + (after.moves.count == 1 ? "finds another place" : "find another place")
                    : (after.moves.count == 1
                        ? "the pod" : "\(NumberText.grouped(stuck)) of the \(counted(after.moves.count))")
                        + " that ran there "
                        + (stuck == 1 ? "finds no other place" : "find no other place")
            text +=
                result.findings.blockades.isEmpty && result.findings.covered.isEmpty
                ? ".\n" : ", but budgets block it.\n"
        }
        if !isChanged {
            return "\(part) pending \(after.pending == 1 ? "pod" : "pods") \(after.placed == 1 ? "fits" : "fit").\n"
        }
        let more = after.placed - before.placed
        let fit = more.magnitude == 1 ? "fits" : "fit"
        let nodes = change.added.reduce(0) { $0 + $1.count }
        let with = nodes > 0 ? "With \(NumberText.counted(nodes, "more node")), " : "Of the others, "
        switch more {
        case 0: text += with + "no more pending pod fits: \(part).\n"
        case ..<0: text += with + "\(NumberText.counted(-more, "pending pod")) fewer \(fit): \(part).\n"
        default:
            text +=
                with + "\(NumberText.grouped(more)) more pending \(more == 1 ? "pod" : "pods") \(fit): \(part).\n"
        }
        return text
    }

    private var removedNodes: String {
        let names = change.removed.sorted()
        return names.count <= 3
            ? names.map { "\(shown: $0)" }.joined(separator: ", ") : NumberText.counted(names.count, "node")
    }

    private func bought(_ cheapest: CheapestAdditions, _ prices: PriceList) -> String {
        let cannot = cheapest.unreachable.reduce(0) { $0 + $1.pods }
        let others = cannot == 0 ? "" : "; no node of the list takes the other \(NumberText.grouped(cannot))"
        if cheapest.stillLeft > 0 {
            return
                "No combination of the list places them all: \(NumberText.counted(cheapest.stillLeft, "pod")) that it "
                + "could take stay left over\(others).\n"
        }
        let list = zip(prices.offers, cheapest.counts).filter { $1 > 0 }.map { "\($1) x (\($0.node.text))" }
        if list.isEmpty { return "Nothing needs to be bought\(others).\n" }
        let side = cheapest.verified
        return "Buy \(shown: list.joined(separator: " and ")) for \(Self.money(cheapest.price)): then "
            + "\(NumberText.grouped(side.placed)) of \(NumberText.counted(side.pending, "pending pod")) have a place, "
            + "\(NumberText.grouped(result.before.placed)) now\(others).\n"
    }

    private var overview: String {
        var table = TextTable([
            ("FLEET", .left), ("NODES", .right), ("DEVICES", .right), ("RUNNING", .right), ("PENDING", .right),
            ("PLACED", .right), ("LEFT OVER", .right),
        ])
        func add(_ name: String, _ side: WhatIf.Side) {
            table.add(
                [name]
                    + [side.nodes, side.devices, side.running, side.pending, side.placed, side.left].map(
                        NumberText.grouped))
        }
        add("now", result.before)
        if isChanged { add("then", result.after) }
        var text = table.text()
        for node in change.added { text += "added: \(shown: node.text), each with \(shown: Self.size(of: node))\n" }
        if result.before.refused > 0 {
            text += "\(NumberText.counted(result.before.refused, "running pod")) could not be counted\n"
        }
        return text
    }

    /// The CPU and memory that a described node is taken to have, and where they come from.
    private static func size(of node: NodeDescription) -> String {
        let size = "\(AmountText.cpu(node.node.cpuMilli)) CPU and \(AmountText.bytes(node.node.memoryMiB << 20))"
        return size
            + (node.sizedLike.map { " (as \($0) where not said)" } ?? " (24 CPU and 192 GiB a device where not said)")
    }

    private var moves: String {
        let all = result.after.moves
        let stuck = all.filter { $0.to == nil }
        var table = TextTable([("POD", .left), ("FROM", .left), ("TO", .left), ("DEVICES", .left)])
        for move in all.filter({ $0.to != nil }).prefix(Self.rowsMax) + stuck.prefix(Self.rowsMax) {
            table.add([move.pod, move.from, move.to ?? "no place", move.devices.joined(separator: ", ")])
        }
        var text =
            "\(NumberText.counted(all.count, "pod")) ran on the "
            + (removed == 1 ? "node that goes: " : "\(NumberText.grouped(removed)) nodes that go: ")
            + "\(NumberText.grouped(all.count - stuck.count)) with a new place, \(NumberText.grouped(stuck.count)) without\n"
        text += table.text(indent: 2)
        let hidden = all.count - min(all.count - stuck.count, Self.rowsMax) - min(stuck.count, Self.rowsMax)
        if hidden > 0 { text += "  \(NumberText.grouped(hidden)) more (--output json has all)\n" }
        return text
    }

    /// What the nodes that go take with them, and what stands in the way of emptying them.
    private var findings: String {
        let found = result.findings
        func counted(_ pods: [String]) -> String {
            let names = pods.prefix(3).joined(separator: ", ") + (pods.count > 3 ? ", ..." : "")
            return "\(NumberText.counted(pods.count, "pod")) (\(names))"
        }
        var lines: [String] = []
        for blockade in found.blockades {
            lines.append(
                "Blocked: PodDisruptionBudget \(blockade.budget) allows \(NumberText.counted(blockade.allowed, "disruption")) and covers "
                    + "\(counted(blockade.pods)) that would be evicted.")
        }
        if !found.covered.isEmpty {
            lines.append(
                "Blocked: \(counted(found.covered)) stand under several budgets, which the API server refuses.")
        }
        if !found.goneWithNode.isEmpty {
            let verb = found.goneWithNode.count == 1 ? "goes" : "go"
            lines.append(
                "\(counted(found.goneWithNode)) of DaemonSets and static pods \(verb) with the node.")
        }
        if !found.bare.isEmpty {
            let bare =
                found.bare.count == 1 ? "has no controller: nothing makes it" : "have no controller: nothing makes them"
            lines.append("\(counted(found.bare)) \(bare) anew elsewhere.")
        }
        return lines.isEmpty ? "" : "\n" + lines.joined(separator: "\n") + "\n"
    }

    /// What added nodes are taken to have besides what was said.
    private var likeness: String {
        var text = ""
        for added in change.added where added.alike > 0 {
            var parts: [String] = []
            if !added.node.taints.isEmpty {
                let taints = added.node.taints.map { taint in
                    taint.key + (taint.value.isEmpty ? "" : "=" + taint.value) + ":" + taint.effect.rawValue
                }
                parts.append("taints " + taints.joined(separator: ", "))
            }
            if !added.node.labels.isEmpty {
                parts.append(
                    "labels "
                        + added.node.labels.sorted { $0.key < $1.key }.map { $0.key + "=" + $0.value }.joined(
                            separator: ", "))
            }
            if parts.isEmpty { continue }
            text +=
                "\(added.text): has what all \(added.alike) nodes with such devices have: \(parts.joined(separator: "; "))\n"
        }
        return text.isEmpty ? "" : "\n" + text
    }

    private func leftOver(_ side: WhatIf.Side, _ title: String) -> String {
        if side.leftOver.isEmpty { return "" }
        var columns: [(title: String, alignment: TextTable.Alignment)] = [
            ("PODS", .right), ("EACH ASKS", .left), ("FIRST", .left), ("NEAREST NODES SAY", .left),
        ]
        if cheapest != nil { columns.append(("THE LIST", .left)) }
        var table = TextTable(columns)
        for group in side.leftOver.prefix(Self.rowsMax) {
            var cells = [NumberText.grouped(group.pods), group.asks, group.example, group.reason]
            if let cheapest {
                let isBeyond = cheapest.unreachable.contains {
                    $0.asks == group.asks && $0.reason == group.reason || $0.example == group.example
                }
                cells.append(isBeyond ? "cannot take it" : "takes it")
            }
            table.add(cells)
        }
        let rest = side.leftOver.count - Self.rowsMax
        return "\n\(title):\n" + table.text(indent: 2)
            + (rest > 0 ? "  \(NumberText.grouped(rest)) more kinds (--output json has all)\n" : "")
    }

    private func additions(_ cheapest: CheapestAdditions, _ prices: PriceList) -> String {
        if cheapest.counts.allSatisfy({ $0 == 0 }) && cheapest.stillLeft == 0 { return "" }
        var table = TextTable([
            ("NODES", .right), ("EACH", .left), ("CPU AND MEMORY", .left), ("PRICE EACH", .right), ("PRICE", .right),
        ])
        for (offer, count) in zip(prices.offers, cheapest.counts) where count > 0 {
            table.add([
                NumberText.grouped(count), offer.node.text, Self.size(of: offer.node), Self.money(offer.price),
                Self.money(offer.price * Int64(count)),
            ])
        }
        var text = cheapest.stillLeft > 0 ? "The most that the list allows:\n" : "Cheapest nodes:\n"
        text += table.text(indent: 2) + "  in all \(Self.money(cheapest.price))\n"
        switch cheapest.proof {
        case .exact(let tried):
            text += "  Exact: every cheaper combination was placed and leaves pods over (\(tried) placements).\n"
        case .greedy(let tried) where cheapest.stillLeft == 0:
            text +=
                "  Greedy: none can be spared or exchanged for a cheaper one; not every cheaper choice was tried (\(tried) placements).\n"
        case .greedy: break
        }
        let side = cheapest.verified
        text +=
            "  Checked on that fleet: \(NumberText.grouped(side.placed)) of \(NumberText.grouped(side.pending)) pending pods placed.\n"
        return text
    }

    static func money(_ hundredths: Int64) -> String { NumberText.fixed(Double(hundredths) / 100, decimals: 2) }

    // MARK: JSON

    var json: [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginObject()
        writer.member("added", change.added.map { $0.text })
        writer.member("removed", change.removed.sorted())
        if !change.added.isEmpty {
            writer.key("addedLike")
            writer.beginArray()
            for added in change.added {
                writer.beginObject()
                writer.member("node", added.text)
                writer.member("nodesAlike", added.alike)
                writer.key("taints")
                writer.beginArray()
                for taint in added.node.taints {
                    writer.string(
                        taint.key + (taint.value.isEmpty ? "" : "=" + taint.value) + ":" + taint.effect.rawValue)
                }
                writer.endArray()
                writer.endObject()
            }
            writer.endArray()
        }
        if removed > 0 { Self.write(result.findings, into: &writer) }
        writer.key("before")
        Self.write(result.before, into: &writer)
        writer.key("after")
        Self.write(result.after, into: &writer)
        writer.member("moreFit", result.after.placed - result.before.placed)
        if let cheapest, let prices { Self.write(cheapest, prices, into: &writer) }
        writer.endObject()
        writer.newline()
        return writer.bytes
    }

    private static func write(_ side: WhatIf.Side, into writer: inout JSONWriter) {
        writer.beginObject()
        for (key, number) in [
            ("nodes", side.nodes), ("devices", side.devices), ("running", side.running), ("refused", side.refused),
            ("pending", side.pending), ("placed", side.placed), ("leftOver", side.left),
        ] {
            writer.member(key, number)
        }
        writer.key("leftOverKinds")
        writer.beginArray()
        for group in side.leftOver {
            writer.beginObject()
            writer.member("pods", group.pods)
            for (key, text) in [("asks", group.asks), ("first", group.example), ("reason", group.reason)] {
                writer.member(key, text)
            }
            writer.endObject()
        }
        writer.endArray()
        writer.key("moves")
        writer.beginArray()
        for move in side.moves {
            writer.beginObject()
            writer.member("pod", move.pod)
            writer.member("from", move.from)
            writer.key("to")
            if let to = move.to { writer.string(to) } else { writer.null() }
            writer.member("devices", move.devices)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private static func write(_ findings: DrainFindings, into writer: inout JSONWriter) {
        writer.key("blockedBy")
        writer.beginArray()
        for blockade in findings.blockades {
            writer.beginObject()
            writer.member("budget", blockade.budget)
            writer.member("disruptionsAllowed", blockade.allowed)
            writer.member("pods", blockade.pods)
            writer.endObject()
        }
        writer.endArray()
        for (key, pods) in [
            ("underSeveralBudgets", findings.covered), ("goneWithNode", findings.goneWithNode),
            ("madeAnewByNothing", findings.bare),
        ] {
            writer.key(key)
            writer.beginArray()
            for pod in pods { writer.string(pod) }
            writer.endArray()
        }
    }

    private static func write(_ cheapest: CheapestAdditions, _ prices: PriceList, into writer: inout JSONWriter) {
        writer.key("cheapest")
        writer.beginObject()
        writer.key("nodes")
        writer.beginArray()
        for (offer, count) in zip(prices.offers, cheapest.counts) where count > 0 {
            writer.beginObject()
            writer.member("node", offer.node.text)
            writer.member("count", count)
            writer.endObject()
        }
        writer.endArray()
        writer.member("price", Double(cheapest.price) / 100)
        writer.key("exact")
        if case .exact = cheapest.proof { writer.bool(true) } else { writer.bool(false) }
        writer.member("stillLeft", cheapest.stillLeft)
        writer.member("unreachable", cheapest.unreachable.reduce(0) { $0 + $1.pods })
        writer.key("verified")
        write(cheapest.verified, into: &writer)
        writer.endObject()
    }
}
