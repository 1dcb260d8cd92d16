import DecisionExplanations
import PlacementEngine
import PlacementModel
import TextEscaping

/// An explanation as text for people: the verdict, the checks, then the winner and its devices, or the nearest nodes.
struct ExplainTable {
    private let explanation: PodExplanation

    init(_ explanation: PodExplanation) { self.explanation = explanation }

    var text: String {
        var parts = [headline]
        guard let decision = explanation.decision else { return parts[0] }
        parts.append(checks(decision))
        if let chosen = decision.chosen {
            parts.append(ranking(decision))
            parts.append(contentsOf: chosen.asks.map { devices($0, on: chosen.node) })
        } else {
            parts.append(contentsOf: nearest(decision))
        }
        return parts.joined(separator: "\n")
    }

    // MARK: Verdict

    private var headline: String {
        var text = "\(shown: explanation.pod): "
        switch explanation.outcome {
        case .placed:
            text += "placed on \(shown: explanation.node ?? "")"
            let devices = explanation.decision?.chosen?.asks.flatMap(\.devices).filter { $0.granted != nil } ?? []
            var names: [String] = []
            for device in devices where !names.contains(device.id) { names.append(device.id) }
            if !names.isEmpty {
                text += ", device\(names.count == 1 ? "" : "s") \(shown: names.joined(separator: ", "))"
            }
        case .rejected: text += "rejected: \(shown: explanation.message ?? "")"
        case .denied: text += "denied by admission: \(shown: explanation.message ?? "")"
        case .invalid: text += "invalid: \(shown: explanation.message ?? "")"
        case .skipped: text += "skipped: \(shown: explanation.message ?? "")"
        }
        let width = TerminalWidth.columns
        text = TextWrapping.wrapped(text, width: width) + timing
        for note in explanation.notes { text += TextWrapping.wrapped("note: \(shown: note)", width: width) }
        return text
    }

    private var timing: String {
        let number = NumberText.grouped(explanation.sequence)
        guard let timing = explanation.timing else {
            switch explanation.sequence {
            case 0: return "decided first of the queue (#0)\n"
            case 1: return "decided as #1 of the queue, after one pod\n"
            default: return "decided as #\(number) of the queue, after the \(number) pods before it\n"
            }
        }
        let waited = NumberText.duration(microseconds: Double(timing.decidedMs - timing.arrivedMs) * 1000)
        let at = NumberText.duration(microseconds: Double(timing.decidedMs) * 1000)
        let offers = timing.offers == 1 ? "its first offer" : "offer \(NumberText.grouped(timing.offers))"
        return "decided as #\(number) at \(at), \(waited) after it came, at \(offers)\n"
    }

    // MARK: Checks

    private func checks(_ decision: DecisionExplanation) -> String {
        var table = TextTable([
            ("CHECK", .left), ("ASKED", .left), ("NODES", .right), ("PASS", .right), ("FAIL", .right),
            ("REASONS", .left),
        ])
        for stage in decision.stages {
            let failed = stage.entered - stage.passed
            // One reason given by all needs no count.
            let reasons = stage.reasons.map {
                $0.nodes == failed ? $0.word : "\(NumberText.grouped($0.nodes)) \($0.word)"
            }
            table.add([
                stage.name, stage.asked, NumberText.grouped(stage.entered), NumberText.grouped(stage.passed),
                NumberText.grouped(failed), reasons.joined(separator: ", "),
            ])
        }
        if decision.stages.isEmpty { return "The pod asks nothing that a node could fail.\n" }
        return table.text()
    }

    // MARK: The winner

    private func ranking(_ decision: DecisionExplanation) -> String {
        let isShare = decision.ranked.contains { if case .share = $0.score { true } else { false } }
        var columns: [(title: String, alignment: TextTable.Alignment)] = [
            ("", .right), ("NODE", .left), ("SCORE", .right), ("SLOTS USED", .right), ("CORES USED", .right),
        ]
        // Devices in thousandths have no memory to speak of.
        let hasMemory = decision.ranked.contains { $0.usage.totalMemoryMiB > $0.usage.slots }
        if hasMemory { columns.append(("MEMORY USED", .right)) }
        let hasVendorPart = decision.ranked.contains { $0.vendorScore != 0 }
        if hasVendorPart { columns.append(("VENDOR PART", .right)) }
        var table = TextTable(columns)
        let isDrawn = decision.ranked.first?.score == .drawn
        let told = decision.ranked.prefix(isDrawn ? 1 : decision.ranked.count)
        for (place, node) in told.enumerated() {
            let usage = node.usage
            var cells = [
                "\(place + 1)", node.node, node.score.text, share(usage.usedSlots, usage.slots),
                share(usage.usedCores, usage.totalCores),
            ]
            if hasMemory { cells.append(share(usage.usedMemoryMiB, usage.totalMemoryMiB) + " MiB") }
            if hasVendorPart { cells.append("\(node.vendorScore)") }
            table.add(cells)
        }
        var text = "Why this node: \(choice(decision)).\n" + table.text(indent: 2)
        let more = decision.fittingNodes - told.count
        if more > 0 { text += "  \(NumberText.grouped(more)) more fit\n" }
        if isShare && decision.ranked.count > 1 {
            text +=
                "  score: ten times the used shares of slots, cores and memory, before the pod"
                + (hasVendorPart ? ", plus the vendors' part\n" : "\n")
        }
        return text
    }

