import DeviceTable

/// The exact vector of what Fit and score read of a node, as words: its shape's number and the usage of each device.
///
/// ```
/// shape | used ... | memory ... | cores ... | usable bits ... | columns of vendors ..., on few nodes
/// ```
struct StateKey: ~Copyable {
    private(set) var words: UnsafeMutablePointer<Int32>
    private(set) var count = 0
    private var capacity = 256

    init() { words = .allocate(capacity: capacity) }

    deinit { words.deallocate() }

    /// A key of a number alone, behind what is no shape.
    mutating func read(alone number: UInt64) {
        words[0] = ShapeNumbers.alone
        words[1] = Int32(truncatingIfNeeded: number)
        words[2] = Int32(truncatingIfNeeded: number >> 32)
        count = 3
    }

    /// - Complexity: O(devices)
    mutating func read(_ node: Int, shape: Int32, _ table: DeviceTable) {
        let first = Int(table.heads.base[node].firstDevice)
        let devices = Int(table.heads.base[node].deviceCount)
        let most = 2 + (4 + table.vendorNumbers.count) * devices
        if most > capacity { reserve(most) }
        words[0] = shape
        count = 1
        append(table.used, first, devices)
        append(table.usedMemoryMiB, first, devices)
        append(table.usedCores, first, devices)
        appendUsable(table, first, devices)
        // Few vendors leave more than usage; a longer key tells their nodes from the others.
        if table.heads.base[node].flags.contains(.marked) {
            for column in table.vendorNumbers { append(column, first, devices) }
        }
    }

    private mutating func reserve(_ wanted: Int) {
        words.deallocate()
        capacity = 2 * wanted
        words = .allocate(capacity: capacity)
    }

    @inline(__always)
    private mutating func append(_ column: Column<Int32>, _ first: Int, _ devices: Int) {
        (words + count).update(from: column.base + first, count: devices)
        count += devices
    }

    /// A bit for each device.
    private mutating func appendUsable(_ table: DeviceTable, _ first: Int, _ devices: Int) {
        let usable = table.usable.base + first
        var bits: Int32 = 0
        for device in 0..<devices {
            if device & 31 == 0 && device > 0 {
                words[count] = bits
                count += 1
                bits = 0
            }
            bits |= Int32(usable[device] & 1) << Int32(device & 31)
        }
        words[count] = bits
        count += 1
    }

    func equals(_ other: UnsafePointer<Int32>) -> Bool {
        var difference: Int32 = 0
        for place in 0..<count { difference |= words[place] ^ other[place] }
        return difference == 0
    }

    /// Two chains side by side: one multiplication waits for the other otherwise.
    var hash: UInt32 {
        var chains: (UInt64, UInt64) = (0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f)
        var place = 0
        while place + 4 <= count {
            chains.0 = Self.mix(chains.0, words[place], words[place + 1])
            chains.1 = Self.mix(chains.1, words[place + 2], words[place + 3])
            place += 4
        }
        while place < count {
            chains.0 = Self.mix(chains.0, words[place], 0)
            place += 1
        }
        let hash = chains.0 ^ (chains.1 << 23 | chains.1 >> 41)
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }

    @inline(__always)
    private static func mix(_ chain: UInt64, _ low: Int32, _ high: Int32) -> UInt64 {
        let pair = UInt64(UInt32(bitPattern: low)) | UInt64(UInt32(bitPattern: high)) << 32
        let product = (chain ^ pair) &* 0xff51_afd7_ed55_8ccd
        return product ^ product >> 32
    }
}
