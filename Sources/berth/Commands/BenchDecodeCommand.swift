import ArgumentParser
import Foundation
import PlacementModel
import VendorCatalog
import MeasuredWork

/// `berth bench decode`: nodes with devices, from JSON bytes to device records.
struct BenchDecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Measure how fast nodes are read.",
        discussion: """
            Makes nodes of 8 devices from a seed, as one List and as one object a line,
            and reads them from memory up to the device records: parsing, decoding,
            and the JSON in the register annotation. Prints the best and the median of
            the rounds, with the processor time of the best one.

            Example:
              berth bench decode --nodes 10000
            """)

    @Option(help: "Nodes to read.")
    var nodes = 10_000

    @Option(help: "Rounds for each form of the input.")
    var rounds = 5

    @Option(help: "Threads; without it, one for each processor.")
    var threads: Int?

    func validate() throws {
        try require(nodes, in: 1...InputLimits.generatedNodes.upperBound, "--nodes")
        try require(rounds, in: InputLimits.samples, "--rounds")
        try require(threads, in: InputLimits.threads, "--threads")
    }

    func run() throws {
        let parallelism = threads.map { Parallelism(threads: $0) } ?? .automatic
        let catalog = try VendorCatalog()
        let documents = SampleNodes.documents(count: nodes)
        let forms = [("List", documents.list), ("NDJSON", documents.lines)]
        var table = TextTable([
            ("input", .left), ("MB", .right), ("devices", .right), ("threads", .right), ("best MB/s", .right),
            ("median MB/s", .right), ("best ms", .right), ("processor ms", .right),
        ])
        for (name, bytes) in forms {
            var devices = 0
            var times: [(wall: Double, processor: Double)] = []
            for _ in 0..<rounds {
                let start = (wall: ContinuousClock.now, processor: processorSeconds())
                let fleet = SampleDecoding(bytes, catalog: catalog, parallelism: parallelism)
                devices = fleet.devices
                let wall = (ContinuousClock.now - start.wall) / .seconds(1)
                times.append((wall, processorSeconds() - start.processor))
                // What was read is given up outside the measured time.
                withExtendedLifetime(fleet) {}
            }
            times.sort { $0.wall < $1.wall }
            let megabytes = Double(bytes.count) / 1e6
            func rate(_ place: Int) -> String { String(Int(megabytes / times[place].wall)) }
            table.add([
                name, String(Int(megabytes)), NumberText.grouped(devices), String(parallelism.threads), rate(0),
                rate(rounds / 2), String(Int(times[0].wall * 1000)), String(Int(times[0].processor * 1000)),
            ])
        }
        try StandardOutput.write(table.text())
    }

    /// Processor time of all threads so far.
    private func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