    private func choice(_ decision: DecisionExplanation) -> String {
        let count = decision.fittingNodes
        if count == 1 { return "it is the only one that fits" }
        let all = "\(NumberText.grouped(count)) nodes fit; \(decision.rule)"
        if decision.ranked[0].score == .drawn { return all }
        return decision.ties == 1 ? all : "\(all) (\(NumberText.grouped(decision.ties)) have its score)"
    }

    private func share(_ used: Int64, _ total: Int64) -> String {
        "\(NumberText.grouped(Int(used))) of \(NumberText.grouped(Int(total)))"
    }

    // MARK: Devices

    private func devices(_ ask: DeviceAsk, on node: String) -> String {
        let scored = ask.devices.contains { $0.score != nil }
        var text = "\(title(of: ask)) on \(shown: node)" + (scored ? ", devices in the order tried:\n" : ":\n")
        let hasMemory = ask.devices.contains { $0.totalMemoryMiB > 1 }
        var columns: [(title: String, alignment: TextTable.Alignment)] = [
            ("DEVICE", .left), ("TYPE", .left), ("SLOTS FREE", .right),
        ]
        if hasMemory { columns.append(("MEMORY FREE", .right)) }
        columns.append(("CORES FREE", .right))
        if scored { columns.append(("SCORE", .right)) }
        columns.append(("VERDICT", .left))
        var table = TextTable(columns)
        // Devices that are alike and stand together are one line.
        var groups: [(devices: [DeviceVerdict], cells: [String])] = []
        for device in ask.devices {
            var cells = [device.type, free(device.usedSlots, device.slots, "")]
            if hasMemory { cells.append(free(device.usedMemoryMiB, device.totalMemoryMiB, " MiB")) }
            cells.append(free(device.usedCores, device.totalCores, ""))
            if scored { cells.append(device.score.map { "\($0)" } ?? "") }
            cells.append(verdict(device, ask))
            if groups.last?.cells == cells, device.granted == nil {
                groups[groups.count - 1].devices.append(device)
            } else {
                groups.append(([device], cells))
            }
        }
        for group in groups { table.add([Self.name(of: group.devices)] + group.cells) }
        text += ask.devices.isEmpty ? "  the node has no device of this type\n" : table.text(indent: 2)
        return text
    }

    /// `3 GPU-b3` for one; `4 x: 0-2, 5` for several, by their places.
    private static func name(of devices: [DeviceVerdict]) -> String {
        if devices.count == 1 { return "\(devices[0].place) \(devices[0].id)" }
        var runs: [ClosedRange<Int>] = []
        for place in devices.map(\.place).sorted() {
            if let last = runs.last, last.upperBound + 1 == place {
                runs[runs.count - 1] = last.lowerBound...place
            } else {
                runs.append(place...place)
            }
        }
        let places = runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
        return "\(devices.count) x: \(places.joined(separator: ", "))"
    }

    private func title(of ask: DeviceAsk) -> String {
        let names = explanation.containers
        let container =
            names.count > 1 && ask.container < names.count ? "Container \(shown: names[ask.container]): " : ""
        return "\(container)\(ask.request.devices) \(shown: ask.vendor) with \(AmountText.request(each(ask.request)))"
            + (ask.request.devices > 1 ? " each" : "")
    }

    private func each(_ request: DeviceRequest) -> DeviceRequest {
        var one = request
        one.devices = 1
        return one
    }

    private func free(_ used: Int32, _ total: Int32, _ unit: String) -> String {
        "\(NumberText.grouped(Int(total) - Int(used))) of \(NumberText.grouped(Int(total)))\(unit)"
    }

