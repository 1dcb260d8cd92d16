/// A table of a report; numbers to the right, perhaps with a bar behind them.
struct ReportTable {
    struct Cell {
        var text: String
        var isNumber = false
        /// Width of a bar behind the text, 0 to 100.
        var barPercent: Int?
        /// The best of the runs compared.
        var isBest = false
        var isCode = false

        static func text(_ text: String) -> Cell { Cell(text: text) }
        static func number(_ text: String, isBest: Bool = false) -> Cell {
            Cell(text: text, isNumber: true, isBest: isBest)
        }
        static func code(_ text: String) -> Cell { Cell(text: text, isNumber: true, isCode: true) }
        static func share(_ part: Int64, of whole: Int64) -> Cell {
            guard whole > 0 else { return number("–") }
            return Cell(
                text: NumberText.percent(part, of: whole), isNumber: true,
                barPercent: Int(min(max(part * 100 / whole, 0), 100)))
        }
    }

    /// Most columns that a phone shows side by side; rows of broader tables fold there, each cell under its title.
    static let phoneColumns = 3

    var caption: String
    var columns: [(title: String, isNumber: Bool)]
    var rows: [[Cell]]
    /// Takes the whole width of the page instead of standing beside a plot or another table.
    var isWide = false

    /// What the template reads.
    var context: [String: Any] {
        [
            "caption": caption, "width": isWide ? "wide" : "", "isBroad": columns.count > Self.phoneColumns,
            "columns": columns.map { ["title": $0.title, "style": $0.isNumber ? "n" : ""] },
            "rows": rows.map { row in
                [
                    "cells": zip(row, columns).map { cell, column -> [String: Any] in
                        var context: [String: Any] = [
                            "text": cell.text, "column": column.title,
                            "style": (cell.isNumber ? "n" : "") + (cell.isBest ? " best" : "")
                                + (cell.isCode ? " code" : ""),
                        ]
                        if let percent = cell.barPercent { context["bar"] = "\(percent)" }
                        return context
                    }
                ] as [String: Any]
            },
        ]
    }
}
