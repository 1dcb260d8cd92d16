/// Text from outside within comma-separated values that people open in a spreadsheet.
///
/// Traces are no such tables: their names stand in them as they are.
public enum CellText {
    /// The text, with an apostrophe in front where a spreadsheet would take it for a formula.
    public static func shown(_ text: String) -> String { isSuspicious(text[...]) ? "'" + text : text }

    /// The text that ``shown(_:)`` was given.
    public static func original(_ shown: String) -> String {
        shown.first == "'" && isSuspicious(shown.dropFirst()) ? String(shown.dropFirst()) : shown
    }

    /// A formula, or what would be read as an apostrophe of ours.
    private static func isSuspicious(_ text: Substring) -> Bool {
        let rest = text.unicodeScalars.drop { $0 == "'" || $0.value <= 0x20 }
        guard let first = rest.first else { return false }
        // The wide forms are formulas to spreadsheets of some languages.
        return ["=", "+", "-", "@", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}"].contains(first)
    }
}