    private func verdict(_ device: DeviceVerdict, _ ask: DeviceAsk) -> String {
        if let granted = device.granted {
            let memory = granted.memoryMiB > 0 ? "\(NumberText.grouped(Int(granted.memoryMiB))) MiB" : ""
            let cores = granted.cores > 0 ? NumberText.counted(Int(granted.cores), "core") : ""
            let amounts = [memory, cores].filter { !$0.isEmpty }.joined(separator: ", ")
            return amounts.isEmpty ? "taken" : "taken: \(amounts)"
        }
        if device.passes { return ask.passing >= Int(ask.request.devices) ? "would do, not needed" : "would do" }
        return device.lacks.map { lack($0) }.joined(separator: ", ")
    }

    private func lack(_ lack: DeviceVerdict.Lack) -> String {
        func counted(_ noun: String) -> String { NumberText.counted(Int(lack.amount), noun) }
        switch lack.kind {
        case .memoryMiB where lack.amount > 0:
            return "\(lack.reason.word): \(NumberText.grouped(Int(lack.amount))) MiB short" + ever(lack)
        case .cores where lack.amount > 0: return "\(lack.reason.word): \(counted("core")) short" + ever(lack)
        case .slots where lack.amount > 0:
            return "\(lack.reason.word): \(counted("slot")) short"
        case .idle where lack.amount > 0:
            return "\(lack.reason.word): has to be unused, holds \(counted("share"))"
        default: return lack.reason.word
        }
    }

    private func ever(_ lack: DeviceVerdict.Lack) -> String { lack.isPermanent ? " even when unused" : "" }

    // MARK: The nearest nodes

    private func nearest(_ decision: DecisionExplanation) -> [String] {
        guard let first = decision.nearest.first else { return [] }
        var text = "Nearest node: \(shown: first.node), \(summary(first)).\n"
        for lack in first.lacks { text += "  \(shown: words(lack))\n" }
        var parts = [text]
        if first.deviceFailure != nil, let ask = first.asks.last {
            parts.append(devices(ask, on: first.node) + needed(ask))
        }
        var others = TextTable([("THEN", .left), ("FAILS", .left)])
        for node in decision.nearest.dropFirst() {
            var lacks = node.lacks.map { words($0) }
            if let failure = node.deviceFailure { lacks.append("devices: \(failure.text)\(count(node))") }
            others.add([node.node, lacks.joined(separator: "; ")])
        }
        if decision.nearest.count > 1 { parts.append(others.text(indent: 0)) }
        parts.append(
            TextWrapping.wrapped(
                "Nearest: fewest failing checks that no departure mends, then fewest failing checks, "
                    + "then the smallest share missing, then the order of the fleet.", width: TerminalWidth.columns))
        return parts
    }

    /// How many devices there are, where there are too few.
    private func count(_ node: NodeInspection) -> String {
        guard case .nodeInsufficientDevice = node.deviceFailure, let ask = node.asks.last else { return "" }
        return " (\(ask.devices.count) of \(ask.request.devices) \(ask.vendor))"
    }

    private func summary(_ node: NodeInspection) -> String {
        let checks = "fails \(NumberText.counted(node.failingChecks, "check"))"
        switch node.permanentChecks {
        case 0: return checks + ", which departures could mend"
        case node.failingChecks: return checks + ", which no departure mends"
        default: return checks + ", \(node.permanentChecks) of which no departure mends"
        }
    }

    /// What would have to become free for the request that failed.
    private func needed(_ ask: DeviceAsk) -> String {
        let wanted = Int(ask.request.devices)
        let passing = ask.passing
        if passing >= wanted { return "  \(passing) devices would do alone, but no \(wanted) of them together\n" }
        let nearest = ask.nearestMissing
        let absent = wanted - passing - nearest.count
        var text = "  \(passing) of the \(wanted) asked would do"
        if !nearest.isEmpty {
            let names = nearest.map { "\($0.place) \($0.id)" }.joined(separator: ", ")
            text += "; nearest to it: \(shown: names)"
        }
        if absent > 0 { text += "; \(absent) more would have to exist" }
        return text + "\n"
    }

    private func words(_ lack: NodeLack) -> String {
        guard let asked = lack.asked, let free = lack.free, let offered = lack.offered else {
            return "\(lack.filter.word): \(lack.subject)"
        }
        func amount(_ value: Int64) -> String {
            switch lack.filter {
            case .cpu: value == .max ? "unlimited" : AmountText.cpu(value)
            case .memory, .ephemeralStorage: value == .max ? "unlimited" : AmountText.bytes(value)
            default: NumberText.grouped(Int(value))
            }
        }
        let short = amount(asked - max(free, 0))
        let what = lack.filter == .pods ? lack.filter.word : "Insufficient \(lack.subject)"
        return "\(what): asks \(amount(asked)), \(amount(max(free, 0))) of \(amount(offered)) free, \(short) short"
    }
}
