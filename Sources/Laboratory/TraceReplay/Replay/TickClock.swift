import Foundation
import PlacementKernels

/// Monotonic nanoseconds from the processor's counter, which takes half the time of a call of the system's clock.
///
/// A decision takes tens of nanoseconds where a class is known to be refused; the system's clock, read after each, would be a tenth
/// of a replay. The counter is used only where the kernel itself keeps time by it, so that it runs steadily and alike on all
/// processors; its pace is measured against the system's clock once.
public struct TickClock: Sendable {
    private let firstTicks: UInt64
    /// Nanoseconds a tick, as a fraction of 2^32.
    private let pace: UInt64

    /// The clock of replays: by the counter where it can be relied on, else the system's.
    public static let shared: @Sendable () -> UInt64 = {
        guard isSteady, let clock = TickClock(milliseconds: 10) else { return monotonicNanoseconds }
        return { clock.nanoseconds }
    }()

    /// Whether the kernel keeps time by the counter.
    private static var isSteady: Bool {
        let source = try? String(
            contentsOfFile: "/sys/devices/system/clocksource/clocksource0/current_clocksource", encoding: .utf8)
        return source?.trimmingCharacters(in: .whitespacesAndNewlines) == "tsc"
    }

    /// Measures the counter's pace.
    ///
    /// - Parameter milliseconds: how long; the error is about 50 ns in that time.
    /// - Returns: nil where there is no counter.
    init?(milliseconds: UInt32) {
        let first = Self.reading()
        usleep(milliseconds * 1000)
        let last = Self.reading()
        guard last.ticks > first.ticks else { return nil }
        firstTicks = first.ticks
        pace = ((last.nanoseconds - first.nanoseconds) << 32) / (last.ticks - first.ticks)
    }

    /// Both clocks at one moment: of several tries the one that took least.
    private static func reading() -> (ticks: UInt64, nanoseconds: UInt64) {
        var best = (ticks: UInt64(0), nanoseconds: UInt64(0))
        var least = UInt64.max
        for _ in 0..<16 {
            let before = processorTicks()
            let nanoseconds = monotonicNanoseconds()
            let spent = processorTicks() &- before
            if spent < least { (least, best) = (spent, (before &+ spent / 2, nanoseconds)) }
        }
        return best
    }

    /// Since the clock was made.
    @inline(__always)
    var nanoseconds: UInt64 {
        let product = (processorTicks() &- firstTicks).multipliedFullWidth(by: pace)
        return product.high << 32 | product.low >> 32
    }
}
