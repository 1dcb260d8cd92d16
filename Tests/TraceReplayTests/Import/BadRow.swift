import Testing
@testable import TraceModel

/// A change to a golden data set that makes one row bad, and what must be said of it.
struct BadRow: Sendable, CustomTestStringConvertible {
    var data: String
    var file: String
    var from: String
    var to: String
    /// What the error says behind the folder.
    var says: String

    var testDescription: String { "\(data): \(says)" }

    /// The bad rows of one file of a data set.
    static func rows(
        _ data: String, _ file: String, _ changes: [(from: String, to: String, says: String)]
    ) -> [BadRow] {
        changes.map { BadRow(data: data, file: file, from: $0.from, to: $0.to, says: $0.says) }
    }
}

/// Every source names file, line and column of what it cannot use.
@Suite struct BadRowTests {
    private static let all =
        BadRow.spotGPU + BadRow.dlrm + BadRow.pai + BadRow.philly + BadRow.helios + BadRow.acme + BadRow.azure
        + BadRow.slurm

    @Test func everySourceHasTenKinds() {
        for golden in GoldenImport.all where golden.source != "openb" && golden.name != "acme-kalos" {
            let rows = Self.all.filter { $0.data == golden.name }
            #expect(rows.count >= 10 && Set(rows.map(\.says)).count == rows.count, "\(golden.name): \(rows.count)")
        }
    }

    @Test(arguments: all)
    func isNamed(_ row: BadRow) throws {
        let golden = try #require(GoldenImport.named(row.data))
        let folder = TraceFolder()
        var isChanged = false
        let error = try #require(throws: TraceError.self) {
            try golden.run(in: folder) { name, text in
                guard name == row.file else { return text }
                isChanged = text.contains(row.from)
                return text.replacing(row.from, with: row.to, maxReplacements: 1)
            }
        }
        #expect(isChanged, "the data set has no \"\(row.from)\"")
        let found = error.description.replacing(folder.path + "/", with: "")
        #expect(found.hasPrefix(row.says), "\(found)")
    }
}
