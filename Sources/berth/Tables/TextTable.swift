import ReplayReport
import TextEscaping

/// Aligned columns of text for people; numbers to the right. Names from outside stay within their cells.
struct TextTable {
    enum Alignment {
        case left
        case right
    }

    private let header: [String]
    private let alignments: [Alignment]
    private var rows: [Row] = []

    /// Cells of the first columns and, perhaps, text that runs on over the others.
    private struct Row {
        var cells: [String]
        var text: String?
    }

    /// - Parameter columns: titles; an empty header line is left out when all are empty.
    init(_ columns: [(title: String, alignment: Alignment)]) {
        header = columns.map(\.title)
        alignments = columns.map(\.alignment)
    }

    mutating func add(_ cells: [String]) {
        precondition(cells.count == header.count, "a row has a cell for every column")
        rows.append(Row(cells: cells.map(TerminalText.escaped)))
    }

    /// A row that has cells for the first columns only and ends with text as long as it likes.
    mutating func add(_ cells: [String], text: String) {
        precondition(cells.count < header.count, "there is room for the text")
        rows.append(Row(cells: cells.map(TerminalText.escaped), text: TerminalText.escaped(text)))
    }

    /// The lines, each with its end. - Complexity: linear in the cells.
    func text(indent: Int = 0) -> String {
        let hasHeader = header.contains { !$0.isEmpty }
        let lines = (hasHeader ? [Row(cells: header)] : []) + rows
        var widths = Array(repeating: 0, count: header.count)
        for line in lines {
            for (column, cell) in line.cells.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        var text = ""
        for line in lines {
            var printed = String(repeating: " ", count: indent)
            for (column, cell) in line.cells.enumerated() {
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                printed += alignments[column] == .left ? cell + gap : gap + cell
                if column < header.count - 1 { printed += "  " }
            }
            printed += line.text ?? ""
            while printed.last == " " { printed.removeLast() }
            text += printed + "\n"
        }
        return text
    }
}

/// Numbers in tables look like those in reports.
typealias NumberText = ReplayReport.NumberText
