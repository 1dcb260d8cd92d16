/// Aligned columns of text for people; numbers to the right.
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
        rows.append(Row(cells: cells))
    }

    /// A row that has cells for the first columns only and ends with text as long as it likes.
    mutating func add(_ cells: [String], text: String) {
        precondition(cells.count < header.count, "there is room for the text")
        rows.append(Row(cells: cells, text: text))
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

/// Numbers as people read them.
enum NumberText {
    /// Digits in groups of three: 1,234,567.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (place, digit) in String(number.magnitude).reversed().enumerated() {
            if place > 0 && place % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    /// A number with a fixed number of decimals.
    static func fixed(_ number: Double, decimals: Int) -> String {
        var factor = 1
        for _ in 0..<decimals { factor *= 10 }
        guard number.isFinite, number.magnitude < 1e15 / Double(factor) else { return "\(number)" }
        let scaled = Int((number * Double(factor)).rounded())
        let fraction = String(scaled.magnitude % UInt(factor))
        let zeros = String(repeating: "0", count: max(decimals - fraction.count, 0))
        return (scaled < 0 ? "-" : "") + grouped(Int(scaled.magnitude) / factor)
            + (decimals > 0 ? "." + zeros + fraction : "")
    }

    static func percent(_ part: Int64, of whole: Int64) -> String {
        whole == 0 ? "-" : fixed(Double(part) * 100 / Double(whole), decimals: 1) + " %"
    }

    /// Microseconds in the unit that fits: 950 ns, 12.3 us, 4.56 ms, 7.89 s.
    static func duration(microseconds: Double) -> String {
        switch microseconds {
        case ..<1: fixed(microseconds * 1000, decimals: 0) + " ns"
        case ..<1000: fixed(microseconds, decimals: 1) + " us"
        case ..<1e6: fixed(microseconds / 1000, decimals: 2) + " ms"
        case ..<1e8: fixed(microseconds / 1e6, decimals: 2) + " s"
        case ..<7.2e9: fixed(microseconds / 6e7, decimals: 1) + " min"
        default: fixed(microseconds / 3.6e9, decimals: 1) + " h"
        }
    }
}
