import BulkJSON
import PlacementModel
import TraceModel
import TraceReplay

/// A sweep cut into shards that other machines run: a folder with the traces, a script a shard, what a batch system needs
/// to start them, and what joining the results needs to know.
///
/// ```
/// plan.json         settings, and the keys of all runs
/// traces/           what the shards read, copied, so that the folder can move
/// shard.sh N        runs shard N, from 1; goes on where it stopped
/// slurm.sh          a job array over the shards, for sbatch
/// kubernetes.yaml   an Indexed Job over the shards
/// results/          a file a shard
/// ```
public struct SweepPlan: Sendable {
    static let word = "berth-sweep-plan"
    static let version: Int64 = 1
    static let planFile = "plan.json"
    static let resultsFolder = "results"

    /// A trace folder as the shards name it, and the files of it that they read.
    public struct Source: Sendable, Hashable {
        public var folder: String
        /// Lists of an openb folder; a trace in Berth's format knows its own.
        public var files: [String]
        /// Pod lists of an openb folder, separated by commas; nil = a trace in Berth's format.
        public var podsVariant: String?

        public init(folder: String, files: [String] = [], podsVariant: String? = nil) {
            self.folder = folder
            self.files = files
            self.podsVariant = podsVariant
        }
    }

    public var sources: [Source]
    /// Policies and seeds as on the command line.
    public var policies: String
    public var seeds: String
    public var settings: SweepSettings
    public var shardCount: Int
    /// All runs in the order that cuts them into shards.
    public var runs: [SweepKey]
    /// Image of the Indexed Job, with `berth` and `sh` in it.
    public var image: String
    /// Volume claim that holds the plan's folder on a cluster.
    public var claim: String

    public init(
        sources: [Source], policies: String, seeds: String, settings: SweepSettings, shardCount: Int, runs: [SweepKey],
        image: String, claim: String
    ) {
        self.sources = sources
        self.policies = policies
        self.seeds = seeds
        self.settings = settings
        self.shardCount = shardCount
        self.runs = runs
        self.image = image
        self.claim = claim
    }

    /// Refuses a folder that holds a plan already. An empty plan file is what an interruption leaves of one; it is replaced.
    private static func checkFree(_ folder: String) throws(TraceError) {
        let file = TraceFormat.path(folder, planFile)
        guard TraceFiles.exists(file) else { return }
        if try TraceFiles.read(file).isEmpty { return }
        do throws(TraceError) { _ = try readPlan(file) } catch {
            throw TraceError(
                file: file, problem: "is no whole plan (\(error.problem)); remove the file to plan anew")
        }
        throw TraceError(file: folder, problem: "holds a plan already; its results would not fit another one")
    }

    /// Writes the folder.
    ///
    /// - Throws: ``TraceError`` when a plan stands there already, a file cannot be copied or written, or a name would not
    ///   survive a shell.
    public func write(folder: String) throws(TraceError) {
        try Self.checkFree(folder)
        try TraceFiles.makeFolder(TraceFormat.path(folder, Self.resultsFolder))
        try TraceFiles.makeFolder(TraceFormat.path(folder, "logs"))
        for (place, source) in sources.enumerated() {
            let target = TraceFormat.path(folder, Self.copiedFolder(place))
            try TraceFiles.makeFolder(target)
            var files: [(name: String, bytes: [UInt8])] = []
            if source.podsVariant == nil {
                files = try Trace.files(of: source.folder)
            } else {
                for file in source.files {
                    files.append((file, try TraceFiles.read(TraceFormat.path(source.folder, file))))
                }
            }
            try TraceFiles.write(files.map { (TraceFormat.path(target, $0.name), $0.bytes) })
        }
        for (name, text) in [
            ("shard.sh", shardScript), ("slurm.sh", slurmScript), ("kubernetes.yaml", kubernetesManifest),
        ] {
            try TraceFiles.write(Array(text.utf8), to: TraceFormat.path(folder, name))
        }
        // The last file, so that a plan that was not finished is none.
        try TraceFiles.write(json, to: TraceFormat.path(folder, Self.planFile))
    }

    /// Where the shards find a trace, from the plan's folder.
    static func copiedFolder(_ place: Int) -> String { "traces/\(place + 1)" }

    /// The files of a plan over some traces, from its folder.
    public static func files(of sources: [Source]) -> [String] {
        [planFile, "shard.sh", "slurm.sh", "kubernetes.yaml"]
            + sources.enumerated().flatMap { place, source in
                (source.podsVariant == nil ? Trace.fileNames : source.files).map { copiedFolder(place) + "/" + $0 }
            }
    }

