import BulkJSON
import KubernetesWire
import PlacementModel
import TraceModel
import Yams

extension Thresholds {
    /// Reads a thresholds file (YAML).
    ///
    /// - Throws: ``GateError`` with file, line, field and what was expected.
    public init(file: String) throws(GateError) {
        let bytes: [UInt8]
        do { bytes = try TraceFiles.read(file) } catch { throw GateError(file: error.file, problem: error.problem) }
        try self.init(yaml: String(decoding: bytes, as: UTF8.self), file: file)
    }

    init(yaml text: String, file: String) throws(GateError) {
        let root: Yams.Node?
        do { root = try BoundedYAML.compose(text) } catch { throw GateError(file: file, problem: "\(error)") }
        guard let root else { throw GateError(file: file, problem: "is empty; expected defaults, workloads or limits") }
        self.init()
        do throws(FieldProblem) {
            try read(YAMLValue(root))
        } catch {
            throw GateError(file: file, line: error.line ?? 0, problem: error.description)
        }
    }

    private mutating func read(_ root: YAMLValue) throws(FieldProblem) {
        try root.readFields { (key, value) throws(FieldProblem) in
            switch key {
            case "version":
                if value.documentText != "1" { throw value.unexpected("version 1") }
            case "defaults":
                let rule = try Self.rule(value, isDefault: true)
                defaults.time = rule.time ?? defaults.time
                defaults.timeApart = rule.timeApart ?? defaults.timeApart
                defaults.counts = rule.counts ?? defaults.counts
                defaults.heapAllocations = rule.heapAllocations ?? defaults.heapAllocations
                defaults.quality = rule.quality ?? defaults.quality
                defaults.hashMayChange = rule.hashMayChange ?? defaults.hashMayChange
            case "workloads":
                rules = try value.readList { (value) throws(FieldProblem) in try Self.rule(value, isDefault: false) }
            case "groups": groups = try value.readList(Self.group)
            case "limits": limits = try value.readList(Self.limit)
            default:
                let known = "version, defaults, workloads, groups, limits"
                throw FieldProblem("unknown; known are " + known, line: value.documentLine)
            }
        }
    }

    private static func rule(_ value: YAMLValue, isDefault: Bool) throws(FieldProblem) -> Rule {
        var rule = Rule(match: "", reason: "")
        try value.readFields { (key, value) throws(FieldProblem) in
            switch key {
            case "match" where !isDefault: rule.match = try value.readString()
            case "time": rule.time = try value.readShare()
            case "timeApart": rule.timeApart = try value.readShare()
            case "counts": rule.counts = try value.readShare()
            case "heapAllocations": rule.heapAllocations = try value.readNumber()
            case "quality": rule.quality = try value.readNumber()
            case "hashMayChange": rule.hashMayChange = try value.readBool()
            case "reason": rule.reason = try value.readString()
            default:
                let known = "time, timeApart, counts, heapAllocations, quality, hashMayChange, reason"
                throw FieldProblem("unknown; known are \(known)", line: value.documentLine)
            }
        }
        if !isDefault && rule.match.isEmpty { throw FieldProblem("match: missing", line: value.documentLine) }
        if !isDefault && rule.reason.isEmpty { throw FieldProblem("reason: missing", line: value.documentLine) }
        return rule
    }

    private static func group(_ value: YAMLValue) throws(FieldProblem) -> Group {
        var group = Group(name: "", match: [], time: -1, reason: "")
        try value.readFields { (key, value) throws(FieldProblem) in
            switch key {
            case "name": group.name = try value.readString()
            case "match":
                group.match = try value.readList { (value) throws(FieldProblem) in try value.readString() }
            case "time": group.time = try value.readShare()
            case "reason": group.reason = try value.readString()
            default: throw FieldProblem("unknown; known are name, match, time, reason", line: value.documentLine)
            }
        }
        guard !group.name.isEmpty, !group.match.isEmpty, group.time >= 0, !group.reason.isEmpty else {
            throw FieldProblem("name, match, time and reason must be given", line: value.documentLine)
        }
        return group
    }

    private static func limit(_ value: YAMLValue) throws(FieldProblem) -> Limit {
        var texts: [String: String] = [:]
        var numbers: [String: Double] = [:]
        try value.readFields { (key, value) throws(FieldProblem) in
            switch key {
            case "workload", "fasterThan", "quality", "count", "reason": texts[key.string] = try value.readString()
            case "times", "atLeast", "atMostPerOperation": numbers[key.string] = try value.readNumber()
            default: throw FieldProblem("unknown", line: value.documentLine)
            }
        }
        guard let workload = texts["workload"], let reason = texts["reason"] else {
            throw FieldProblem("workload and reason must be given", line: value.documentLine)
        }
        let bound: Limit.Bound
        if let other = texts["fasterThan"], let times = numbers["times"], times > 0 {
            bound = .fasterThan(other, times: times)
        } else if let name = texts["quality"], let least = numbers["atLeast"] {
            bound = .quality(name, atLeast: least)
        } else if let name = texts["count"], let most = numbers["atMostPerOperation"] {
            bound = .count(name, atMostPerOperation: most)
        } else {
            throw FieldProblem(
                "expected fasterThan and times, quality and atLeast, or count and atMostPerOperation",
                line: value.documentLine)
        }
        return Limit(workload: workload, bound: bound, reason: reason)
    }
}

extension YAMLValue {
    /// A number from 0.
    fileprivate func readNumber() throws(FieldProblem) -> Double {
        guard documentKind == .number, let number = Double(documentText), number >= 0, number.isFinite else {
            throw unexpected("a number from 0")
        }
        return number
    }

    /// A share as a percentage: `5%` or `5 %`.
    fileprivate func readShare() throws(FieldProblem) -> Double {
        let text = documentText
        guard documentKind == .string, text.hasSuffix("%"),
            let percent = Double(text.dropLast().trimmingSpace), percent >= 0, percent.isFinite
        else { throw unexpected("a percentage such as 5%") }
        return percent / 100
    }
}
