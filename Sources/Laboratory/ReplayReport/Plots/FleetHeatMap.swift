/// The fleet at chosen moments: a column a node or bin of nodes, a row a device, stronger colour = fuller.
struct FleetHeatMap {
    private static let width = 1000.0
    private static let left = 30.0
    private static let groupGap = 3.0
    /// Room for the last vendor's slanted name.
    private static let right = 76.0
    private static let labelStep = 20.0
    private static let nameMax = 16
    private static let titleHeight = 22.0
    private static let gap = 12.0

    var id: String
    var title: String
    var caption: String
    /// What each moment is called.
    var moments: [(label: String, snapshot: RunRecord.Snapshot)]

    func plot() -> Plot {
        var svg = SVGText()
        let rows = max(moments.flatMap { $0.snapshot.bins.map(\.devicePercent.count) }.max() ?? 1, 1)
        let cell = max(min(80.0 / Double(rows), 12), 3)
        var y = 0.0
        for (label, snapshot) in moments {
            svg.label(label, x: Self.left, y: y + 14, style: "name")
            y += Self.titleHeight
            drawRows(rows, cell, y, into: &svg)
            draw(snapshot, y: y, cell: cell, into: &svg)
            y += Double(rows) * cell + Self.gap
        }
        if let last = moments.last { y = drawVendors(last.snapshot, y: y - Self.gap + 4, into: &svg) }
        return Plot(
            id: id, title: title, caption: caption,
            svg: svg.picture(width: Self.width, height: y, name: title, style: "wide"), isWide: true)
    }

    private func drawRows(_ rows: Int, _ cell: Double, _ y: Double, into svg: inout SVGText) {
        svg.label("1", x: Self.left - 6, y: y + min(cell, 10), anchor: .end)
        if rows > 1 { svg.label("\(rows)", x: Self.left - 6, y: y + Double(rows) * cell, anchor: .end) }
    }

    /// Where each bin begins and how wide it is; vendors stand apart.
    private func columns(_ snapshot: RunRecord.Snapshot) -> [(x: Double, width: Double)] {
        let bins = snapshot.bins
        let changes = zip(bins, bins.dropFirst()).count { $0.vendor != $1.vendor }
        let width =
            (Self.width - Self.left - Self.right - Double(changes) * Self.groupGap) / Double(max(bins.count, 1))
        var x = Self.left
        return bins.indices.map { place in
            if place > 0, bins[place].vendor != bins[place - 1].vendor { x += Self.groupGap }
            defer { x += width }
            return (x, width)
        }
    }

    private func draw(_ snapshot: RunRecord.Snapshot, y: Double, cell: Double, into svg: inout SVGText) {
        for (bin, column) in zip(snapshot.bins, columns(snapshot)) {
            let percents = bin.devicePercent.map { $0 < 0 ? "-" : "\($0) %" }.joined(separator: ", ")
            let nodes = bin.nodes == 1 ? bin.firstNode : "\(bin.nodes) nodes from \(bin.firstNode)"
            svg.raw("<g><title>\(SVGText.escape("\(bin.vendor), \(nodes)\nin use by device: \(percents)"))</title>")
            let space = column.width > 4 ? 0.8 : 0.3
            for (row, percent) in bin.devicePercent.enumerated() where percent >= 0 {
                svg.rectangle(
                    x: column.x, y: y + Double(row) * cell, width: column.width - space,
                    height: cell - (cell > 4 ? 0.8 : 0.3),
                    style: HeatColour.style(percent: Double(percent)))
            }
            svg.raw("</g>")
        }
    }

    /// Names under the groups of nodes, slanted and pushed apart so that narrow groups keep theirs.
    private func drawVendors(_ snapshot: RunRecord.Snapshot, y: Double, into svg: inout SVGText) -> Double {
        let columns = columns(snapshot)
        var longest = 0
        var start = 0
        var lastLabel = -Double.infinity
        for place in snapshot.bins.indices {
            let vendor = snapshot.bins[place].vendor
            guard place + 1 == snapshot.bins.count || snapshot.bins[place + 1].vendor != vendor else { continue }
            let (from, to) = (columns[start].x, columns[place].x + columns[place].width - 0.8)
            svg.line(from, y, to, y, style: "axis")
            let middle = (from + to) / 2
            let label = max(middle, lastLabel + Self.labelStep)
            svg.line(middle, y, label, y + 9, style: "axis")
            let name = vendor.count > Self.nameMax ? vendor.prefix(Self.nameMax - 1) + "…" : vendor[...]
            svg.raw(
                "<text class=\"tick\" transform=\"translate(\(SVGText.number(label - 3)) \(SVGText.number(y + 19))) "
                    + "rotate(38)\">\(SVGText.escape(String(name)))</text>")
            lastLabel = label
            longest = max(longest, name.count)
            start = place + 1
        }
        return y + 30 + Double(longest) * 5
    }
}
