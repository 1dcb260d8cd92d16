import ArgumentParser
import BulkJSON
import KubernetesWire
import PlacementModel
import SchedulerSession
import TextEscaping
import VendorCatalog

/// `berth doctor`: what is wrong with a cluster, or with its snapshot.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tell what HAMi does not see in a cluster, what cannot be counted, and what to do about it.",
        discussion: """
            Nodes whose device plugin registers nothing, registers of an older HAMi, resource \
            names that need a configuration, pods that cannot be counted, names that no node \
            offers, devices out of use, what the snapshot lacks, and HAMi's version.

            Examples:
              berth doctor examples/snapshot.json
              berth doctor - < snapshot.json

            Exit codes: 0 nothing but notes, 1 a problem was found, 2 bad usage or no usable input.
            """)

    @OptionGroup var cluster: ClusterInputOptions

    @Option(help: ArgumentHelp("HAMi's device-config.yaml; without it, the chart's defaults.", valueName: "file"))
    var deviceConfig: String?

    @Option(help: "table for people, json for programs.")
    var output = ReplayCommand.OutputName.table

    func validate() throws {
        if cluster.isEmpty { throw ValidationError("give a snapshot; \(SnapshotCommand.hint)") }
    }

    func run() throws {
        if let trace = try cluster.traceFolder() {
            throw InputFailure("\(trace) is the folder of a trace, not a snapshot of a cluster")
        }
        let input = try cluster.read(collectsImages: true)
        let session = PlacementSession(
            input, catalog: try VendorCatalog.reading(configurationFile: deviceConfig),
            options: PlacementOptions(now: .system()))
        let doctor = ClusterDoctor(input, session)
        let report = DoctorReport(doctor, session)
        switch output {
        case .table: try StandardOutput.write(report.text)
        case .json: try StandardOutput.write(report.json)
        }
        if doctor.findings.contains(where: { $0.weight == .problem }) { throw ExitCode(1) }
    }
}
