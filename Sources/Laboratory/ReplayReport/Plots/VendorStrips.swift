/// Use of each vendor's devices over the run: a row a vendor, a column a sample, stronger colour = fuller.
struct VendorStrips {
    struct Row {
        var label: String
        /// In percent, one a sample.
        var percents: [Double?]
    }

    private static let width = 480.0
    private static let left = 128.0
    private static let nameMax = 15
    private static let right = 16.0
    private static let rowHeight = 18.0
    private static let top = 4.0

    var id: String
    var title: String
    var caption: String
    var rows: [Row]
    /// Positions of the samples and the axis they stand on.
    var positions: [Double]
    var x: PlotScale
    var xTitle: String
    /// What a sample is called on hover.
    var name: (Double) -> String

    func plot() -> Plot {
        var svg = SVGText()
        let room = Self.width - Self.left - Self.right
        let places = positions.map { Self.left + (x.position($0) ?? 0) * room }
        for (number, row) in rows.enumerated() {
            let y = Self.top + Double(number) * Self.rowHeight
            let label = row.label.count > Self.nameMax ? row.label.prefix(Self.nameMax - 1) + "…" : row.label[...]
            svg.label(String(label), x: Self.left - 7, y: y + 12.5, anchor: .end, style: "name")
            for (place, percent) in row.percents.enumerated() where places[place] <= Self.left + room + 0.5 {
                // A sample stands for the time until the next one.
                let end = place + 1 < places.count ? min(places[place + 1], Self.left + room) : Self.left + room
                guard end - places[place] > 0.05 else { continue }
                let text = percent.map { NumberText.fixed($0, decimals: 1) + " %" } ?? "-"
                svg.rectangle(
                    x: places[place], y: y, width: end - places[place] + 0.2, height: Self.rowHeight - 2,
                    style: HeatColour.style(percent: percent),
                    title: "\(row.label), \(name(positions[place])): \(text)")
            }
        }
        let bottom = Self.top + Double(rows.count) * Self.rowHeight + 2
        svg.line(Self.left, bottom, Self.left + room, bottom, style: "axis")
        for tick in x.ticks {
            guard let across = x.position(tick.value), across <= 1.001 else { continue }
            let place = Self.left + across * room
            svg.line(place, bottom, place, bottom + 4, style: "axis")
            svg.label(tick.label, x: place, y: bottom + 18, anchor: .middle)
        }
        svg.label(xTitle, x: Self.left + room, y: bottom + 36, anchor: .end, style: "title")
        return Plot(
            id: id, title: title, caption: caption,
            svg: svg.picture(width: Self.width, height: bottom + 44, name: title))
    }
}
