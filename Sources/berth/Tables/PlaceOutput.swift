import ArgumentParser
import BulkJSON
import KubernetesWire
import SchedulerSession

/// The forms in which `berth place` prints; docs/output.md documents them.
enum PlaceOutput: String, CaseIterable, ExpressibleByArgument {
    case table
    case json
    case ndjson

    /// Places the session's queue and prints every report; problems go to standard error.
    func print(_ session: PlacementSession) {
        for (kind, count) in session.ignoredKinds.sorted(by: { $0.key < $1.key }) {
            StandardError.write("note: \(count) \(kind) object\(count == 1 ? "" : "s") passed over")
        }
        for (workload, pods) in session.expanded {
            StandardError.write("note: \(pods) pod\(pods == 1 ? "" : "s") made from the template of \(workload)")
        }
        let told = session.problems.count
        Self.tell(session.problems[..<told])
        switch self {
        case .table: printTable(session)
        case .json: printDocument(session)
        case .ndjson: printLines(session)
        }
        // Placing finds more of them.
        Self.tell(session.problems[told...])
    }

    private static func tell(_ problems: ArraySlice<InputProblem>) {
        for problem in problems { StandardError.write("warning: \(problem)") }
    }

    private func printTable(_ session: PlacementSession) {
        var summary = PlacementSummary(of: session)
        var reports: [PodReport] = []
        session.placeAll { report in
            summary.count(report)
            reports.append(report)
        }
        StandardOutput.write(PlaceTable(reports).text + summary.text + "\n")
    }

    private func printDocument(_ session: PlacementSession) {
        var summary = PlacementSummary(of: session)
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginObject()
        writer.key("berth")
        writer.string(BerthVersion.text)
        session.options.write(into: &writer)
        writer.key("pods")
        writer.beginArray()
        session.placeAll { report in
            summary.count(report)
            report.write(into: &writer)
        }
        writer.endArray()
        writer.key("problems")
        writer.beginArray()
        for problem in session.problems { writer.string(problem.description) }
        writer.endArray()
        writer.key("summary")
        summary.write(into: &writer)
        writer.endObject()
        writer.newline()
        StandardOutput.write(writer.bytes)
    }

    private func printLines(_ session: PlacementSession) {
        var writer = JSONWriter(escapeHTML: false)
        session.placeAll { report in
            report.write(into: &writer)
            writer.newline()
            if writer.bytes.count < Self.chunkBytes { return }
            StandardOutput.write(writer.bytes)
            writer.removeAll(keepingCapacity: true)
        }
        if !writer.bytes.isEmpty { StandardOutput.write(writer.bytes) }
    }

    /// Lines are handed on in pieces of this size, so that output streams while pods are placed.
    private static let chunkBytes = 1 << 16
}
