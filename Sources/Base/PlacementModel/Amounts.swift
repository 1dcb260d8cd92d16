// Amounts with stated ranges. They are made once, where text becomes a number; what does not fit is refused there or
// becomes the nearest amount in range, and is said. Behind the edge the columns are plain integers that hold such amounts, so
// that arithmetic on them is bounded:
//
//   device columns   at most 2^21 - 1 each, at most 1024 devices a node   sums over a node stay below 2^31
//                                                                        what pods hold of one is counted up to 2^29
//   node columns     at most 2^60 offered, at most 2^53 asked by a pod    what pods hold of one is counted up to 2^61
//   sums of fleets   CPU at most 2^40 a node or pod, at most 2^20 nodes    below 2^60
//   sums of pods     at most 10^8 of them                                  2^27 times what one asks
//   devices asked    at most 2^14 - 1 of 1000 thousandths                  below 2^24
//   times            at most 2^40 ms                                       sums of two stay below 2^41

/// A whole number within a range that its type states.
public protocol BoundedAmount: Sendable, Hashable, Comparable, BitwiseCopyable {
    static var range: ClosedRange<Int64> { get }
    var value: Int64 { get }
    /// - Precondition: the value is in range.
    init(inRange value: Int64)
}

extension BoundedAmount {
    /// The amount; nil = it is out of range.
    public init?(exactly value: Int64) {
        guard Self.range.contains(value) else { return nil }
        self.init(inRange: value)
    }

    /// The nearest amount in range.
    @inlinable
    public init(nearest value: Int64) {
        self.init(inRange: min(max(value, Self.range.lowerBound), Self.range.upperBound))
    }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// Thousandths of a CPU, of a node or pod: up to 1,099 million CPUs.
public struct CPUMilli: BoundedAmount {
    public static let range: ClosedRange<Int64> = 0...1 << 40
    public let value: Int64
    public init(inRange value: Int64) { self.value = value }
}

/// MiB of a node or pod: up to 1 EiB.
public struct MemoryMiB: BoundedAmount {
    public static let range: ClosedRange<Int64> = 0...1 << 40
    public let value: Int64
    public init(inRange value: Int64) { self.value = value }
}

/// Bytes that a node offers, or units of any other resource: up to 1 EiB.
public struct OfferedAmount: BoundedAmount {
    public static let range: ClosedRange<Int64> = 0...1 << 60
    public let value: Int64
    public init(inRange value: Int64) { self.value = value }
}

/// Bytes that a pod asks, or units of any other resource: up to 8 PiB.
public struct AskedAmount: BoundedAmount {
    public static let range: ClosedRange<Int64> = 0...1 << 53
    public let value: Int64
    public init(inRange value: Int64) { self.value = value }
}

/// Pods that a node takes.
public struct PodCount: BoundedAmount {
    public static let range: ClosedRange<Int64> = 0...1 << 40
    public let value: Int64
    public init(inRange value: Int64) { self.value = value }
}

/// Slots, MiB or vendor cores of one device: up to 2 million, 2 TiB of memory. 1024 devices add up to less than 2^31.
public struct DeviceAmount: BoundedAmount {
    public static let range: ClosedRange<Int64> = 0...(1 << 21) - 1
    public let value: Int64
    public init(inRange value: Int64) { self.value = value }

    public var int32: Int32 { Int32(truncatingIfNeeded: value) }
}

/// MiB or vendor cores that a pod asks of each device. Whatever no device can have is refused by all of them alike.
public struct DeviceShareAmount: BoundedAmount {
    public static let range: ClosedRange<Int64> = 0...Int64(Int32.max)
    public let value: Int64
    public init(inRange value: Int64) { self.value = value }

    public var int32: Int32 { Int32(truncatingIfNeeded: value) }
}

/// Devices that a container asks: up to 16,383, of which no node has as many.
public struct DeviceCount: BoundedAmount {
    public static let range: ClosedRange<Int64> = 0...(1 << 14) - 1
    public let value: Int64
    public init(inRange value: Int64) { self.value = value }

    public var int32: Int32 { Int32(truncatingIfNeeded: value) }
}

/// Milliseconds after the start, or of a stay: up to 34 years.
public struct TraceMs: BoundedAmount {
    public static let range: ClosedRange<Int64> = 0...1 << 40
    public let value: Int64
    public init(inRange value: Int64) { self.value = value }
}

extension Quantity {
    /// The amount in whole units, or in thousandths of one, fractions rounded up; the nearest one in range where it is beyond.
    /// Unlike ``roundedUp`` it never wraps.
    ///
    /// - Complexity: O(1) for up to 18 digits.
    public func amount<Amount: BoundedAmount>(_: Amount.Type = Amount.self, inThousandths: Bool = false) -> Amount {
        if case .scaled(let value, let scale) = amount, value >= 0, value < 1 << 40, (-9...0).contains(scale) {
            // At most 2^40 x 1000 < 2^50: nothing wraps.
            return Amount(nearest: inThousandths ? milliRoundedUp : roundedUp)
        }
        if sign <= 0 { return Amount(nearest: sign == 0 ? 0 : -1) }
        let limit = UInt64(Amount.range.upperBound) / (inThousandths ? 1000 : 1)
        // Below a limit of 2^60 the conversions of Go are exact.
        if decimal.compareMagnitude(toInteger: limit) > 0 { return Amount(inRange: Amount.range.upperBound) }
        return Amount(nearest: inThousandths ? milliRoundedUp : roundedUp)
    }

    /// Whether the amount is beyond a type's range, so that ``amount(_:inThousandths:)`` is not what was written.
    public func exceeds<Amount: BoundedAmount>(_: Amount.Type) -> Bool {
        sign > 0 && decimal.compareMagnitude(toInteger: UInt64(Amount.range.upperBound)) > 0
    }
}
