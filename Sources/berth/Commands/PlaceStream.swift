import BulkJSON
import PlacementModel
import SchedulerSession
import VendorCatalog

/// `berth place --stream`: a case a line in, a result a line out.
struct PlaceStream {
    let profile: CompatibilityProfile
    let engine: SessionEngine
    let now: WallClock

    /// Answers every line as soon as it is read. A bad line is told and costs no other one.
    ///
    /// - Throws: exit code 2 at the end when there was a bad line.
    func run() throws {
        let runner = CaseRunner(profile: profile, engine: engine, now: now)
        var lines = StandardInputLines()
        var failed = false
        var writer = JSONWriter(escapeHTML: false)
        while let line = lines.next() {
            if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
            writer.removeAll(keepingCapacity: true)
            do {
                try line.withUnsafeBytes { try runner.run(line: $0, into: &writer) }
                writer.newline()
                StandardOutput.write(writer.bytes)
            } catch {
                StandardError.write("standard input:\(lines.number): \(error)")
                failed = true
            }
        }
        if failed { throw badInputCode }
    }
}
