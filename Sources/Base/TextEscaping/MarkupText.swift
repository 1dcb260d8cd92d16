/// Text from outside within HTML, SVG and XML.
public enum MarkupText {
    /// For element content and for attribute values in double quotes, in HTML and SVG.
    public static func html(_ text: String) -> String { escaped(TerminalText.escaped(text)) }

    /// For element content and attribute values in double quotes of XML 1.0, which has no way to write control characters.
    public static func xml(_ text: String) -> String { escaped(TerminalText.escaped(text)) }

    private static func escaped(_ text: String) -> String {
        var marked = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": marked += "&amp;"
            case "<": marked += "&lt;"
            case ">": marked += "&gt;"
            case "\"": marked += "&quot;"
            case "'": marked += "&#39;"
            // No characters in XML.
            case "\u{fffe}", "\u{ffff}": marked += "\u{fffd}"
            default: marked.unicodeScalars.append(scalar)
            }
        }
        return marked
    }
}
