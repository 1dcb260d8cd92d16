/// Horizontal bars in groups, each group under its name, so that long names have room.
struct BarPlot {
    struct Group {
        var label: String
        /// By series; nil = the series has none.
        var values: [Double?]
    }

    private static let width = 480.0
    private static let barHeight = 13.0
    private static let labelHeight = 18.0
    private static let gap = 10.0
    /// Room for the number after the longest bar.
    private static let numberWidth = 118.0

    var id: String
    var title: String
    var caption: String
    var series: [String]
    var groups: [Group]
    /// The number behind a bar.
    var text: (_ series: Int, _ value: Double) -> String

    func plot() -> Plot {
        var svg = SVGText()
        let largest = groups.flatMap { $0.values.compactMap { $0 } }.max() ?? 0
        var y = 4.0
        for group in groups {
            svg.label(group.label, x: 2, y: y + 12, style: "name")
            y += Self.labelHeight
            for (place, value) in group.values.enumerated() {
                guard let value else { continue }
                let width = largest > 0 ? value / largest * (Self.width - Self.numberWidth) : 0
                svg.rectangle(
                    x: 2, y: y, width: max(width, 1), height: Self.barHeight - 2, style: "bar \(Plot.colour(place))",
                    title: "\(series[place])\n\(group.label): \(text(place, value))")
                svg.label(text(place, value), x: 2 + max(width, 1) + 6, y: y + Self.barHeight - 3)
                y += Self.barHeight
            }
            y += Self.gap
        }
        let keys = series.enumerated().map { Plot.Key(label: $0.element, style: Plot.colour($0.offset)) }
        return Plot(
            id: id, title: title, caption: caption, keys: keys.count > 1 ? keys : [], hasAreas: true,
            svg: svg.picture(width: Self.width, height: max(y, 40), name: title))
    }
}
