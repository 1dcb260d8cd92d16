/// One trivial value at a stable address, owned by the class that holds it as a constant.
///
/// Hot loops read a class's variables many times a placement; a constant handle spares the exclusivity check each time.
public struct Cell<Value: BitwiseCopyable>: @unchecked Sendable {
    // Sendable by hand-over, with its owner.
    @usableFromInline let address: UnsafeMutablePointer<Value>

    public init(_ value: Value) {
        address = .allocate(capacity: 1)
        address.initialize(to: value)
    }

    public func deallocate() { address.deallocate() }

    /// Where the value stands, for kernels.
    @inlinable public var pointer: UnsafePointer<Value> { UnsafePointer(address) }

    @inlinable public var value: Value {
        get { address.pointee }
        nonmutating set { address.pointee = newValue }
    }
}
