import ArgumentParser
import BulkJSON
import Foundation
import PlacementModel
import SchedulerSession
import VendorCatalog

/// `berth place`: pods onto nodes, once.
struct PlaceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "place", abstract: "Place queued pods on a fleet.")

    @Flag(help: "Read one scheduling case a line on standard input, write one result a line.")
    var stream = false

    @Flag(help: "Write \"<time>\" for clock values.")
    var redactTime = false

    @Option(help: "hami-2.10.0 or fixed.")
    var profile = "hami-2.10.0"

    func run() throws {
        let clock = WallClock(
            unixSeconds: Int64(Date().timeIntervalSince1970),
            offsetSeconds: Int64(TimeZone.current.secondsFromGMT()), redaction: redactTime ? "<time>" : nil)
        let runner = CaseRunner(profile: .hami2_10_0, now: clock)
        let input = FileHandle.standardInput.readDataToEndOfFile()
        var failure = false
        input.withUnsafeBytes { bytes in
            NDJSON.forEachLine(bytes) { line, text in
                var writer = JSONWriter(escapeHTML: false)
                do {
                    try runner.run(line: text, into: &writer)
                    writer.newline()
                    FileHandle.standardOutput.write(Data(writer.bytes))
                } catch {
                    FileHandle.standardError.write(Data("standard input:\(line): \(error)\n".utf8))
                    failure = true
                }
            }
        }
        if failure { throw ExitCode(2) }
    }
}
