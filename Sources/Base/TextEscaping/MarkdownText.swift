/// Text from outside within Markdown as GitHub reads it.
public enum MarkdownText {
    /// A name in running text or in a table's cell: no emphasis, link, image, mention, HTML or new cell comes of it.
    public static func escaped(_ text: String) -> String {
        var shown = ""
        var last: Unicode.Scalar = " "
        for scalar in TerminalText.escaped(text).unicodeScalars {
            switch scalar {
            case "\\", "`", "*", "{", "}", "[", "]", "(", ")", "#", "+", "!", "|", "~", "$":
                shown += "\\"
                shown.unicodeScalars.append(scalar)
            // Within a word an underscore is only itself.
            case "_" where !last.properties.isAlphabetic && !("0"..."9").contains(last): shown += "\\_"
            case "&": shown += "&amp;"
            case "<": shown += "&lt;"
            case ">": shown += "&gt;"
            // Addresses and mentions become links without brackets.
            case "@": shown += "&#64;"
            case ":": shown += "&#58;"
            default: shown.unicodeScalars.append(scalar)
            }
            last = scalar
        }
        return shown
    }
}

extension MarkdownText {
    /// A name as a code span, which its own backticks do not end.
    public static func code(_ text: String) -> String {
        let shown = TerminalText.escaped(text)
        var longest = 0
        var run = 0
        for byte in shown.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: longest + 1)
        let gap = longest > 0 || shown.hasPrefix(" ") || shown.isEmpty ? " " : ""
        // Within a table even a code span ends at a bar.
        return fence + gap + shown.replacing("|", with: "\\|") + gap + fence
    }
}
