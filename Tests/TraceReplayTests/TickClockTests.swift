import Glibc
import Testing

@testable import TraceReplay

/// The clock of replays against the system's.
@Suite struct TickClockTests {
    @Test(.enabled(if: TickClock(milliseconds: 1) != nil, "the processor has no counter"))
    func runsAtTheSystemsPace() throws {
        let clock = try #require(TickClock(milliseconds: 20))
        let (start, systemStart) = (clock.nanoseconds, monotonicNanoseconds())
        usleep(200_000)
        let (end, systemEnd) = (clock.nanoseconds, monotonicNanoseconds())
        let passed = Double(systemEnd - systemStart)
        // The two clocks are read one after the other, and the thread may be held up in between: many times that much is allowed.
        #expect(abs(Double(end - start) - passed) < passed * 0.2)
    }

    @Test func neverGoesBack() {
        var last = TickClock.shared()
        for _ in 0..<100_000 {
            let now = TickClock.shared()
            #expect(now >= last)
            last = now
        }
    }
}