    private var json: [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginObject()
        writer.key("format")
        writer.string(Self.word)
        writer.key("formatVersion")
        writer.int(Self.version)
        writer.key("shards")
        writer.int(shardCount)
        writer.key("tune")
        writer.double(settings.ratio)
        writer.key("draws")
        writer.string(settings.draws.rawValue)
        writer.key("repeats")
        writer.int(settings.repeats)
        writer.key("roundSize")
        writer.int(settings.roundSize)
        writer.key("reading")
        writer.string(settings.reading.rawValue)
        writer.key("statistics")
        writer.string(settings.statistics.rawValue)
        writer.key("runs")
        writer.beginArray()
        for run in runs {
            writer.beginObject()
            writer.key("trace")
            writer.string(run.trace)
            writer.key("policy")
            writer.string(run.policy)
            writer.key("seed")
            writer.uint(run.seed)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.newline()
        return writer.bytes
    }
}

// MARK: - Joining

extension SweepPlan {
    /// Joins the results of a plan's shards.
    ///
    /// - Returns: all runs in the order of the one-machine table, and the settings they were made under.
    /// - Throws: ``TraceError`` that names the shards of which runs are missing.
    public static func merge(folder: String) throws(TraceError) -> (rows: [SweepRow], settings: SweepSettings) {
        let file = TraceFormat.path(folder, planFile)
        if !TraceFiles.exists(file) {
            throw TraceError(file: folder, problem: "holds no plan: it has no \(planFile)")
        }
        let plan = try readPlan(file)
        let paths = (1...plan.shards).map { TraceFormat.path(folder, "\(resultsFolder)/shard-\($0).csv") }
        let rows = try Sweep.merge(paths.filter(TraceFiles.exists), settings: plan.settings)
        let known = Set(rows.map(\.key))
        var missing: [Int: Int] = [:]
        for (place, run) in plan.runs.enumerated() where !known.contains(run) {
            missing[place % plan.shards + 1, default: 0] += 1
        }
        if !missing.isEmpty {
            let shards = missing.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value) missing)" }
            throw TraceError(
                file: folder,
                problem: "\(missing.values.reduce(0, +)) of \(plan.runs.count) runs are missing; run again "
                    + "shard\(shards.count == 1 ? "" : "s") " + shards.joined(separator: ", "))
        }
        let planned = Set(plan.runs)
        if let other = rows.first(where: { !planned.contains($0.key) }) {
            throw TraceError(
                file: folder,
                problem: "run \(other.key.trace), \(other.key.policy), seed \(other.key.seed) is not in the plan")
        }
        return (rows, plan.settings)
    }

    private struct ReadPlan {
        var shards: Int
        var settings: SweepSettings
        var runs: [SweepKey]
    }

    private static func readPlan(_ file: String) throws(TraceError) -> ReadPlan {
        let bytes = try TraceFiles.read(file)
        let parser = JSONParser()
        let root: JSONValue
        do { root = try parser.parse(bytes) } catch { throw TraceError(file: file, problem: "\(error)") }
        guard root["format"]?.string == word, root["formatVersion"]?.int64 == version else {
            throw TraceError(file: file, problem: "format must be \"\(word)\", formatVersion \(version)")
        }
        guard let shards = root["shards"]?.int64, InputLimits.shards.contains(Int(shards)),
            let tune = root["tune"]?.double, InputLimits.tune.contains(tune),
            let draws = root["draws"]?.string.flatMap(DrawSource.init), let repeats = root["repeats"]?.int64,
            InputLimits.repeats.contains(Int(repeats)),
            let roundSize = root["roundSize"]?.int64, InputLimits.roundSize.contains(Int(roundSize)),
            let reading = root["reading"]?.string.flatMap(LoadReading.init),
            let statistics = root["statistics"]?.string.flatMap(ReplayOptions.Statistics.init),
            let list = root["runs"], list.kind == .array
        else {
            throw TraceError(
                file: file,
                problem:
                    "needs shards, tune, draws, repeats, roundSize, reading, statistics and runs, within their bounds")
        }
        let settings = SweepSettings(
            ratio: tune, draws: draws, repeats: Int(repeats), roundSize: Int(roundSize), reading: reading,
            statistics: statistics)
        var runs: [SweepKey] = []
        for (place, run) in list.elements.enumerated() {
            guard let trace = run["trace"]?.string, let policy = run["policy"]?.string, let seed = run["seed"]?.uint64
            else { throw TraceError(file: file, problem: "runs[\(place)] needs trace, policy and seed") }
            runs.append(SweepKey(trace: trace, policy: policy, seed: seed))
        }
        return ReadPlan(shards: Int(shards), settings: settings, runs: runs)
    }
}
