/// The time of an event, as whoever feeds the core read it: the core itself has no clock.
///
/// Both readings are recorded with the event, and neither ever goes back from one event to the next; a reading that does is taken
/// as the one before.
public struct Now: Sendable, Hashable {
    /// Nanoseconds of a clock that is not set: for deadlines.
    public var monotonicNanoseconds: Int64
    /// Seconds since 1970, UTC: for what is written into objects.
    public var wallSeconds: Int64

    public init(monotonicNanoseconds: Int64, wallSeconds: Int64) {
        self.monotonicNanoseconds = monotonicNanoseconds
        self.wallSeconds = wallSeconds
    }

    /// The later of both, reading by reading.
    func noEarlier(than other: Now) -> Now {
        Now(
            monotonicNanoseconds: max(monotonicNanoseconds, other.monotonicNanoseconds),
            wallSeconds: max(wallSeconds, other.wallSeconds))
    }
}

/// Spans of the monotonic clock.
enum Span {
    static let millisecond: Int64 = 1_000_000
    static let second: Int64 = 1_000_000_000
    static let minute: Int64 = 60 * second
}
