import PlacementModel
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

    /// The lines, each with its end. Where they would be wider than `width`, cells to the left are wrapped.
    ///
    /// - Complexity: linear in the cells.
    func text(indent: Int = 0, width: Int? = TerminalWidth.columns) -> String {
        let hasHeader = header.contains { !$0.isEmpty }
        let lines = (hasHeader ? [Row(cells: header)] : []) + rows
        let widths = columnWidths(of: lines, width: width.map { $0 - indent }, hasHeader: hasHeader)
        if let width, hasHeader, indent + widths.reduce(Self.gap * (widths.count - 1), +) > width {
            return stacked(indent: indent, width: width)
        }
        var text = ""
        for line in lines {
            // Each cell as lines; what follows the first stands below it.
            var cells = line.cells.enumerated().map { TextWrapping.lines(of: $1, width: widths[$0], breaksWords: true) }
            let place = indent + cells.indices.reduce(0) { $0 + widths[$1] + Self.gap }
            if let run = line.text {
                cells.append(TextWrapping.lines(of: run, width: width.map { max($0 - place, 20) }))
            }
            for row in 0..<(cells.map(\.count).max() ?? 0) {
                var printed = String(repeating: " ", count: indent)
                for (column, parts) in cells.enumerated() {
                    let part = row < parts.count ? parts[row] : ""
                    let isCell = column < line.cells.count
                    let fill = String(repeating: " ", count: isCell ? max(widths[column] - part.count, 0) : 0)
                    printed += isCell && alignments[column] == .right ? fill + part : part + fill
                    if column < cells.count - 1 { printed += String(repeating: " ", count: Self.gap) }
                }
                while printed.last == " " { printed.removeLast() }
                text += printed + "\n"
            }
        }
        return text
    }

    /// Each row as lines of title and cell, for widths that no table fits.
    private func stacked(indent: Int, width: Int) -> String {
        let titles = header.map(\.count).max() ?? 0
        var text = ""
        for row in rows {
            let cells = zip(header, row.cells).filter { !$0.1.isEmpty }.map { ($0.0, $0.1) }
            for (place, (title, cell)) in (cells + (row.text.map { [("", $0)] } ?? [])).enumerated() {
                let lead = String(repeating: " ", count: indent + (place == 0 ? 0 : Self.gap))
                let head = title.isEmpty ? "" : title + String(repeating: " ", count: titles - title.count + Self.gap)
                let parts = TextWrapping.lines(
                    of: cell, width: max(width - lead.count - head.count, Self.wrappedMin), breaksWords: true)
                for (line, part) in parts.enumerated() {
                    text += lead + (line == 0 ? head : String(repeating: " ", count: head.count)) + part + "\n"
                }
            }
        }
        return text
    }

    private static let gap = 2
    /// Wrapped columns keep at least this width.
    private static let wrappedMin = 12

    /// Natural widths; the widest columns give way, a character at a time, until the lines fit: as long as their words stay whole
    /// first, then until words would be cut elsewhere than behind a slash, a dash or a comma. A table with titles is stacked
    /// instead of going on, one without goes down to ``wrappedMin``. Of numbers only the titles are wrapped.
    private func columnWidths(of lines: [Row], width: Int?, hasHeader: Bool) -> [Int] {
        var widths = Array(repeating: 0, count: header.count)
        for line in lines {
            for (column, cell) in line.cells.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        guard let width else { return widths }
        var narrowest = Array(repeating: Self.wrappedMin, count: header.count)
        for column in header.indices where alignments[column] == .right {
            let words = header[column].split(separator: " ").map(\.count)
            narrowest[column] =
                (words + rows.compactMap { column < $0.cells.count ? $0.cells[column].count : nil }).max() ?? 0
        }
        var (words, parts) = (narrowest, narrowest)
        for line in lines {
            for (column, cell) in line.cells.enumerated() where alignments[column] == .left {
                for word in cell.split(separator: " ") {
                    words[column] = max(words[column], word.count)
                    parts[column] = max(parts[column], TextWrapping.longestPart(of: word))
                }
            }
        }
        var surplus = widths.reduce(Self.gap * (widths.count - 1), +) - width
        for least in hasHeader ? [words, parts] : [words, parts, narrowest] {
            while surplus > 0 {
                let candidates = widths.indices.filter { widths[$0] > least[$0] }
                guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
                widths[widest] -= 1
                surplus -= 1
            }
        }
        return widths
    }
}

/// Numbers in tables look like those in reports.
typealias NumberText = PlacementModel.NumberText
