import ArgumentParser
import BulkJSON
import PlacementModel
import SchedulerSession
import VendorCatalog

/// Which scheduler's decisions a line of `place --stream` asks for.
enum StreamForm: String, CaselessArgument {
    /// HAMi's filter, admission and pod cache.
    case hami
    /// kube-scheduler's filters and preemption.
    case kube
}

/// `berth place --stream`: a case a line in, a result a line out.
struct PlaceStream {
    let profile: CompatibilityProfile
    let form: StreamForm
    let engine: SessionEngine
    let now: WallClock

    /// Answers every line as soon as it is read. A bad line is told, answered with `{"error": ...}`, and costs no other one.
    ///
    /// - Throws: exit code 2 at the end when there was a bad line.
    func run() throws {
        let answer = runner()
        var lines = StandardInputLines()
        var failed = false
        var warnings = Warnings()
        var writer = JSONWriter(escapeHTML: false)
        while let line = try lines.next() {
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
            writer.removeAll(keepingCapacity: true)
            do {
                try line.withUnsafeBytes { try answer($0, &writer) }
            } catch {
                warnings.problem("standard input:\(lines.number): \(error)")
                failed = true
                // Every line has its answer: whoever reads the results counts on it.
                writer.removeAll(keepingCapacity: true)
                writer.beginObject()
                writer.key("error")
                writer.string("\(error)")
                writer.endObject()
            }
            writer.newline()
            try StandardOutput.write(writer.bytes)
        }
        warnings.finish()
        if failed { throw badInputCode }
    }

    private func runner() -> (UnsafeRawBufferPointer, inout JSONWriter) throws -> Void {
        switch form {
        case .hami:
            let runner = CaseRunner(profile: profile, engine: engine, now: now)
            return { try runner.run(line: $0, into: &$1) }
        case .kube:
            let runner = ClusterCaseRunner(profile: profile)
            return { try runner.run(line: $0, into: &$1) }
        }
    }
}
