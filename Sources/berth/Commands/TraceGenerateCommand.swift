import ArgumentParser
import TextEscaping
import TraceGeneration
import TraceReplay
import VendorCatalog

/// `berth trace generate`: a made-up fleet and its pods.
struct TraceGenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a trace from a seed.",
        discussion: """
            The same options give the same bytes on every machine. Vendors: \(knownKeys).

            Examples:
              berth trace generate --nodes 100 --vendors nvidia=4,cambricon=2 \\
                --pods 5000 --classes 200 --seed 7 --output my-trace
              berth trace generate --preset gpu-share-2023 --seed 1 --output gpu-share
            """)

    private static var knownKeys: String {
        let vendors = (try? VendorCatalog.forTraces())?.vendors ?? []
        return Set(vendors.map(\.traceProfile.key)).sorted().joined(separator: ", ")
    }

    @Option(help: "Shape of a known trace: gpu-share-2023. It brings its own node mix and request classes.")
    var preset: GeneratorOptions.Preset?

    @Option(help: "Nodes (default 100, with a preset the original's number).")
    var nodes: Int?

    @Option(help: "Devices a node; without it, what is usual for the model.")
    var devicesPerNode: Int?

    @Option(help: ArgumentHelp("Shares of the fleet, as nvidia=4,cambricon=2.", valueName: "vendor=share,..."))
    var vendors: String?

    @Option(help: "Queued pods (default 1000, with a preset the original's number).")
    var pods: Int?

    @Option(help: "Distinct request classes over all vendors.")
    var classes = GeneratorOptions().classes

    @Option(help: "Seed of all draws.")
    var seed: UInt64 = 1

    @Option(help: "When pods come: backlog (all at the start), poisson or bursty.")
    var arrivalProcess = GeneratorOptions.ArrivalProcess.backlog

    @Option(help: "Mean arrivals of poisson and bursty.")
    var arrivalRatePerHour = GeneratorOptions().arrivalsPerHour

    @Option(help: "Mean time that pods stay; without it they stay for good.")
    var meanDurationMinutes: Double?

    @Option(help: "How durations spread around the mean: exponential or lognormal.")
    var durationDistribution = GeneratorOptions.DurationDistribution.exponential

    @Option(help: "Share of the fleet's slots that running pods hold at the start, 0 to 1.")
    var prefill = 0.0

    @Option(help: "Share of the request classes that want a certain zone, 0 to 1.")
    var selectors = 0.0

    @Option(help: "Share of the pods that belong to gangs, 0 to 1.")
    var gangs = 0.0

    @Option(help: "Name in trace.json; without it, the folder's.")
    var name: String?

    @Option(help: "Folder to write.")
    var output: String

    func validate() throws {
        if preset == nil && (vendors ?? "").isEmpty {
            throw ValidationError(
                "--vendors says which devices the fleet has, such as nvidia=4,cambricon=2 (known: \(Self.knownKeys)); "
                    + "only a --preset brings its own.")
        }
        _ = try vendorShares()
    }

    func run() throws {
        let catalog = try VendorCatalog.forTraces()
        var options = GeneratorOptions()
        options.name = name ?? output.split(separator: "/").last.map(String.init) ?? "generated"
        options.origin = command
        options.preset = preset
        options.nodes = nodes ?? preset?.nodes ?? options.nodes
        options.devicesPerNode = devicesPerNode
        options.vendors = try vendorShares()
        options.pods = pods ?? preset?.pods ?? options.pods
        options.classes = classes
        options.seed = seed
        options.arrivalProcess = arrivalProcess
        options.arrivalsPerHour = arrivalRatePerHour
        options.meanDurationMinutes = meanDurationMinutes
        options.durationDistribution = durationDistribution
        options.prefillShare = prefill
        options.selectorShare = selectors
        options.gangShare = gangs
        options.description = preset.map { "Synthetic, shaped like \($0.rawValue)" } ?? "Synthetic"
        let trace = try reportingErrors {
            let trace = try TraceGenerator.generate(options, catalog: catalog)
            try trace.write(folder: output)
            return trace
        }
        try StandardOutput.write(TraceTable.text(trace, catalog: catalog))
    }

    private func vendorShares() throws -> [(key: String, weight: Int)] {
        var shares: [(key: String, weight: Int)] = []
        for part in try vendors.map({ try listed($0, "--vendors") }) ?? [] {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let weight = sides.count == 1 ? 1 : Int(sides[1]) else {
                throw ValidationError("--vendors: \"\(part)\" is no vendor=share.")
            }
            shares.append((String(sides[0]), weight))
        }
        return shares
    }

    /// The command line that makes this trace again.
    private var command: String {
        var parts = ["berth trace generate"]
        func add(_ option: String, _ value: (any CustomStringConvertible)?) {
            if let value { parts.append("--\(option) \(ShellText.word("\(value)"))") }
        }
        add("preset", preset?.rawValue)
        add("nodes", nodes)
        add("devices-per-node", devicesPerNode)
        add("vendors", vendors)
        add("pods", pods)
        if preset == nil { add("classes", classes) }
        add("seed", seed)
        if arrivalProcess != .backlog {
            add("arrival-process", arrivalProcess.rawValue)
            add("arrival-rate-per-hour", arrivalRatePerHour)
        }
        if let meanDurationMinutes {
            add("mean-duration-minutes", meanDurationMinutes)
            add("duration-distribution", durationDistribution.rawValue)
        }
        if prefill > 0 { add("prefill", prefill) }
        if selectors > 0 { add("selectors", selectors) }
        if gangs > 0 { add("gangs", gangs) }
        add("output", output)
        return parts.joined(separator: " ")
    }
}

extension GeneratorOptions.ArrivalProcess: CaselessArgument {}
extension GeneratorOptions.DurationDistribution: CaselessArgument {}
extension GeneratorOptions.Preset: CaselessArgument {}
