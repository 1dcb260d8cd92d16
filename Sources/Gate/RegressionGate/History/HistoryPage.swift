import ReplayReport

/// A history as one HTML page: a plot for every metric over the revisions, steps marked. Needs no network.
public enum HistoryPage {
    /// - Complexity: linear in the points, apart from the search for steps.
    public static func html(_ series: [HistoryStore.Series], title: String) -> String {
        var sections: [(title: String, trends: [Trend])] = []
        for series in series where !series.points.isEmpty {
            if sections.last?.title != series.workload { sections.append((series.workload, [])) }
            sections[sections.count - 1].trends.append(trend(series))
        }
        let explanation =
            "Times are medians as multiples of the calibration kernel's time, counts are per operation, quality is in "
            + "percent. A dashed line marks a step; hover over a point for its revision."
        return TrendPage.html(
            title: title, subtitle: sections.isEmpty ? "No record has been added yet." : explanation,
            kind: "benchmark history", sections: sections)
    }

    private static func trend(_ series: HistoryStore.Series) -> Trend {
        let steps = StepDetection.steps(in: series.points.map(\.value), isExact: series.isExact)
        var caption = "\(series.size), \(series.machine)"
        if let first = series.points.first, let last = series.points.last {
            caption += "; \(first.revision.shortText) to \(last.revision.shortText)"
        }
        for step in steps {
            let revision = series.points[step.index].revision.shortText
            caption += "; step at \(revision): \(Trend.text(step.before)) to \(Trend.text(step.after))"
        }
        return Trend(
            title: series.metric, caption: caption,
            points: series.points.map { point in
                Trend.Point(label: "\(point.revision.shortText) \(point.revision.subject)", value: point.value)
            }, steps: steps.map(\.index))
    }
}
