import DeviceTable

/// The effects of one pod in memory of their own, written and read without counting references.
struct EffectBuffer: ~Copyable {
    private var base: UnsafeMutablePointer<DeviceEffect>
    private var capacity = 32
    private var count = 0

    init() { base = .allocate(capacity: capacity) }

    deinit { base.deallocate() }

    /// Valid until the next change.
    var items: UnsafeBufferPointer<DeviceEffect> { UnsafeBufferPointer(start: base, count: count) }

    mutating func removeAll() { count = 0 }

    @inline(__always)
    mutating func append(_ effect: DeviceEffect) {
        if count == capacity {
            base = grown(base, from: count, to: 2 * capacity)
            capacity *= 2
        }
        (base + count).initialize(to: effect)
        count += 1
    }
}
