import PlacementEngine

/// The distinct states that nodes have been in, numbered: what a score may depend on, without the order of devices.
///
/// ```
/// slots     open addressing over state numbers, at most half full
/// cpu       milli left, by state                    exact keys, compared in full
/// model     by state, with the device count
/// sorted    thousandths left by device, ascending, `stride` numbers a state
/// ```
struct MilliStates: ~Copyable {
    let stride: Int
    private(set) var count = 0
    private var capacity = 1 << 12
    private(set) var cpu: UnsafeMutablePointer<Int64>
    private(set) var model: UnsafeMutablePointer<Int64>
    private(set) var sorted: UnsafeMutablePointer<Int32>
    private var slots: UnsafeMutablePointer<Int32>

    /// - Parameter stride: most devices of a node.
    init(stride: Int) {
        self.stride = stride
        cpu = .allocate(capacity: capacity)
        model = .allocate(capacity: capacity)
        sorted = .allocate(capacity: (capacity + 1) * stride)
        slots = .allocate(capacity: capacity * 2)
        slots.initialize(repeating: -1, count: capacity * 2)
    }

    deinit {
        cpu.deallocate()
        model.deallocate()
        sorted.deallocate()
        slots.deallocate()
    }

    /// Devices left of a state, ascending.
    @inline(__always)
    func devices(of state: Int) -> UnsafeMutablePointer<Int32> { sorted + state * stride }

    mutating func removeAll() {
        count = 0
        slots.update(repeating: -1, count: capacity * 2)
    }

    /// The number of a node's state, the next one if it is new. - Complexity: O(devices^2) on average
    mutating func intern(_ node: MilliNode) -> Int {
        if count == capacity { grow() }
        // The row after the last state holds the one that is looked up.
        let row = devices(of: count)
        let devices = Int(node.deviceCount)
        for device in 0..<devices {
            let left = node.left[device]
            var place = device
            while place > 0 && row[place - 1] > left {
                row[place] = row[place - 1]
                place -= 1
            }
            row[place] = left
        }
        let kind = Int64(node.model) << 32 | Int64(devices)
        var slot = slot(cpu: node.cpuLeftMilli, kind: kind, row)
        while slots[slot] >= 0 {
            let known = Int(slots[slot])
            if cpu[known] == node.cpuLeftMilli && model[known] == kind && isEqual(known, row, devices) { return known }
            slot = (slot + 1) & (capacity * 2 - 1)
        }
        slots[slot] = Int32(truncatingIfNeeded: count)
        cpu[count] = node.cpuLeftMilli
        model[count] = kind
        count += 1
        return count - 1
    }

    @inline(__always)
    func deviceCount(of state: Int) -> Int { Int(model[state] & 0xffff_ffff) }

    @inline(__always)
    func modelSymbol(of state: Int) -> Int32 { Int32(truncatingIfNeeded: model[state] >> 32) }

    private func isEqual(_ state: Int, _ row: UnsafeMutablePointer<Int32>, _ devices: Int) -> Bool {
        let known = self.devices(of: state)
        for device in 0..<devices where known[device] != row[device] { return false }
        return true
    }

    private func slot(cpu: Int64, kind: Int64, _ row: UnsafeMutablePointer<Int32>) -> Int {
        var hash = UInt64(bitPattern: cpu) &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(bitPattern: kind)
        for device in 0..<Int(kind & 0xffff_ffff) {
            hash = (hash ^ UInt64(UInt32(bitPattern: row[device]))) &* 0xd6e8_feb8_6659_fd93
            hash ^= hash >> 32
        }
        return Int(truncatingIfNeeded: hash ^ hash >> 29) & (capacity * 2 - 1)
    }

    private mutating func grow() {
        func enlarged<Element>(_ old: UnsafeMutablePointer<Element>, _ count: Int, _ capacity: Int)
            -> UnsafeMutablePointer<Element>
        {
            let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
            larger.moveInitialize(from: old, count: count)
            old.deallocate()
            return larger
        }
        cpu = enlarged(cpu, count, capacity * 2)
        model = enlarged(model, count, capacity * 2)
        sorted = enlarged(sorted, count * stride, (capacity * 2 + 1) * stride)
        slots.deallocate()
        capacity *= 2
        slots = .allocate(capacity: capacity * 2)
        slots.initialize(repeating: -1, count: capacity * 2)
        for state in 0..<count {
            var slot = slot(cpu: cpu[state], kind: model[state], devices(of: state))
            while slots[slot] >= 0 { slot = (slot + 1) & (capacity * 2 - 1) }
            slots[slot] = Int32(state)
        }
    }
}
