import BulkJSON
import PlacementModel
import ReplayReport
import SchedulerSession
import TextEscaping

/// What `berth doctor` found, as text and as JSON (docs/output.md has the keys).
struct DoctorReport {
    private let doctor: ClusterDoctor
    private let session: PlacementSession

    init(_ doctor: ClusterDoctor, _ session: PlacementSession) {
        self.doctor = doctor
        self.session = session
    }

    private static let objectsMax = 4

    var text: String {
        let table = session.cluster.table
        let version = doctor.versions.isEmpty ? "" : "; HAMi " + doctor.versions.joined(separator: ", ")
        var text =
            "\(NumberText.counted(table.nodeRowCount, "node")), \(NumberText.counted(table.deviceRowCount, "device")), "
            + "\(NumberText.counted(session.residentPods, "pod")) running, "
            + "\(NumberText.grouped(session.queue.count)) waiting\(shown: version)\n"
        for finding in doctor.findings {
            text += "\n"
            text += TextWrapping.wrapped(
                "\(finding.weight.rawValue): \(shown: Self.line(finding))", width: TerminalWidth.columns)
            text += TextWrapping.wrapped(finding.remedy, width: TerminalWidth.columns, indent: 2)
        }
        let problems = doctor.findings.count { $0.weight == .problem }
        let notes = doctor.findings.count - problems
        return text + "\n\(NumberText.counted(problems, "problem")), \(NumberText.counted(notes, "note"))\n"
    }

    private static func line(_ finding: ClusterFinding) -> String {
        if finding.objects.isEmpty { return finding.message }
        let named = finding.objects.prefix(objectsMax).joined(separator: ", ")
        let rest = finding.objects.count - objectsMax
        return named + (rest > 0 ? " and \(NumberText.grouped(rest)) more" : "") + ": " + finding.message
    }

    var json: [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginObject()
        writer.member("berth", BerthVersion.text)
        writer.member("hamiVersions", doctor.versions)
        for (key, number) in [
            ("nodes", session.cluster.table.nodeRowCount), ("devices", session.cluster.table.deviceRowCount),
            ("running", session.residentPods), ("notCounted", session.refusedPods), ("waiting", session.queue.count),
        ] {
            writer.member(key, number)
        }
        writer.key("findings")
        writer.beginArray()
        for finding in doctor.findings {
            writer.beginObject()
            writer.member("weight", finding.weight.rawValue)
            writer.member("message", finding.message)
            writer.member("objects", finding.objects)
            writer.member("remedy", finding.remedy)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.newline()
        return writer.bytes
    }
}
