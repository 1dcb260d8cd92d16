/// A table of a report; numbers to the right, perhaps with a bar behind them.
struct ReportTable {
    struct Cell {
        var text: String
        var isNumber = false
        /// Width of a bar behind the text, 0 to 100.
        var barPercent: Int?
        /// The best of the runs compared.
        var isBest = false

        static func text(_ text: String) -> Cell { Cell(text: text) }
        static func number(_ text: String, isBest: Bool = false) -> Cell {
            Cell(text: text, isNumber: true, isBest: isBest)
        }
        static func share(_ part: Int64, of whole: Int64) -> Cell {
            guard whole > 0 else { return number("–") }
            return Cell(
                text: NumberText.percent(part, of: whole), isNumber: true,
                barPercent: Int(min(max(part * 100 / whole, 0), 100)))
        }
    }

    var caption: String
    var columns: [(title: String, isNumber: Bool)]
    var rows: [[Cell]]

    /// Narrow tables stand beside plots and each other.
    private var isNarrow: Bool { columns.count <= Self.narrowColumnsMax }
    private static let narrowColumnsMax = 5

    /// What the template reads.
    var context: [String: Any] {
        [
            "caption": caption, "width": isNarrow ? "" : "wide",
            "columns": columns.map { ["title": $0.title, "style": $0.isNumber ? "n" : ""] },
            "rows": rows.map { row in
                [
                    "cells": row.map { cell -> [String: Any] in
                        var context: [String: Any] = [
                            "text": cell.text, "style": (cell.isNumber ? "n" : "") + (cell.isBest ? " best" : ""),
                        ]
                        if let percent = cell.barPercent { context["bar"] = "\(percent)" }
                        return context
                    }
                ] as [String: Any]
            },
        ]
    }
}
