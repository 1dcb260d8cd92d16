import Foundation
import KubernetesWire
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// The example fleet and pods do what examples/README.md shows.
@Suite struct ExampleTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples")

    static func reports() throws -> [PodReport] {
        let pods = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "pods").path).sorted()
        let input = try PlacementInput(
            nodeFiles: [folder.appending(path: "fleet.yaml").path],
            podFiles: pods.map { folder.appending(path: "pods/" + $0).path })
        #expect(input.problems.isEmpty)
        let options = PlacementOptions(now: WallClock(unixSeconds: 1_700_000_000, redaction: "<time>"))
        let session = PlacementSession(input, catalog: try VendorCatalog(), options: options)
        var reports: [PodReport] = []
        session.placeAll { reports.append($0) }
        #expect(session.problems.isEmpty)
        #expect(reports.count == pods.count)
        return reports
    }

    /// A line's words, one blank apart.
    private static func words(_ line: some StringProtocol) -> String {
        line.split(separator: " ").joined(separator: " ")
    }

    @Test func everyOutcomeIsThatOfTheReadMe() throws {
        let text = try String(contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
        let lines = Set(text.split(separator: "\n").map { Self.words($0) })
        // Reasons are wrapped.
        let page = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for report in try Self.reports() {
            switch report.verdict {
            case .placed(let placement):
                for (place, device) in placement.devices.enumerated() {
                    let head = place == 0 ? "\(report.pod) \(placement.node) " : ""
                    let line =
                        head
                        + "\(device.place) \(device.id) \(NumberText.grouped(Int(device.memoryMiB))) MiB \(device.cores)"
                    #expect(lines.contains(line), "\(report.pod)")
                }
            case .rejected(let rejection):
                #expect(page.contains("\(report.pod) rejected: \(rejection.message)"), "\(report.pod)")
            case .denied(let message):
                #expect(lines.contains("\(report.pod) denied by admission: \(message)"), "\(report.pod)")
            case .invalid(let message), .skipped(let message): Issue.record("\(report.pod): \(message)")
            }
        }
    }

    /// Every device type of the catalogue has an example, but for further models with the same rules.
    @Test func everyDeviceTypeHasAnExample() throws {
        let placed = try Self.reports().flatMap { report in
            if case .placed(let placement) = report.verdict { placement.devices.map(\.vendor) } else { [String]() }
        }
        let missing = try Set(VendorCatalog().vendors.map(\.commonWord)).subtracting(placed)
        #expect(
            missing == [
                "MR-V100", "MR-V50", "BI-V100", "Ascend910A", "Ascend910B2", "Ascend910B4", "Ascend910B4-1",
            ])
    }

    /// Those that cannot be placed are the ones whose first line says so, and they alone.
    @Test func whatCannotFitSaysWhy() throws {
        for report in try Self.reports() {
            let name = String(report.pod.split(separator: "/").last!)
            let manifest = try String(contentsOf: Self.folder.appending(path: "pods/\(name).yaml"), encoding: .utf8)
            let first = String(manifest.split(separator: "\n").first!)
            let says = ["Never fits", "Refused by admission", "no node offers"].contains { first.contains($0) }
            if case .placed = report.verdict { #expect(!says, "\(name)") } else { #expect(says, "\(name)") }
        }
    }
}
