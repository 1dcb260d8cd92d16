/// One value over a list of named moments, such as revisions.
public struct Trend: Sendable, Hashable {
    public struct Point: Sendable, Hashable {
        /// What hovering tells beside the value.
        public var label: String
        public var value: Double

        public init(label: String, value: Double) {
            self.label = label
            self.value = value
        }
    }

    public var title: String
    /// What is shown, in which units.
    public var caption: String
    public var points: [Point]
    /// Indices of the points from which the value stands on another level; each is marked by a dashed line.
    public var steps: [Int]

    public init(title: String, caption: String, points: [Point], steps: [Int] = []) {
        self.title = title
        self.caption = caption
        self.points = points
        self.steps = steps
    }
}

/// Trends as one HTML page with the plots and the style of the replay reports; it needs nothing else.
public enum TrendPage {
    /// - Parameters:
    ///   - kind: what the page is, in a few words.
    ///   - sections: trends under a heading each. - Complexity: linear in the points.
    public static func html(
        title: String, subtitle: String, kind: String, sections: [(title: String, trends: [Trend])]
    ) -> String {
        ReportPage.html(
            ReportContent(
                title: title, subtitle: subtitle, kind: kind, footer: "Berth \(BerthVersion.text).",
                sections: sections.enumerated().map { place, section in
                    ReportContent.Section(
                        id: "s\(place)", title: section.title,
                        text: section.trends.allSatisfy { $0.points.count < 2 }
                            ? "One record so far: a curve needs two. "
                                + section.trends.map(\.told).joined(separator: "; ")
                            : "",
                        plots: section.trends.enumerated().filter { $0.element.points.count > 1 }.map {
                            $0.element.plot(id: "s\(place)-\($0.offset)")
                        })
                }))
    }
}

extension Trend {
    /// A value with three digits that tell something at least: 1,234.5, 12.345, 0.00409.
    public static func text(_ value: Double) -> String {
        var decimals = value.magnitude < 100 ? 3 : 1
        var rest = value.magnitude
        while rest > 0, rest < 0.1, decimals < 9 {
            rest *= 10
            decimals += 1
        }
        return NumberText.fixed(value, decimals: decimals)
    }

    /// The last value, in words.
    var told: String {
        guard let value = points.last?.value else { return title }
        return "\(title) \(Self.text(value))"
    }

    func plot(id: String) -> Plot {
        let values = points.map(\.value)
        var (low, high) = (values.min() ?? 0, values.max() ?? 1)
        // A value that never changes stands in the middle; none that cannot be negative gets an axis that is.
        if high - low < 1e-9 * max(high.magnitude, 1) {
            (low, high) = (low >= 0 ? max(low - 0.5, 0) : low - 0.5, high + 0.5)
        }
        let y = PlotScale.linear(low: low, high: high)
        let x = PlotScale.linear(low: 1, high: Double(max(points.count, 2)), endsAtHigh: true) { value, _ in
            // There is nothing between two records.
            (value - value.rounded()).magnitude < 1e-6 ? NumberText.fixed(value, decimals: 0) : ""
        }
        var series = [
            LinePlot.Series(
                label: title, points: values.enumerated().map { (Double($0.offset + 1), $0.element) },
                title: { x, y in
                    "\(points[Int(x) - 1].label): \(Self.text(y))"
                })
        ]
        if !steps.isEmpty {
            let marks = steps.flatMap { step -> [(x: Double, y: Double?)] in
                let place = Double(step) + 0.5
                return [(place, y.low), (place, y.high), (place, nil)]
            }
            series.append(LinePlot.Series(label: "step", points: marks, style: "ideal"))
        }
        return LinePlot(
            id: id, title: title, caption: caption,
            frame: PlotFrame(x: x, y: y, xTitle: "record", yTitle: ""), series: series
        ).plot()
    }
}
