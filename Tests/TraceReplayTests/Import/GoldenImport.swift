import Foundation
import GRDB
import Testing
import VendorCatalog
@testable import TraceImport
@testable import TraceModel

/// A tiny made-up data set in a published schema, and what becomes of it.
struct GoldenImport: Sendable, CustomTestStringConvertible {
    /// Folder under Golden.
    var name: String
    var source: String
    var options = ImportOptions()
    /// What is left out, by reason.
    var dropped: [String: Int] = [:]
    /// Files to be given by role, where their names do not tell.
    var role: String?

    var testDescription: String { name }

    static let folder = packageFolder + "/Tests/TraceReplayTests/Import/Golden/"

    static func nodes(_ text: String, cpus: Int64? = nil, memoryGiB: Int64? = nil, without: Int = 0) -> ImportOptions {
        var options = ImportOptions()
        options.fleet = (try? DescribedNodes.parse(text)) ?? []
        options.nodeCPUs = cpus
        options.nodeMemoryGiB = memoryGiB
        options.nodesWithoutDevices = without
        return options
    }

    static func machines(_ count: Int) -> ImportOptions {
        var options = ImportOptions()
        options.nodesWithoutDevices = count
        return options
    }

    static let all = [
        GoldenImport(name: "openb", source: "openb"),
        GoldenImport(name: "alibaba-spot-gpu-2026", source: "alibaba-spot-gpu-2026"),
        GoldenImport(
            name: "alibaba-dlrm-2025", source: "alibaba-dlrm-2025",
            options: nodes("1x(2x NVIDIA A10 24G)", cpus: 128, memoryGiB: 1024, without: 1)),
        GoldenImport(
            name: "alibaba-pai-2020", source: "alibaba-pai-2020", dropped: ["tasks that never started": 1]),
        GoldenImport(
            name: "philly-2017", source: "philly-2017", dropped: ["jobs without a recorded attempt": 1]),
        GoldenImport(name: "helios-2020", source: "helios-2020", dropped: ["jobs that never started": 1]),
        GoldenImport(
            name: "acme-seren", source: "acme-2023", options: nodes("3x(8x NVIDIA A100 80G)", cpus: 128),
            dropped: ["jobs that never started": 1]),
        GoldenImport(
            name: "acme-kalos", source: "acme-2023", options: nodes("9x(8x NVIDIA A100 80G)", memoryGiB: 2048)),
        GoldenImport(
            name: "azure-packing-2020", source: "azure-packing-2020", options: machines(3),
            dropped: [
                "virtual machines whose type does not run on the machine chosen": 1,
                "virtual machines that left before the trace began": 1,
            ]),
        GoldenImport(
            name: "slurm", source: "slurm",
            options: nodes("2x(8x NVIDIA V100 32G), 1x(4x NVIDIA A100 80G)", cpus: 96, memoryGiB: 768),
            dropped: ["jobs that never started": 1, "job arrays that are still pending": 1], role: "jobs=sacct.txt"),
    ]

    static func named(_ name: String) -> GoldenImport? { all.first { $0.name == name } }

    /// Imports the data set, after changing text in its files.
    ///
    /// - Parameter edit: gets each file's name and text, gives the text to import.
    func run(
        in folder: TraceFolder, options changed: ImportOptions? = nil, edit: (String, String) -> String = { $1 }
    ) throws -> ImportedTrace {
        try TraceFiles.makeFolder(folder.path)
        for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder + name)
        where !name.hasPrefix("expected") {
            let text = edit(
                name, String(decoding: try TraceFiles.read(Self.folder + self.name + "/" + name), as: UTF8.self))
            if name.hasSuffix(".sql") {
                // A database cannot be read in a review; the text that makes it can.
                let database = try DatabaseQueue(path: folder.file("packing_trace_zone_a_v1.sqlite"))
                try database.write { try $0.execute(sql: text) }
            } else {
                try TraceFiles.write(Array(text.utf8), to: folder.file(name))
            }
        }
        let given = role.map { $0.replacing("=", with: "=" + folder.path + "/") } ?? folder.path
        guard let source = TraceSources.named(source) else { throw TraceError(file: source, problem: "is no source") }
        return try source.read(
            SourceFiles([given], of: source), options: changed ?? options, catalog: try traceCatalog())
    }
}
