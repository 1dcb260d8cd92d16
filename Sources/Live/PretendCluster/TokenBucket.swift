/// A client-side limit of requests: so many a second, so many at once.
///
/// - Source: client-go util/flowcontrol; the device plugins run with its defaults of 5 and 10
struct TokenBucket: Sendable {
    var perSecond: Int64 = 5
    var burst: Int64 = 10
    /// When the next token is due, were all taken one by one.
    private var dueNanoseconds: Int64 = .min

    /// Takes a token and says when it is there: now, or later.
    mutating func take(at nanoseconds: Int64) -> Int64 {
        let interval = 1_000_000_000 / perSecond
        dueNanoseconds = max(dueNanoseconds, nanoseconds - (burst - 1) * interval)
        let time = max(dueNanoseconds, nanoseconds)
        dueNanoseconds += interval
        return time
    }

    init(perSecond: Int64 = 5, burst: Int64 = 10) {
        self.perSecond = perSecond
        self.burst = burst
    }
}
