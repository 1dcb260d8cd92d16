import Mustache
import TextEscaping

/// A report as one HTML page that needs nothing else: style and pictures stand in it.
public enum ReportPage {
    /// - Parameter origin: how and when the page was made, a sentence each.
    /// - Precondition: there is at least one run. - Complexity: linear in samples and snapshots.
    public static func html(_ runs: [RunRecord], origin: [String] = []) -> String {
        precondition(!runs.isEmpty, "a report shows at least one run")
        return html(ReportContent(runs, origin: origin))
    }

    static func html(_ content: ReportContent) -> String {
        guard let template = try? MustacheTemplate(string: ReportTemplate.text) else {
            preconditionFailure("the template is part of the program")
        }
        return template.render(shown(context(content)))
    }

    /// Texts with what would act in a page written out; the template marks up the rest. Pictures and style are ours.
    private static func shown(_ context: [String: Any]) -> [String: Any] {
        var marked: [String: Any] = [:]
        for (key, value) in context {
            switch value {
            case let text as String: marked[key] = key == "svg" || key == "style" ? text : TerminalText.escaped(text)
            case let parts as [[String: Any]]: marked[key] = parts.map(shown)
            default: marked[key] = value
            }
        }
        return marked
    }

    private static func context(_ content: ReportContent) -> [String: Any] {
        [
            "title": content.title, "subtitle": content.subtitle, "kind": content.kind, "footer": content.footer,
            "hasVerdict": !content.verdict.isEmpty, "verdict": content.verdict,
            "style": ReportStyle.text,
            "hasFigures": !content.figures.isEmpty,
            "figures": content.figures.map { ["name": $0.name, "value": $0.value, "note": $0.note] },
            "sections": content.sections.map { section -> [String: Any] in
                [
                    "id": section.id, "title": section.title, "text": section.text, "hasText": !section.text.isEmpty,
                    "plots": section.plots.map(context), "tables": section.tables.map(\.context),
                ]
            },
        ]
    }

    private static func context(_ plot: Plot) -> [String: Any] {
        let isHeat = plot.svg.contains("class=\"h")
        return [
            "id": plot.id, "title": plot.title, "caption": plot.caption, "svg": plot.svg,
            "style": plot.isWide ? "wide" : "", "hasKeys": !plot.keys.isEmpty,
            "keys": plot.keys.map { ["label": $0.label, "style": $0.style, "isArea": plot.hasAreas] as [String: Any] },
            "isHeat": isHeat, "shades": (0..<HeatColour.shades).map { "h\($0)" },
        ]
    }
}
