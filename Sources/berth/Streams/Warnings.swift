import PlacementModel
import SchedulerSession
import TextEscaping

/// Tells warnings and notes on standard error, a line each, up to a bound; the rest is counted at the end.
///
/// Warnings are for people, who read the first ones; input that is bad throughout must not fill a disk with them.
struct Warnings {
    private var told = 0
    private var untold: [String: Int] = [:]

    mutating func warn(_ problem: some CustomStringConvertible) { tell("warning", problem.description) }

    mutating func note(_ text: String) { tell("note", text) }

    /// What is wrong with a part of the input, where it is told without a word before it.
    mutating func problem(_ text: String) { tell("problem", text, prefix: "") }

    private mutating func tell(_ kind: String, _ text: String, prefix: String? = nil) {
        if told == InputLimits.warnings {
            untold[kind, default: 0] += 1
            return
        }
        told += 1
        StandardError.write((prefix ?? kind + ": ") + TerminalText.escaped(text))
    }

    /// Says how many were not told; a command calls it once, behind its last warning.
    mutating func finish() {
        for (kind, count) in untold.sorted(by: { $0.key > $1.key }) {
            StandardError.write("\(kind): \(count) more \(kind)\(count == 1 ? " is" : "s are") not shown")
        }
        untold = [:]
    }

    /// Tells what came of a cluster's objects: kinds passed over, pods made from templates, what could not be used, and what is
    /// not there.
    mutating func tellOfInput(_ session: PlacementSession, notes: [String]) {
        for (kind, count) in session.ignoredKinds.sorted(by: { $0.key < $1.key }) {
            note("\(NumberText.counted(count, "\(kind) object")) passed over")
        }
        for (workload, pods) in session.expanded {
            note("\(NumberText.counted(pods, "pod")) made from the template of \(workload)")
        }
        for problem in session.problems { warn(problem) }
        for text in notes { note(text) }
    }

    /// The same, and no more.
    static func tellOfInput(_ session: PlacementSession, notes: [String]) {
        var warnings = Warnings()
        warnings.tellOfInput(session, notes: notes)
        warnings.finish()
    }

    /// Tells a list of warnings.
    static func tell(_ problems: some Sequence<some CustomStringConvertible>, notes: [String] = []) {
        var warnings = Warnings()
        for problem in problems { warnings.warn(problem) }
        for note in notes { warnings.note(note) }
        warnings.finish()
    }
}
