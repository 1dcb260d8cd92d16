import BulkJSON
import DecisionExplanations
import RegressionGate
import TextEscaping
import TraceReplay

/// What `berth compare --first-difference` found.
struct FirstDifferenceReport {
    /// A difference with the state before it, judged by the rules of both variants.
    struct Judged {
        var located: LocatedDifference
        var old: DifferenceState
        var new: DifferenceState

        var difference: DecisionDifference { located.difference }
        var finding: String { difference.finding(old: old, new: new) }
        /// Whether both variants' rules say the same of the nodes.
        var rulesAgree: Bool { old.nodes.map(\.verdict) == new.nodes.map(\.verdict) }
    }

    struct Shrunk {
        var folder: String
        var judged: Judged?
        var checks: Int
        var isMinimal: Bool
    }

    var trace: String
    var pair: VariantPair
    var pods: Int
    /// Nil = all decisions are equal.
    var found: Judged?
    var shrunk: Shrunk?
}

/// The report as text and as JSON.
enum FirstDifferenceText {
    static func text(_ report: FirstDifferenceReport) -> String {
        var text = "old  \(shown: report.pair.old.commandLine(trace: report.trace))\n"
        text += "new  \(shown: report.pair.new.commandLine(trace: report.trace))\n\n"
        guard let found = report.found else {
            return text + "All decisions on \(NumberText.grouped(report.pods)) pods are equal.\n"
        }
        let difference = found.difference
        text += """
            First difference: pod \(shown: difference.pod), number \(NumberText.grouped(difference.sequence + 1)) of \
            \(NumberText.grouped(report.pods)) offered; \(shown: found.old.asks.joined(separator: ", "))
              old  \(shown: difference.old.text)
              new  \(shown: difference.new.text)
            \(shown: found.finding)


            """
        text += "Before the decision:\n" + state(found)
        guard let shrunk = report.shrunk else { return text }
        let trace = shrunk.judged?.located.trace
        text += """

            Smallest trace that shows it: \(NumberText.counted(trace?.pods.count ?? 0, "pod")) on \
            \(NumberText.counted(trace?.nodes.count ?? 0, "node")), found with \
            \(NumberText.grouped(shrunk.checks)) checks\(shrunk.isMinimal ? "" : " (limit reached: smaller ones may exist)")\
            ; saved in \(shown: shrunk.folder)

            """
        if let judged = shrunk.judged {
            text += "  pod \(shown: judged.difference.pod): old \(shown: judged.difference.old.text), new "
            text += "\(shown: judged.difference.new.text)\n  \(shown: judged.finding)\n"
        }
        text += "  \(shown: report.pair.old.commandLine(trace: shrunk.folder))\n"
        text += "  \(shown: report.pair.new.commandLine(trace: shrunk.folder))\n"
        return text
    }

    private static func state(_ found: FirstDifferenceReport.Judged) -> String {
        var text = ""
        for (node, other) in zip(found.old.nodes, found.new.nodes) {
            text += "  \(shown: node.name), number \(node.row + 1) in the fleet: "
            text += found.rulesAgree ? verdict(node) : "old's rules: \(verdict(node)); new's rules: \(verdict(other))"
            text += "\n    free: " + free(node) + "\n"
            var table = TextTable([
                ("device", .right), ("type", .left), ("slots", .right), ("memory MiB", .right), ("cores", .right),
            ])
            for device in node.devices {
                table.add([
                    "\(device.place)", device.type, used(device.usedSlots, device.slots),
                    used(device.usedMemoryMiB, device.memoryMiB), used(device.usedCores, device.cores),
                ])
            }
            if !node.devices.isEmpty { text += table.text(indent: 4) }
        }
        if found.old.prefersLowerScore || found.new.prefersLowerScore {
            let who =
                found.old.prefersLowerScore == found.new.prefersLowerScore
                ? "A" : found.old.prefersLowerScore ? "Under old's rules a" : "Under new's rules a"
            text += "  \(who) lower score is better.\n"
        }
        if !found.old.isExact {
            text += "  (Devices of some earlier pods could not be retraced exactly; usage may differ a little.)\n"
        }
        return text
    }

    private static func verdict(_ node: DifferenceState.Node) -> String {
        if let refusal = node.verdict.refusal { return "refuses the pod: \(shown: refusal)" }
        var text = node.verdict.score.map { "fits, score \(Float($0))" } ?? "fits"
        if !node.verdict.devices.isEmpty {
            text += ", devices \(node.verdict.devices.map(String.init).joined(separator: "-")) by this build"
        }
        return text
    }

