/// How large inputs and options may be. Reaching a bound is an error that names it, told in less than a second; nothing is
/// cut off in silence.
public enum InputLimits {
    // MARK: Files

    /// Bytes of one file or of standard input.
    public static let fileBytes = 16 << 30
    /// Bytes read of a device; one that never ends is found out soon.
    public static let deviceBytes = 16 << 20
    /// Bytes of one line of a stream.
    public static let lineBytes = 256 << 20

    // MARK: Documents

    /// Values that one YAML document may unfold to through aliases and merge keys.
    public static let yamlValues = 200_000
    /// Lists within lists, objects within objects.
    public static let nesting = 512

    /// Devices of one node. Times the largest amount of a device, their sums stay below 2^31.
    public static let devicesPerNode = 1024
    /// Columns of a table.
    public static let columns = 4096

    // MARK: What is told

    /// Warnings and notes of one command; further ones are counted.
    public static let warnings = 100

    // MARK: Options

    public static let threads = 1...1024
    public static let jobs = 1...1024
    public static let repeats = 1...10_000
    public static let samples = 1...10_000
    public static let shards = 1...10_000
    public static let roundSize = 1...1_000_000_000
    /// Percent of a fleet's devices asked.
    public static let loadPercent = 1...1000
    /// Devices asked as a multiple of the fleet's, and times a pod list may grow for it.
    public static let tune = 0.01...100.0
    /// Seeds of one range, and of all ranges of an option.
    public static let seeds = 100_000
    /// Runs of a sweep.
    public static let runs = 10_000_000
    /// Nodes and pods that are made up.
    public static let generatedNodes = 0...1_000_000
    public static let generatedPods = 0...10_000_000
    public static let generatedDevicesPerNode = 1...128
    public static let generatedClasses = 1...100_000
    /// Milliseconds: a hundred years.
    public static let durationMs: ClosedRange<Int64> = 1...3_155_760_000_000
}
