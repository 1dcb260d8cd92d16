import ArgumentParser
import BulkJSON
import KubernetesWire
import ReplayReport
import SchedulerSession

/// The forms in which `berth place` prints; docs/output.md documents them.
enum PlaceOutput: String, CaselessArgument {
    case table
    case json
    case ndjson

    /// Places the session's queue and prints every report; problems go to standard error.
    ///
    /// - Parameter notes: what the input lacks.
    func write(_ session: PlacementSession, notes: [String]) throws(StreamFailure) {
        var warnings = Warnings()
        warnings.tellOfInput(session, notes: notes)
        let told = session.problems.count
        switch self {
        case .table: try printTable(session)
        case .json: try printDocument(session)
        case .ndjson: try printLines(session)
        }
        // Placing finds more of them.
        for problem in session.problems[told...] { warnings.warn(problem) }
        warnings.finish()
    }

    private func printTable(_ session: PlacementSession) throws(StreamFailure) {
        var summary = PlacementSummary(of: session)
        var reports: [PodReport] = []
        session.placeAll { report in
            summary.count(report)
            reports.append(report)
        }
        try StandardOutput.write(PlaceTable(reports).text + summary.text + "\n")
    }

    private func printDocument(_ session: PlacementSession) throws(StreamFailure) {
        var summary = PlacementSummary(of: session)
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginObject()
        writer.member("berth", BerthVersion.text)
        session.options.write(into: &writer)
        writer.key("pods")
        writer.beginArray()
        session.placeAll { report in
            summary.count(report)
            report.write(into: &writer)
        }
        writer.endArray()
        writer.member("problems", session.problems.map { $0.description })
        writer.key("summary")
        summary.write(into: &writer)
        writer.key("memoryBytes")
        writer.beginObject()
        for use in session.cluster.memory {
            writer.member(use.structure, use.bytes)
        }
        writer.endObject()
        writer.endObject()
        writer.newline()
        try StandardOutput.write(writer.bytes)
    }

    private func printLines(_ session: PlacementSession) throws(StreamFailure) {
        var writer = JSONWriter(escapeHTML: false)
        var failure: StreamFailure?
        session.placeAll { report in
            if failure != nil { return }
            report.write(into: &writer)
            writer.newline()
            if writer.bytes.count < Self.chunkBytes { return }
            do throws(StreamFailure) { try StandardOutput.write(writer.bytes) } catch { failure = error }
            writer.removeAll(keepingCapacity: true)
        }
        if let failure { throw failure }
        if !writer.bytes.isEmpty { try StandardOutput.write(writer.bytes) }
    }

    /// Lines are handed on in pieces of this size, so that output streams while pods are placed.
    private static let chunkBytes = 1 << 16
}
