/// How much is kept of what has been: the bound of every cache, in one place.
///
/// What depends on the fleet alone (rows, devices, indexes) is bounded by the most it has had at once. Everything else is dropped
/// past these numbers, by ``Fleet/forgetIdle(isHeld:)`` or, where engines keep it, before a round; it is worked out again when it is
/// wanted, so no decision depends on them.
public enum Limits {
    /// Request classes; past these the ones least recently asked for go, down to half.
    public static let requestClasses = 16_384
    /// Namespaces without use and limits, and amounts of CPU and memory that nobody takes any more.
    static let namespaces = 4_096
    static let footprints = 4_096
    /// Device ids and texts of annotations that nobody names any more.
    static let symbols = 65_536
    /// Distinct memory totals of one vendor's devices.
    static let memoryTotals = 64
    /// Device rows that no node has, beside as many as nodes have.
    static let freeDevices = 4_096
    /// Sets of constraints whose nodes are kept.
    static let constraintSets = 1_024
    /// Asks whose answers by node state are kept, and devices that one of them remembers.
    static let asks = 16_384
    static let askRecords = 1 << 18
    /// Scores of nodes in trees of single classes: 24 bytes each.
    static let treeScores = 1 << 24
    /// Bytes of marks at nodes that refused a class.
    static let refusalBytes = 1 << 28
    /// Shapes and kinds of nodes that have been, for each row, beside ``shapesAtLeast``.
    static let shapesPerRow = 4
    static let shapesAtLeast = 4_096
    /// Words of state keys that stand for nothing any more.
    static let lostWords = 1 << 18
}
