/// Lines over a common axis, one a series, with the value at each sample on hover.
struct LinePlot {
    struct Series {
        var label: String
        /// Gaps where `y` is nil.
        var points: [(x: Double, y: Double?)]
        /// CSS class; nil = the next colour.
        var style: String?
        /// What hovering says of a point; nil = series without marks.
        var title: ((_ x: Double, _ y: Double) -> String)?
    }

    /// More samples than this and the dots would touch.
    private static let dotsMax = 70

    var id: String
    var title: String
    var caption: String
    var frame: PlotFrame
    var series: [Series]

    func plot() -> Plot {
        var svg = SVGText()
        frame.draw(into: &svg)
        var lines = SVGText()
        var keys: [Plot.Key] = []
        for (place, one) in series.enumerated() {
            let style = one.style ?? Plot.colour(place)
            keys.append(Plot.Key(label: one.label, style: style))
            draw(one, style, into: &lines)
        }
        svg.raw(frame.clip(id: id, lines.text))
        return Plot(
            id: id, title: title, caption: caption, keys: keys.count > 1 || series.first?.style != nil ? keys : [],
            svg: svg.picture(width: PlotFrame.width, height: PlotFrame.height, name: title))
    }

    private func draw(_ one: Series, _ style: String, into svg: inout SVGText) {
        var run: [(x: Double, y: Double)] = []
        var dots: [(x: Double, y: Double, title: String)] = []
        for point in one.points {
            guard let y = point.y, let place = frame.point(point.x, y) else {
                svg.path(run, style: "line \(style)")
                run = []
                continue
            }
            run.append(place)
            if let title = one.title { dots.append((place.x, place.y, title(point.x, y))) }
        }
        svg.path(run, style: "line \(style)")
        let radius = dots.count <= Self.dotsMax ? 2.2 : 1.2
        for dot in dots {
            svg.point(x: dot.x, y: dot.y, radius: radius, style: "dot \(style)", title: "\(one.label)\n\(dot.title)")
        }
    }
}
