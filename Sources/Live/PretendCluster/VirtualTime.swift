import PlacementModel

/// One instant of a pretend cluster: nothing in this module reads a clock, whoever drives it says what time it is.
///
/// Durations are measured on `nanoseconds`, which never goes back; what objects show (`creationTimestamp`, locks, leases)
/// comes from `wallSeconds`, which may jump.
public struct VirtualTime: Sendable, Hashable {
    public var nanoseconds: Int64
    /// Seconds since 1970.
    public var wallSeconds: Int64

    public init(nanoseconds: Int64, wallSeconds: Int64) {
        self.nanoseconds = nanoseconds
        self.wallSeconds = wallSeconds
    }

    /// A number of seconds that somebody sent, as nanoseconds: none for negative ones, and no more than thirty years.
    static func nanoseconds(seconds: Int64) -> Int64 { min(max(seconds, 0), 1_000_000_000) * 1_000_000_000 }

    /// The wall clock as Kubernetes writes it, to the second.
    public var text: String { CivilTime.rfc3339(unixSeconds: wallSeconds) }

    /// The wall clock with microseconds, as leases hold it.
    public var microText: String {
        let fraction = String(nanoseconds / 1_000 % 1_000_000)
        let digits = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
        return "\(text.dropLast()).\(digits)Z"
    }
}
