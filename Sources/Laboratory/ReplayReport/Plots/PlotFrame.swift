/// The axes, grid and labels that plots with two scales share.
struct PlotFrame {
    static let width = 480.0
    static let height = 290.0
    private static let leftMin = 58.0
    /// Units that a character takes at the size that phones get.
    private static let character = 8.5
    private static let right = 16.0
    private static let top = 30.0
    private static let bottom = 46.0

    let x: PlotScale
    let y: PlotScale
    let xTitle: String
    let yTitle: String
    /// Room for the longest label of the value axis.
    private let left: Double

    init(x: PlotScale, y: PlotScale, xTitle: String, yTitle: String) {
        self.x = x
        self.y = y
        self.xTitle = xTitle
        self.yTitle = yTitle
        let longest = y.ticks.map(\.label.count).max() ?? 0
        left = max(Self.leftMin, Double(longest) * Self.character + 9)
    }

    var plotRight: Double { Self.width - Self.right }
    var plotBottom: Double { Self.height - Self.bottom }

    func point(_ xValue: Double, _ yValue: Double) -> (x: Double, y: Double)? {
        guard let across = x.position(xValue), let up = y.position(yValue) else { return nil }
        return (
            left + across * (plotRight - left), plotBottom - up * (plotBottom - Self.top)
        )
    }

    /// Grid, ticks and titles; the value axis has its title above it, where it reads without turning the head.
    func draw(into svg: inout SVGText) {
        for tick in y.ticks {
            guard let up = y.position(tick.value) else { continue }
            let height = plotBottom - up * (plotBottom - Self.top)
            svg.line(left, height, plotRight, height, style: "grid")
            svg.label(tick.label, x: left - 7, y: height + 4, anchor: .end)
        }
        drawMinorGrid(into: &svg)
        var labelledUntil = -Double.infinity
        for tick in x.ticks {
            guard let across = x.position(tick.value) else { continue }
            let place = left + across * (plotRight - left)
            svg.line(place, plotBottom, place, plotBottom + 4, style: "axis")
            let half = Double(tick.label.count) * Self.character / 2
            guard place - half > labelledUntil, place + half < Self.width + 4 else { continue }
            svg.label(tick.label, x: place, y: plotBottom + 18, anchor: .middle)
            labelledUntil = place + half + 4
        }
        svg.line(left, plotBottom, plotRight, plotBottom, style: "axis")
        svg.label(yTitle, x: 6, y: 15, style: "title")
        svg.label(xTitle, x: plotRight, y: Self.height - 8, anchor: .end, style: "title")
    }

    private func drawMinorGrid(into svg: inout SVGText) {
        guard y.isLogarithmic, y.ticks.count <= 5 else { return }
        for tick in y.ticks.dropLast() {
            for factor in 2...9 {
                guard let up = y.position(tick.value * Double(factor)), up < 1 else { continue }
                let height = plotBottom - up * (plotBottom - Self.top)
                svg.line(left, height, plotRight, height, style: "minor")
            }
        }
    }

    /// What is drawn inside stays within the axes.
    func clip(id: String, _ content: String) -> String {
        let area =
            "x=\"\(SVGText.number(left))\" y=\"\(SVGText.number(Self.top - 3))\" "
            + "width=\"\(SVGText.number(plotRight - left + 4))\" "
            + "height=\"\(SVGText.number(plotBottom - Self.top + 6))\""
        return "<clipPath id=\"clip-\(id)\"><rect \(area)/></clipPath><g clip-path=\"url(#clip-\(id))\">\(content)</g>"
    }
}
