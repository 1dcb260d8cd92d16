/// How large inputs and options may be. Reaching a bound is an error that names it, told in less than a second; nothing is
/// cut off in silence.
public enum InputLimits {
    // MARK: Files

    /// Bytes of one file or of standard input.
    public static let fileBytes = 16 << 30
    /// Bytes read of a device; one that never ends is found out soon.
    public static let deviceBytes = 16 << 20
    /// Bytes that a compressed file of a size may unpack to. Snapshots shrink to a thirtieth at most, a bomb to less than a
    /// thousandth.
    public static func unpackedBytes(packed: Int) -> Int {
        // A packed size is at most fileBytes, 2^34: nothing overflows.
        max(256 << 20, min(packed * 100, fileBytes))
    }
    /// Bytes of one line of a stream.
    public static let lineBytes = 256 << 20

    // MARK: Documents

    /// Values that one YAML document may unfold to through aliases and merge keys.
    public static let yamlValues = 200_000
    /// Lists within lists, objects within objects.
    public static let nesting = 512

    /// Nodes of a fleet, and pods of a trace: a million nodes of the largest amounts, and the pods that may be made up.
    public static let nodes = 1 << 20
    public static let tracePods = 100_000_000
    /// Devices of one node. Times the largest amount of a device, their sums stay below 2^31.
    public static let devicesPerNode = 1024
    /// Containers of a pod, and as many init containers; the API server's largest objects have room for a few thousand. Their
    /// places stay below 2^16, and sums of what a pod's containers ask of devices below 2^13 x 2^14 x 2^31 = 2^58.
    public static let containers = 4096
    /// Columns of a table.
    public static let columns = 4096

    /// Counts in saved runs and records: those that a double holds exactly.
    public static let savedCounts: ClosedRange<Int64> = -(1 << 53)...(1 << 53)
    /// Measures in saved runs and records.
    public static let savedNumbers: ClosedRange<Double> = -1e15...1e15

    /// Pods of one workload object (a Deployment, a Job, ...), and of all of an input.
    public static let workloadPods = 100_000
    public static let workloadPodsInAll = 500_000
    /// Devices of a node in a trace or in words.
    public static let traceDevicesPerNode = 128
    /// Equal nodes in words: of a trace's fleet, and of a what-if.
    public static let describedNodes = 1...1_000_000
    public static let addedNodes = 1...100_000
    /// The price of a node in whole units of a currency, and the rows of a price list: 500 offers of 100,000 nodes each cost less
    /// than 2^63 hundredths.
    public static let price: ClosedRange<Int64> = 0...1_000_000_000
    public static let offers = 500
    /// Nodes, devices or jobs in one row of a log.
    public static let importedCount: Int64 = 1_000_000
    /// Pods that the jobs of a log make beyond one a row.
    public static let importedPodsBeyondRows = 4_000_000
    /// Elements of a list within one record of a log.
    public static let importedList = 10_000

    // MARK: Searches that end with the best found so far

    /// Parts of combinations of devices that a choice by the scores of pairs looks at.
    public static let pairChoiceSteps = 100_000
    /// Trials of the exact search for the cheapest additions.
    public static let additionTrials = 60

    // MARK: What is told

    /// Warnings and notes of one command; further ones are counted.
    public static let warnings = 100

    // MARK: Options

    public static let threads = 1...1024
    public static let jobs = 1...1024
    public static let repeats = 1...10_000
    public static let samples = 1...10_000
    public static let shards = 1...10_000
    /// Rounds of a comparison of two builds, and looks at records that grow.
    public static let comparisonRounds = 1...10_000
    public static let looks = 1...100
    /// Percent that a build may be slower.
    public static let slowdownPercent = 0.0...1000.0
    public static let roundSize = 1...1_000_000_000
    /// Percent of a fleet's devices asked.
    public static let loadPercent = 1...1000
    /// Devices asked as a multiple of the fleet's, and times a pod list may grow for it.
    public static let tune = 0.01...100.0
    /// Pods that a list of so many grows to for it: a hundred times as many, and a million more.
    public static func tunedPods(of pods: Int) -> Int {
        // A list has at most tracePods, below 2^27.
        min(pods * 100 + 1_000_000, tracePods)
    }
    /// Seeds of one range, and of all ranges of an option.
    public static let seeds = 100_000
    /// Runs of a sweep.
    public static let runs = 10_000_000
    /// Nodes, pods and request classes that are made up, and the share of a vendor.
    public static let generatedNodes = 1...1_000_000
    public static let generatedPods = 0...100_000_000
    public static let generatedClasses = 1...1_000_000
    public static let generatedShare = 1...1_000_000
    public static let arrivalsPerHour = 0.001...1e9
    public static let meanDurationMinutes = 0.001...1e7
    /// Milliseconds: a hundred years.
    public static let durationMs: ClosedRange<Int64> = 1...3_155_760_000_000
}
