#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// How wide output for people may be.
enum TerminalWidth {
    /// Columns of the terminal, or those that `BERTH_COLUMNS` names; nil = output goes to a file or a program and is not wrapped.
    static var columns: Int? {
        if let text = getenv("BERTH_COLUMNS"), let columns = Int(String(cString: text)), columns >= 20 {
            return columns
        }
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 20 else {
            return nil
        }
        return Int(size.ws_col)
    }
}

/// Text in lines of a width.
enum TextWrapping {
    /// A text in lines, each indented and ended; words longer than a line stand whole.
    static func wrapped(_ text: String, width: Int?, indent: Int = 0) -> String {
        lines(of: text, width: width.map { max($0 - indent, 20) }).map {
            String(repeating: " ", count: indent) + $0 + "\n"
        }.joined()
    }

    /// Lines of prose laid out for a width: what is longer goes on in the next line, indented by two more.
    static func fitted(_ text: String, width: Int?) -> String {
        guard let width else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.count <= width { return String(line) }
            let indent = line.prefix { $0 == " " }.count
            let parts = lines(of: String(line.dropFirst(indent)), width: max(width - indent - 2, 20))
            return parts.enumerated().map { String(repeating: " ", count: indent + ($0 == 0 ? 0 : 2)) + $1 }
                .joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private static func isBreak(_ character: Character) -> Bool { "/-,".contains(character) }

    /// Letters of the longest part of a word that stays whole where words may be broken.
    static func longestPart(of word: Substring) -> Int {
        var (longest, part) = (0, 0)
        for character in word {
            part += 1
            longest = max(longest, part)
            if isBreak(character) { part = 0 }
        }
        return longest
    }

    /// The lines of a text.
    ///
    /// - Parameter breaksWords: whether a word longer than a line is cut, behind a slash, a dash or a comma where there is one.
    /// - Complexity: linear in the text.
    static func lines(of text: String, width: Int?, breaksWords: Bool = false) -> [String] {
        guard let width, text.count > width else { return [text] }
        var lines: [String] = []
        var line = ""
        for part in text.split(separator: " ", omittingEmptySubsequences: false) {
            var word = String(part)
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            while breaksWords, word.count > width {
                let head = word.prefix(width)
                let cut = head.lastIndex(where: isBreak).map { head.index(after: $0) } ?? head.endIndex
                lines.append(String(word[..<cut]))
                word.removeSubrange(..<cut)
            }
            line += line.isEmpty ? word : " " + word
        }
        return lines + [line]
    }
}
