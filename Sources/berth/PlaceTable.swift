import BulkJSON
import SchedulerSession

/// The table of `berth place`: a line a device, rejected pods with their reason, details behind.
struct PlaceTable {
    private let reports: [PodReport]

    init(_ reports: [PodReport]) { self.reports = reports }

    var text: String {
        var rows: [Row] = [.cells(["POD", "NODE", "DEVICE", "MEMORY", "CORES"])]
        for report in reports { rows += Self.rows(of: report) }
        return Self.laidOut(rows) + explanations + patches + "\n"
    }

    private enum Row {
        case cells([String])
        /// A first cell and text that may be as long as it likes.
        case sentence(String, String)
    }

    private static func rows(of report: PodReport) -> [Row] {
        var rows: [Row] = []
        switch report.verdict {
        case .placed(let placement) where placement.devices.isEmpty:
            rows.append(.cells([report.pod, placement.node, "-", "-", "-"]))
        case .placed(let placement):
            for (place, device) in placement.devices.enumerated() {
                rows.append(
                    .cells([
                        place == 0 ? report.pod : "", place == 0 ? placement.node : "",
                        "\(device.place) \(device.id)", "\(device.memoryMiB) MiB", "\(device.cores)",
                    ]))
            }
        case .rejected(let rejection):
            let prospect = rejection.prospect.map { "; \($0.text)" } ?? ""
            rows.append(.sentence(report.pod, "rejected: \(rejection.message)\(prospect)"))
        case .denied(let message): rows.append(.sentence(report.pod, "denied by admission: \(message)"))
        case .invalid(let message): rows.append(.sentence(report.pod, "invalid: \(message)"))
        }
        for note in report.notes { rows.append(.sentence("", "note: \(note)")) }
        if !report.notConsidered.isEmpty {
            rows.append(.sentence("", "not considered: \(report.notConsidered.joined(separator: ", "))"))
        }
        return rows
    }

    /// Columns as wide as their widest cell, two spaces apart; sentences start in the second column.
    private static func laidOut(_ rows: [Row]) -> String {
        var widths = Array(repeating: 0, count: 5)
        for row in rows {
            switch row {
            case .cells(let cells):
                for (column, cell) in cells.enumerated() { widths[column] = max(widths[column], cell.count) }
            case .sentence(let first, _): widths[0] = max(widths[0], first.count)
            }
        }
        var text = ""
        for row in rows {
            let cells: [String] =
                switch row {
                case .cells(let cells): cells
                case .sentence(let first, let rest): [first, rest]
                }
            var line = ""
            for (column, cell) in cells.enumerated() {
                let padding = column == cells.count - 1 ? 0 : widths[column] + 2 - cell.count
                line += cell + String(repeating: " ", count: max(padding, 0))
            }
            text += line + "\n"
        }
        return text
    }

    // MARK: Details

    private var explanations: String {
        var text = ""
        for report in reports {
            guard let explanation = report.explanation else { continue }
            text += "\n\(report.pod)\n"
            if let choice = explanation.choice { text += "  chosen: \(choice)\n" }
            if !explanation.best.isEmpty {
                let scores = explanation.best.map { "\($0.node) \($0.score)" }.joined(separator: ", ")
                let rest = explanation.fittingNodes - explanation.best.count
                text += "  scores: \(scores)\(rest > 0 ? ", \(rest) more fit" : "")\n"
            }
            for group in explanation.filtered { text += "  filtered: \(Self.line(group))\n" }
            for group in explanation.refused { text += "  refused: \(Self.line(group))\n" }
        }
        return text
    }

    /// Most node names told of one reason.
    private static let namesMax = 8

    private static func line(_ group: PlacementExplanation.Group) -> String {
        let count = group.nodes.count
        let names = group.nodes.prefix(namesMax).joined(separator: ", ")
        let rest = count > namesMax ? ", \(count - namesMax) more" : ""
        return "\(group.reason) on \(count) node\(count == 1 ? "" : "s"): \(names)\(rest)"
    }

    private var patches: String {
        var text = ""
        for report in reports {
            guard case .placed(let placement) = report.verdict, let patch = placement.patch else { continue }
            var writer = JSONWriter(escapeHTML: false)
            patch.write(into: &writer)
            text += "\(report.pod) \(writer.text)\n"
        }
        return text.isEmpty ? "" : "\nPatches:\n" + text
    }
}
