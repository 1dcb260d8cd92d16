/// A finished plot with everything that stands around the picture.
struct Plot {
    /// One entry of a legend: a colour and, for lines, a dash pattern.
    struct Key {
        var label: String
        /// CSS class of the swatch: `s0` to `s7`, or `ideal`.
        var style: String
    }

    /// Unique on the page.
    var id: String
    var title: String
    /// What is shown, in which units.
    var caption: String
    var keys: [Key] = []
    /// Whether the keys are areas instead of lines.
    var hasAreas = false
    var svg: String
    /// Too wide for a phone: scrolls within its card, and takes the whole width of the page.
    var isWide = false

    /// Number of colours that can be told apart, also by the colour-blind; dashes tell further ones.
    static let colours = 8

    static func colour(_ place: Int) -> String { "s\(place % colours)" }
}
