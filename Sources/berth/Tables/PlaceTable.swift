import BulkJSON
import SchedulerSession
import TextEscaping

/// The table of `berth place`: a line a device, rejected pods with their reason, details behind.
struct PlaceTable {
    private let reports: [PodReport]

    init(_ reports: [PodReport]) { self.reports = reports }

    var text: String {
        var table = TextTable([
            ("POD", .left), ("NODE", .left), ("DEVICE", .left), ("MEMORY", .right), ("CORES", .right),
        ])
        for report in reports { Self.add(report, to: &table) }
        return table.text() + explanations + patches + "\n"
    }

    private static func add(_ report: PodReport, to table: inout TextTable) {
        switch report.verdict {
        case .placed(let placement) where placement.devices.isEmpty:
            table.add([report.pod, placement.node, "-", "-", "-"])
        case .placed(let placement):
            for (place, device) in placement.devices.enumerated() {
                table.add([
                    place == 0 ? report.pod : "", place == 0 ? placement.node : "", "\(device.place) \(device.id)",
                    "\(NumberText.grouped(Int(device.memoryMiB))) MiB", "\(device.cores)",
                ])
            }
        case .rejected(let rejection):
            let prospect = rejection.prospect.map { "; \($0.text)" } ?? ""
            table.add([report.pod], text: "rejected: \(rejection.message)\(prospect)")
        case .denied(let message): table.add([report.pod], text: "denied by admission: \(message)")
        case .invalid(let message): table.add([report.pod], text: "invalid: \(message)")
        case .skipped(let message): table.add([report.pod], text: "skipped: \(message)")
        }
        for note in report.notes { table.add([""], text: "note: \(note)") }
        if !report.notConsidered.isEmpty {
            table.add([""], text: "not considered: \(report.notConsidered.joined(separator: ", "))")
        }
    }

    // MARK: Details

    private var explanations: String {
        var text = ""
        for report in reports {
            guard let explanation = report.explanation else { continue }
            text += "\n\(shown: report.pod)\n"
            if let choice = explanation.choice { text += "  chosen: \(shown: choice)\n" }
            if !explanation.best.isEmpty {
                let scores = explanation.best.map { "\($0.node) \($0.score)" }.joined(separator: ", ")
                let rest = explanation.fittingNodes - explanation.best.count
                text += "  scores: \(shown: scores)\(rest > 0 ? ", \(rest) more fit" : "")\n"
            }
            for group in explanation.filtered { text += "  filtered: \(shown: Self.line(group))\n" }
            for group in explanation.refused { text += "  refused: \(shown: Self.line(group))\n" }
        }
        return text
    }

    /// Most node names told of one reason.
    private static let namesMax = 8

    private static func line(_ group: PlacementExplanation.Group) -> String {
        let count = group.nodes.count
        let names = group.nodes.prefix(namesMax).joined(separator: ", ")
        let rest = count > namesMax ? ", \(count - namesMax) more" : ""
        return "\(group.reason) on \(NumberText.counted(count, "node")): \(names)\(rest)"
    }

    private var patches: String {
        var text = ""
        for report in reports {
            guard case .placed(let placement) = report.verdict, let patch = placement.patch else { continue }
            var writer = JSONWriter(escapeHTML: false)
            patch.write(into: &writer)
            text += "\(shown: report.pod) \(writer.text)\n"
        }
        return text.isEmpty ? "" : "\nPatches:\n" + text
    }
}
