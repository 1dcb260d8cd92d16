/// The eleven shades that percentages are shown in.
enum HeatColour {
    static let shades = 11

    /// CSS class of a percentage; `hx` = there is nothing to show.
    static func style(percent: Double?) -> String {
        guard let percent, percent >= 0 else { return "hx" }
        return "h\(min(Int((min(percent, 1000) / 10).rounded()), shades - 1))"
    }
}
