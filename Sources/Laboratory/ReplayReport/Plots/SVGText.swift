import TextEscaping

/// Text of an SVG element, put together piece by piece; text content is escaped.
struct SVGText {
    private(set) var text = ""

    static func escape(_ text: String) -> String { MarkupText.html(text) }

    /// Farther out than any picture reaches, so that what lies beyond is out of sight there as well.
    private static let farthest = 1e6

    /// A coordinate, to a tenth of a unit.
    static func number(_ value: Double) -> String {
        // A value far beyond its axis stands at the farthest place; so does one that no axis has, such as 0 / 0.
        let shown = value.isNaN ? farthest : min(max(value, -farthest), farthest)
        let tenths = Int((shown * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(sign)\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
    }

    mutating func raw(_ markup: String) { text += markup }

    mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) {
        text +=
            "<line class=\"\(style)\" x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" "
            + "y2=\"\(Self.number(y2))\"/>"
    }

    enum Anchor: String {
        case start
        case middle
        case end
    }

    mutating func label(_ content: String, x: Double, y: Double, anchor: Anchor = .start, style: String = "tick") {
        text +=
            "<text class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\">"
            + "\(Self.escape(content))</text>"
    }

    mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, style: String, title: String? = nil
    ) {
        let start =
            "<rect class=\"\(style)\" x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" width=\"\(Self.number(width))\" "
            + "height=\"\(Self.number(height))\""
        text += title.map { "\(start)><title>\(Self.escape($0))</title></rect>" } ?? start + "/>"
    }

    mutating func point(x: Double, y: Double, radius: Double, style: String, title: String) {
        text +=
            "<circle class=\"\(style)\" cx=\"\(Self.number(x))\" cy=\"\(Self.number(y))\" r=\"\(Self.number(radius))\">"
            + "<title>\(Self.escape(title))</title></circle>"
    }

    /// An unbroken line through points.
    mutating func path(_ points: [(x: Double, y: Double)], style: String) {
        guard let first = points.first, points.count > 1 else { return }
        text += "<path class=\"\(style)\" d=\"M\(Self.number(first.x)) \(Self.number(first.y))"
        for point in points.dropFirst() { text += "L\(Self.number(point.x)) \(Self.number(point.y))" }
        text += "\"/>"
    }

    /// The finished picture; it scales with the width it is given.
    func picture(width: Double, height: Double, name: String, style: String = "") -> String {
        "<svg class=\"\(style)\" viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" role=\"img\" "
            + "aria-label=\"\(Self.escape(name))\">\(text)</svg>"
    }
}