    private static func free(_ node: DifferenceState.Node) -> String {
        [
            node.freeCPUMilli.map { AmountText.cpu($0) + " CPU" },
            node.freeMemoryMiB.map { AmountText.bytes($0 << 20) },
            node.freePods.map { "\(NumberText.grouped(Int($0))) pods" },
        ].compactMap { $0 }.joined(separator: ", ")
    }

    private static func used(_ part: Int32, _ whole: Int32) -> String {
        "\(NumberText.grouped(Int(part))) of \(NumberText.grouped(Int(whole)))"
    }

    // MARK: - JSON

    static func json(_ report: FirstDifferenceReport) -> JSON {
        func variant(_ variant: ReplayVariant) -> JSON {
            ["binary": .string(variant.binary), "options": .array(variant.options.map { .string($0) })]
        }
        var members: [(String, JSON)] = [
            ("trace", .string(report.trace)), ("old", variant(report.pair.old)), ("new", variant(report.pair.new)),
            ("pods", .int(Int64(report.pods))), ("decisionsEqual", .bool(report.found == nil)),
        ]
        if let found = report.found { members.append(("firstDifference", json(found))) }
        if let shrunk = report.shrunk {
            var parts: [(String, JSON)] = [
                ("folder", .string(shrunk.folder)), ("checks", .int(Int64(shrunk.checks))),
                ("isMinimal", .bool(shrunk.isMinimal)),
            ]
            if let judged = shrunk.judged {
                parts.append(("pods", .int(Int64(judged.located.trace.pods.count))))
                parts.append(("nodes", .int(Int64(judged.located.trace.nodes.count))))
                parts.append(("firstDifference", json(judged)))
            }
            members.append(("smallestTrace", .object(JSONObject(parts))))
        }
        return .object(JSONObject(members))
    }

    private static func json(_ judged: FirstDifferenceReport.Judged) -> JSON {
        let difference = judged.difference
        return .object(
            JSONObject([
                ("sequence", .int(Int64(difference.sequence))), ("pod", .string(difference.pod)),
                ("asks", .array(judged.old.asks.map { .string($0) })), ("kind", .string(difference.kind.rawValue)),
                ("old", json(difference.old)), ("new", json(difference.new)), ("finding", .string(judged.finding)),
                ("stateIsExact", .bool(judged.old.isExact)),
                (
                    "nodes",
                    .array(zip(judged.old.nodes, judged.new.nodes).map { json($0, newVerdict: $1.verdict) })
                ),
            ]))
    }

    private static func json(_ row: DecisionRow) -> JSON {
        [
            "node": row.node.map { .string($0) } ?? .null, "devices": .array(row.devices.map { .int(Int64($0)) }),
        ]
    }

    private static func json(_ node: DifferenceState.Node, newVerdict: DifferenceState.Verdict) -> JSON {
        func number(_ value: Int64?) -> JSON { value.map { .int($0) } ?? .null }
        return .object(
            JSONObject([
                ("node", .string(node.name)), ("row", .int(Int64(node.row))), ("oldRules", json(node.verdict)),
                ("newRules", json(newVerdict)), ("freeCPUMilli", number(node.freeCPUMilli)),
                ("freeMemoryMiB", number(node.freeMemoryMiB)), ("freePods", number(node.freePods)),
                (
                    "devices",
                    .array(
                        node.devices.map { device in
                            .object(
                                JSONObject([
                                    ("place", .int(Int64(device.place))), ("vendor", .string(device.vendor)),
                                    ("type", .string(device.type)), ("usedSlots", .int(Int64(device.usedSlots))),
                                    ("slots", .int(Int64(device.slots))),
                                    ("usedMemoryMiB", .int(Int64(device.usedMemoryMiB))),
                                    ("memoryMiB", .int(Int64(device.memoryMiB))),
                                    ("usedCores", .int(Int64(device.usedCores))),
                                    ("cores", .int(Int64(device.cores))),
                                ]))
                        })
                ),
            ]))
    }

    private static func json(_ verdict: DifferenceState.Verdict) -> JSON {
        [
            "refusal": verdict.refusal.map { .string($0) } ?? .null,
            "score": verdict.score.map { .double($0) } ?? .null,
            "devices": .array(verdict.devices.map { .int(Int64($0)) }),
        ]
    }
}
