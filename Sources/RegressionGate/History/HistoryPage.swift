/// A history as one HTML page: a plot for every metric over the revisions, steps marked. Needs no network.
public enum HistoryPage {
    /// - Complexity: linear in the points, apart from the search for steps.
    public static func html(_ series: [HistoryStore.Series], title: String) -> String {
        var body = ""
        var workload = ""
        for series in series where series.points.count > 0 {
            if series.workload != workload {
                workload = series.workload
                body += "<h2>\(escaped(workload))</h2>\n"
            }
            body += figure(series)
        }
        if body.isEmpty { body = "<p>No record has been added yet.</p>\n" }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>\(escaped(title))</title>
            <style>
            :root { color-scheme: light dark; --line: #1f6feb; --step: #c0392b; --axis: #888; }
            @media (prefers-color-scheme: dark) { :root { --line: #79b8ff; --step: #ff7b72; } }
            body { font: 15px/1.4 system-ui, sans-serif; margin: 1rem auto; max-width: 72rem; padding: 0 1rem; }
            figure { display: inline-block; margin: 0 1rem 1rem 0; max-width: 100%; }
            figcaption { font-size: 13px; }
            svg { max-width: 100%; height: auto; }
            .line { fill: none; stroke: var(--line); stroke-width: 1.5; }
            .point { fill: var(--line); }
            .step { stroke: var(--step); stroke-dasharray: 4 3; }
            .axis { stroke: var(--axis); }
            text { font-size: 11px; fill: currentColor; }
            </style></head><body>
            <h1>\(escaped(title))</h1>
            <p>Times are medians as multiples of the calibration kernel's time, counts are per operation, quality is in
            percent. A dashed line marks a step; hover over a point for its revision.</p>
            \(body)</body></html>

            """
    }

    private static let (width, height, left, bottom, top) = (460.0, 150.0, 70.0, 24.0, 10.0)

    private static func figure(_ series: HistoryStore.Series) -> String {
        let values = series.points.map(\.value)
        let steps = StepDetection.steps(in: values, isExact: series.isExact)
        var (low, high) = (values.min() ?? 0, values.max() ?? 1)
        if high - low < 1e-9 * max(high.magnitude, 1) { (low, high) = (low - 0.5, high + 0.5) }
        func x(_ index: Double) -> String {
            Decimals.text(left + index * (width - left - 10) / Double(max(values.count - 1, 1)), places: 1)
        }
        func y(_ value: Double) -> String {
            Decimals.text(top + (high - value) / (high - low) * (height - bottom - top), places: 1)
        }
        var svg = "<svg viewBox=\"0 0 \(Int(width)) \(Int(height))\" width=\"\(Int(width))\" role=\"img\">"
        svg += "<line class=\"axis\" x1=\"\(left)\" y1=\"\(y(low))\" x2=\"\(width - 10)\" y2=\"\(y(low))\"/>"
        for value in [low, high] {
            svg += "<text x=\"\(left - 6)\" y=\"\(y(value))\" text-anchor=\"end\">\(label(value))</text>"
        }
        if let first = series.points.first, let last = series.points.last {
            svg += "<text x=\"\(left)\" y=\"\(height - 6)\">\(first.revision.shortText)</text>"
            svg += "<text x=\"\(width - 10)\" y=\"\(height - 6)\" text-anchor=\"end\">\(last.revision.shortText)</text>"
        }
        for step in steps {
            let place = x(Double(step.index) - 0.5)
            svg += "<line class=\"step\" x1=\"\(place)\" y1=\"\(top)\" x2=\"\(place)\" y2=\"\(y(low))\"/>"
        }
        let places = values.enumerated().map { "\(x(Double($0))),\(y($1))" }
        svg += "<polyline class=\"line\" points=\"\(places.joined(separator: " "))\"/>"
        for (index, point) in series.points.enumerated() {
            let title = escaped("\(point.revision.shortText) \(point.revision.subject): \(label(point.value))")
            svg += "<circle class=\"point\" cx=\"\(x(Double(index)))\" cy=\"\(y(point.value))\" r=\"2.5\">"
            svg += "<title>\(title)</title></circle>"
        }
        svg += "</svg>"
        var caption = escaped("\(series.metric), \(series.size), \(series.machine)")
        for step in steps {
            let revision = series.points[step.index].revision
            caption += "<br>step at \(escaped(revision.shortText)): \(label(step.before)) to \(label(step.after))"
        }
        return "<figure>\(svg)<figcaption>\(caption)</figcaption></figure>\n"
    }

    private static func label(_ value: Double) -> String {
        Decimals.text(value, places: value.magnitude < 100 ? 3 : 1)
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
