import Foundation
import Testing

/// What decides depends on its input alone. What would let anything else in is banned from the live core and the engine by word;
/// the core besides walks no hash table, and compares texts byte by byte.
@Suite struct Determinism {
    /// Something that is banned, and lines with which the rule is tried.
    struct Rule: Sendable {
        var name: String
        var pattern: String
        var caught: [String]
        var passed: [String]
        /// Modules it holds for.
        var modules: Set<String>
    }

    static let engine: Set = [
        "DeviceTable", "PlacementKernels", "VendorCatalog", "PlacementEngine", "PlacementPolicies",
    ]
    static let core: Set = ["SchedulerCore"]

    static let rules: [Rule] = [
        Rule(
            name: "clocks and dates",
            pattern: #"\bDate\(|\bDate\.now|ContinuousClock|SuspendingClock|DispatchTime|"#
                + #"clock_gettime|gettimeofday|\btime\(nil"#,
            caught: ["let now = Date()", "let start = ContinuousClock.now", "clock_gettime(CLOCK_REALTIME, &spec)"],
            passed: ["/// A date", "let dates = Dates()", "placement.place(pod, at: time)"], modules: core.union(engine)
        ),
        Rule(
            name: "chance",
            pattern: #"\.random\(|SystemRandomNumberGenerator|\.shuffled\(\)|\.shuffle\(\)|"#
                + #"\.randomElement\(|\bUUID\("#,
            caught: ["let x = Int.random(in: 0..<3)", "pods.shuffled()", "let id = UUID()"],
            passed: ["let RandomPolicy = 1", "pods.shuffled(using: &seeded)"], modules: core.union(engine)),
        Rule(
            name: "hash values", pattern: #"\.hashValue\b|\bHasher\(\)"#,
            caught: ["return key.hashValue", "var h = Hasher()"],
            passed: ["func hash(into hasher: inout Hasher) {"], modules: core.union(engine)),
        Rule(
            name: "tasks", pattern: #"\bTask\s*[{(.]|\bTaskGroup\b|\bawait\b"#,
            caught: ["Task { await x() }", "await gate.open()"],
            passed: ["let tasks = 3"], modules: core.union(engine)),
        Rule(
            name: "places and their customs",
            pattern: #"\bTimeZone\b|\bLocale\b|\bCalendar\b|String\(format:|DateFormatter"#,
            caught: ["TimeZone.current", #"String(format: "%d", 3)"#], passed: ["let localeText = 1"],
            modules: core.union(engine)),
        Rule(
            name: "transcendental functions", pattern: #"(^|[^.\w])(sin|cos|tan|log|log2|log10|exp|exp2|pow|cbrt)\("#,
            caught: ["let y = exp(x)", "return pow(2, 3)"], passed: ["catalog(x)", "backlog(3)", "self.log(event)"],
            modules: core.union(engine)),
        Rule(
            name: "hash tables that are walked",
            pattern: #"\.(values|keys)\b(?!\.sorted)"#,
            caught: ["for value in table.values {", "let names = table.keys.map { $0 }"],
            passed: ["let names = table.keys.sorted { precedes($0, $1) }", "let keyset = 1"], modules: core),
        Rule(
            name: "sorts whose order is the type's", pattern: #"\.(sorted|sort|min|max)\(\)"#,
            caught: ["names.sorted()", "pods.sort()"], passed: ["names.sorted { precedes($0, $1) }", "max(a, b)"],
            modules: core),
        Rule(
            name: "texts compared by meaning",
            pattern: #"\b(\w+\.)*(name|uid|namespace|resourceVersion|node|fullName) (==|!=|<|>) "#
                + #"(?!nil|\.|""|PodState)[\w.]"#,
            caught: ["if pod.name == other.name {", "a.uid < b.uid", "entry.node != pod.nodeName"],
            passed: ["if entry.node == nil {", "isSame(pod.name, other.name)", "a.state == b.state"], modules: core),
    ]

    /// A policy that is a formula over real numbers, defined so by those who published it.
    static let exempt = ["PlacementPolicies/FGD.swift": "transcendental functions"]

    @Test(arguments: rules) func plantedLinesAreCaught(rule: Rule) throws {
        let regex = try Regex(rule.pattern).wordBoundaryKind(.simple)
        for line in rule.caught { #expect(line.contains(regex), "\(rule.name) lets pass: \(line)") }
        for line in rule.passed {
            let code = line.hasPrefix("//") ? "" : line
            #expect(!code.contains(regex), "\(rule.name) catches: \(line)")
        }
    }

    @Test(arguments: rules) func nothingLetsChanceIn(rule: Rule) throws {
        let regex = try Regex(rule.pattern).wordBoundaryKind(.simple)
        var looked = 0
        for file in SourceTree.sources where rule.modules.contains(file.module ?? "") {
            looked += 1
            if Self.exempt.contains(where: { file.path.hasSuffix($0.key) && $0.value == rule.name }) { continue }
            for (number, line) in file.codeLines.enumerated() where line.contains(regex) {
                Issue.record("\(file.path):\(number + 1): \(rule.name): \(line)")
            }
        }
        #expect(looked > 10)
    }

    /// Names of a core's hash tables: `for x in table` walks one as well as `table.values` does.
    @Test func hashTablesAreNotWalkedByName() throws {
        let declared = try Regex(#"\b(?:var|let) (\w+)(?:: \[[^\[\]:]+: [^\]]+\]|: Set<| = Set<)"#).wordBoundaryKind(
            .simple)
        #expect("var sleepers: [Int: Sleeper] = [:]".contains(declared))
        #expect("var changed = Set<WatchedKind>()".contains(declared))
        #expect(!"var pods: [PodEntry] = []".contains(declared))
        for file in SourceTree.sources where Self.core.contains(file.module ?? "") {
            for line in file.codeLines {
                for match in line.matches(of: declared) {
                    guard let name = match.output[1].substring else { continue }
                    let walked = try Regex(
                        #"\bin (?:self\.)?\#(name) (?:\{|where)|"#
                            + #"\b\#(name)\.(?:map|flatMap|compactMap|forEach|reduce|first|filter)\b"#
                    ).wordBoundaryKind(.simple)
                    for (number, other) in file.codeLines.enumerated() where other.contains(walked) {
                        Issue.record("\(file.path):\(number + 1) walks \(name): \(other)")
                    }
                }
            }
        }
    }
}
