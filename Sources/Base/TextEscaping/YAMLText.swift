/// Text from outside within YAML that Berth writes.
public enum YAMLText {
    /// A scalar in double quotes, which any YAML 1.1 or 1.2 reader takes for this very string.
    public static func string(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default:
                let isPlain =
                    scalar.value >= 0x20 && scalar.value < 0x7f
                    || scalar.value >= 0xa0 && !TerminalText.isHidden(scalar, keepsLines: false)
                        && !(0xd800...0xf8ff).contains(scalar.value) && scalar.value != 0xfffe
                        && scalar.value != 0xffff
                if isPlain {
                    quoted.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16)
                    let width = scalar.value > 0xffff ? 8 : 4
                    quoted +=
                        (width == 8 ? "\\U" : "\\u") + String(repeating: "0", count: width - digits.count) + digits
                }
            }
        }
        return quoted + "\""
    }

    /// A comment's words: one line, whatever the text holds.
    public static func comment(_ text: String) -> String { TerminalText.escaped(text) }
}
