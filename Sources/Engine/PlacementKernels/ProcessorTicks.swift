import CIntrinsics

/// The processor's counter of time; 0 where there is none that programs may read.
@inlinable
@inline(__always)
public func processorTicks() -> UInt64 { berth_ticks() }
