import Testing

@testable import TextEscaping

/// Hostile names for every place where names are shown.
@Suite struct EscapingTests {
    /// What a name can hold that acts instead of being seen.
    static let hostile = [
        "\u{1b}[2K\u{1b}[1A", "\u{1b}]0;title\u{7}", "a\nb", "a\r\nb", "a\tb", "\u{0}", "\u{7f}", "\u{9b}31m",
        "\u{202e}gpj.exe", "\u{2066}x\u{2069}", "\u{200b}", "\u{feff}", "\u{2028}", "\u{e0041}", "\u{61c}",
    ]

    @Test(arguments: hostile) func terminalsSeeNoActingCharacter(_ name: String) {
        let shown = TerminalText.escaped(name)
        #expect(shown != name)
        #expect(!shown.unicodeScalars.contains { TerminalText.isHidden($0, keepsLines: false) })
        #expect(!MarkupText.html(name).unicodeScalars.contains { TerminalText.isHidden($0, keepsLines: false) })
        #expect(!MarkdownText.escaped(name).unicodeScalars.contains { TerminalText.isHidden($0, keepsLines: false) })
    }

    @Test(arguments: ["plain", "größe", "节点", "a b", "ns/pod-1", "🚀", ""]) func otherNamesStay(_ name: String) {
        #expect(TerminalText.escaped(name) == name)
        #expect("\(shown: name)" == name)
        #expect(CellText.shown(name) == name)
    }

    @Test func linesStayWhereTextHasLines() {
        #expect(TerminalText.escapedLines("a\n\tb\u{1b}[m\n") == "a\n\tb\\u{1b}[m\n")
        #expect(TerminalText.escaped("a\nb") == "a\\nb")
    }

    @Test func markup() {
        #expect(
            MarkupText.html(#"<img src=x onerror="a('b')">&"#)
                == "&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;")
        #expect(MarkupText.xml("a\u{0}\u{ffff}]]>") == "a\\u{0}\u{fffd}]]&gt;")
    }

    @Test func markdown() {
        #expect(MarkdownText.escaped("[x](http://e.org)") == #"\[x\]\(http&#58;//e.org\)"#)
        #expect(MarkdownText.escaped("a|b`c`*d*@team<i>") == #"a\|b\`c\`\*d\*&#64;team&lt;i&gt;"#)
        #expect(MarkdownText.escaped("decode/list_of_nodes") == "decode/list_of_nodes")
        #expect(MarkdownText.escaped("![x](y)\n# z") == ##"\!\[x\]\(y\)\\n\# z"##)
        #expect(MarkdownText.code("a`b``c") == "``` a`b``c ```")
        #expect(MarkdownText.code("abc") == "`abc`")
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@sum", " =1", "\t=1", "'=1", "''-x", "＝1", "plain", "'quoted'", "1-2", ""])
    func cellsAreNoFormulasAndComeBack(_ name: String) {
        let shown = CellText.shown(name)
        #expect(CellText.original(shown) == name)
        let first = shown.unicodeScalars.first { $0.value > 0x20 }
        #expect(first.map { !"=+-@＝".unicodeScalars.contains($0) } ?? true)
    }

    @Test func shellWords() {
        #expect(ShellText.word("a-b_c.d/e,f") == "a-b_c.d/e,f")
        #expect(ShellText.word("") == "''")
        #expect(ShellText.word("$(rm -rf x)'`y`") == #"'$(rm -rf x)'\''`y`'"#)
    }

    @Test func yamlStrings() {
        #expect(YAMLText.string("berth:latest") == #""berth:latest""#)
        #expect(YAMLText.string("a\"\ncommand: [x]\\") == #""a\"\ncommand: [x]\\""#)
        #expect(YAMLText.string("\u{0}\u{85}\u{202e}\u{e0041}é") == #""\u0000\u0085\u202e\U000e0041é""#)
        #expect(!YAMLText.comment("c\n  evil: true").contains("\n"))
    }
}
