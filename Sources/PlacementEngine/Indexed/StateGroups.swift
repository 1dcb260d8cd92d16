import DeviceTable
import PlacementModel

/// The nodes of one vendor grouped by state: nodes of one state are alike to every request, but for CPU, memory and
/// constraints.
///
/// Where cards are handed out whole or in few sizes, thousands of nodes share a handful of states, and a request has to be
/// tried once per state instead of once per node. A state is the exact vector of what Fit and score read: the node's shape
/// (types, totals, NUMA, facts: interned) and the usage of each device. Nodes of a state are kept in row order.
/// - Complexity: update O(devices + log of states); memory O(nodes + states x devices).
struct StateGroups: ~Copyable {
    struct State {
        var firstWord: Int
        var wordCount: Int
        /// Node rows ascending, from `start` on.
        var nodes: [Int32] = []
        var start = 0

        var count: Int { nodes.count - start }
    }

    private(set) var states: [State] = []
    /// By state: its lowest row, -1 = no node.
    private var firstNodes: [Int32] = []
    /// By state: what an ask reads of it before it is tried.
    private(set) var summaries: [StateSummary] = []
    /// States with nodes.
    private(set) var live = LiveStates()
    /// Where the next number to use again is looked for.
    private var hand = 0
    /// Numbers that came to stand for another state, in this order; ``reassignedStart`` of them have been dropped.
    private(set) var reassigned: [Int32] = []
    private(set) var reassignedStart = 0
    private var stateOfNode: [Int32] = []
    private var shapeOfNode: [Int32] = []
    /// First device row of the node when its shape was found: a node that got other devices has another.
    private var shapedFirstDevice: [Int32] = []
    private var words: [Int32] = []
    /// State by hash of its key; open addressing, -1 = empty. A number that was reassigned stays where it was, too, until the
    /// next rebuild: keys are compared.
    private var slots: [Int32] = Array(repeating: -1, count: 1024)
    private var slotsTaken = 0
    private var lastShaped = (node: -1, number: Int32(-1))
    private var shapeNumbers: [NodeShape: Int32] = [:]
    private var kindNumbers: [SIMD2<Int32>: Int32] = [:]
    private var lastKind = (shapeAndIdle: SIMD2<Int32>(-1, -1), number: Int32(-1))
    private var key: [Int32] = []
    private var unsharedCount: Int32 = 0
    private var position = 0
    private(set) var nodesRescored = 0

    private let vendor: VendorID

    init(vendor: VendorID) {
        self.vendor = vendor
        key.reserveCapacity(1024)
    }

    /// Moves every node changed since the last call to its present state.
    mutating func catchUp(_ table: DeviceTable) {
        let log = table.vendorLogs[vendor.index]
        if log.end == position { return }
        if stateOfNode.count < table.nodeRowCount {
            let more = table.nodeRowCount - stateOfNode.count
            stateOfNode.append(contentsOf: repeatElement(-1, count: more))
            shapeOfNode.append(contentsOf: repeatElement(-1, count: more))
            shapedFirstDevice.append(contentsOf: repeatElement(-1, count: more))
        }
        if position == 0 { reserve(nodes: table.nodeRowCount) }
        let entries = log.entries
        if let first = log.index(of: position), position > 0 {
            var last: Int32 = -1
            for entry in first..<entries.count where entries[entry] != last {
                last = entries[entry]
                rescore(Int(last), table)
            }
        } else {
            for node in 0..<table.nodeRowCount { rescore(node, table) }
        }
        position = log.end
    }

    /// Makes room for the states of a busy fleet at once: to move them as they grow would fall on single decisions.
    private mutating func reserve(nodes: Int) {
        let count = min(nodes, 4096)
        states.reserveCapacity(count)
        firstNodes.reserveCapacity(count)
        summaries.reserveCapacity(count)
        live.reserveCapacity(count)
        words.reserveCapacity(count * 64)
        if slots.count < 2 * count { slots = Array(repeating: -1, count: 8192) }
    }

    private mutating func rescore(_ node: Int, _ table: DeviceTable) {
        let head = table.heads.base[node]
        let isMember = head.flags.contains(.alive) && head.words & vendor.bit != 0
        let old = stateOfNode[node]
        guard isMember else {
            if old >= 0 { leave(Int(old), Int32(node)) }
            stateOfNode[node] = -1
            return
        }
        nodesRescored += 1
        let state = state(of: node, table)
        if state == old { return }
        if old >= 0 { leave(Int(old), Int32(node)) }
        enter(Int(state), Int32(node))
        stateOfNode[node] = state
    }

    private mutating func leave(_ state: Int, _ node: Int32) {
        if states[state].nodes[states[state].start] == node {
            states[state].start += 1
            if states[state].start > 64 && states[state].start * 2 > states[state].nodes.count {
                states[state].nodes.removeFirst(states[state].start)
                states[state].start = 0
            }
        } else {
            states[state].nodes.remove(at: place(of: node, in: state))
        }
        if states[state].count > 0 {
            firstNodes[state] = states[state].nodes[states[state].start]
            return
        }
        states[state].nodes.removeAll(keepingCapacity: true)
        states[state].start = 0
        firstNodes[state] = -1
        live.remove(state, summaries[state])
    }

    private mutating func enter(_ state: Int, _ node: Int32) {
        if firstNodes[state] < 0 {
            live.insert(state, summaries[state])
            firstNodes[state] = node
        } else if node < firstNodes[state] {
            firstNodes[state] = node
        }
        states[state].nodes.insert(node, at: place(of: node, in: state))
    }

    /// Where the node is, or belongs, in its state's list.
    private func place(of node: Int32, in state: Int) -> Int {
        var low = states[state].start
        var high = states[state].nodes.count
        while low < high {
            let middle = (low + high) / 2
            if states[state].nodes[middle] < node { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The state a node was in at the last visit.
    func state(of node: Int) -> Int { Int(stateOfNode[node]) }

    /// The state's lowest row.
    func firstNode(of state: Int) -> Int32 { firstNodes[state] }

    /// Whether any node is in the state.
    func isLive(_ state: Int) -> Bool { firstNodes[state] >= 0 }

    /// The state's lowest row that `accepts`, -1 = none.
    func firstNode(of state: Int, accepts: (Int) -> Bool) -> Int {
        for place in states[state].start..<states[state].nodes.count where accepts(Int(states[state].nodes[place])) {
            return Int(states[state].nodes[place])
        }
        return -1
    }

    // MARK: Keys

    private mutating func state(of node: Int, _ table: DeviceTable) -> Int32 {
        key.removeAll(keepingCapacity: true)
        let devices = table.devices(of: node)
        let mustBeAlone =
            table.heads.base[node].flags.contains(.duplicateIDs)
            || devices.contains { table.flags.base[$0].contains(.mig) }
        if mustBeAlone {
            // A state of its own, never met again.
            unsharedCount += 1
            key.append(-unsharedCount)
            return find(node, shape: -1, table)
        } else {
            let shape = shape(of: node, table)
            key.append(shape)
            appendColumn(table.used, devices)
            appendColumn(table.usedMemoryMiB, devices)
            appendColumn(table.usedCores, devices)
            appendUsable(table, devices)
            // Few vendors leave more than usage; a longer key tells their nodes from the others.
            let leavesMore = devices.contains {
                table.onlinePods.base[$0] | table.offlinePods.base[$0] != 0 || table.expectedQoS.base[$0] >= 0
            }
            if leavesMore {
                appendColumn(table.onlinePods, devices)
                appendColumn(table.offlinePods, devices)
                appendColumn(table.expectedQoS, devices)
            }
            return find(node, shape: shape, table)
        }
    }

    private mutating func appendColumn(_ column: Column<Int32>, _ devices: Range<Int>) {
        key.append(
            contentsOf: UnsafeBufferPointer(start: column.base + devices.lowerBound, count: devices.count))
    }

    /// A bit for each device.
    private mutating func appendUsable(_ table: DeviceTable, _ devices: Range<Int>) {
        var bits: Int32 = 0
        for device in devices {
            let place = (device - devices.lowerBound) & 31
            if place == 0 && device > devices.lowerBound {
                key.append(bits)
                bits = 0
            }
            if table.usable.base[device] != 0 { bits |= 1 << Int32(place) }
        }
        key.append(bits)
    }

    private mutating func find(_ node: Int, shape: Int32, _ table: DeviceTable) -> Int32 {
        var slot = Self.hash(key[...]) & (slots.count - 1)
        while slots[slot] >= 0 {
            let state = slots[slot]
            if isKey(of: Int(state)) { return state }
            slot = (slot + 1) & (slots.count - 1)
        }
        let state = takeNumber()
        let first = states[state].wordCount == key.count ? states[state].firstWord : words.count
        if first == words.count {
            words.append(contentsOf: key)
        } else {
            for place in 0..<key.count { words[first + place] = key[place] }
        }
        states[state].firstWord = first
        states[state].wordCount = key.count
        let idle = largestIdleGroup(of: node, table)
        summaries[state] = StateSummary(
            freeMemoryMiB: freeMemory(of: node, table), leastTotalMemoryMiB: leastTotalMemory(of: node, table),
            baseScore: table.heads.base[node].sums.score, kind: kindNumber(shape, idle), largestIdleGroup: idle)
        slots[slot] = Int32(state)
        slotsTaken += 1
        if slotsTaken * 2 > slots.count { rehash() }
        return Int32(state)
    }

    /// A number for a new state: that of an empty one when most are, so that numbers stay dense. States that come back after
    /// departures keep theirs meanwhile, and what asks know of them.
    ///
    /// - Complexity: O(1) amortised: every other state is empty then.
    private mutating func takeNumber() -> Int {
        if states.count > 2 * live.count + min(stateOfNode.count, 1024) {
            repeat { hand = hand + 1 < states.count ? hand + 1 : 0 } while isLive(hand)
            reassigned.append(Int32(hand))
            if reassigned.count > 1 << 16 {
                reassigned.removeFirst(1 << 15)
                reassignedStart += 1 << 15
            }
            return hand
        }
        states.append(State(firstWord: 0, wordCount: 0))
        firstNodes.append(-1)
        summaries.append(StateSummary())
        return states.count - 1
    }

    private mutating func kindNumber(_ shape: Int32, _ largestIdleGroup: Int32) -> Int32 {
        if shape < 0 { return -1 }
        let key = SIMD2(shape, largestIdleGroup)
        if lastKind.shapeAndIdle == key { return lastKind.number }
        let number = kindNumbers[key] ?? Int32(kindNumbers.count)
        kindNumbers[key] = number
        lastKind = (key, number)
        return number
    }

    private func freeMemory(of node: Int, _ table: DeviceTable) -> SIMD4<Int32> {
        var largest = SIMD8<Int32>(repeating: Int32.min)
        for device in table.devices(of: node) where table.words.base[device] & vendor.bit != 0 {
            let free = table.totalMemoryMiB.base[device] &- table.usedMemoryMiB.base[device]
            var place = 7
            if free <= largest[place] { continue }
            while place > 0 && largest[place - 1] < free {
                largest[place] = largest[place - 1]
                place -= 1
            }
            largest[place] = free
        }
        return SIMD4(largest[0], largest[1], largest[3], largest[7])
    }

    private func leastTotalMemory(of node: Int, _ table: DeviceTable) -> Int32 {
        var least = Int32.max
        for device in table.devices(of: node) where table.words.base[device] & vendor.bit != 0 {
            least = min(least, table.totalMemoryMiB.base[device])
        }
        return least
    }

    private func largestIdleGroup(of node: Int, _ table: DeviceTable) -> Int32 {
        func isIdle(_ device: Int) -> Bool {
            table.used.base[device] == 0 && table.usedMemoryMiB.base[device] == 0 && table.usedCores.base[device] == 0
                && table.usable.base[device] != 0 && table.words.base[device] & vendor.bit != 0
        }
        var largest = 0
        let devices = table.devices(of: node)
        for device in devices where isIdle(device) {
            let group = table.facts.base[device].group
            var size = 1
            for other in device + 1..<devices.upperBound where isIdle(other) && table.facts.base[other].group == group {
                size += 1
            }
            largest = max(largest, size)
        }
        return Int32(min(largest, StateSummary.largestIdleGroupMax))
    }

    private func isKey(of state: Int) -> Bool {
        guard states[state].wordCount == key.count else { return false }
        let first = states[state].firstWord
        for place in 0..<key.count where words[first + place] != key[place] { return false }
        return true
    }

    private mutating func rehash() {
        slots = Array(repeating: -1, count: states.count * 4 > slots.count ? slots.count * 2 : slots.count)
        slotsTaken = states.count
        for state in states.indices {
            let first = states[state].firstWord
            var slot = Self.hash(words[first..<first + states[state].wordCount]) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(state)
        }
    }

    /// Two chains side by side: one multiplication waits for the other otherwise.
    private static func hash(_ key: ArraySlice<Int32>) -> Int {
        var chains: (UInt64, UInt64) = (0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f)
        key.withUnsafeBufferPointer { words in
            var place = 0
            while place + 4 <= words.count {
                chains.0 = mix(chains.0, words[place], words[place + 1])
                chains.1 = mix(chains.1, words[place + 2], words[place + 3])
                place += 4
            }
            while place < words.count {
                chains.0 = mix(chains.0, words[place], 0)
                place += 1
            }
        }
        return Int(truncatingIfNeeded: chains.0 ^ (chains.1 << 23 | chains.1 >> 41))
    }

    @inline(__always)
    private static func mix(_ chain: UInt64, _ low: Int32, _ high: Int32) -> UInt64 {
        let pair = UInt64(UInt32(bitPattern: low)) | UInt64(UInt32(bitPattern: high)) << 32
        let product = (chain ^ pair) &* 0xff51_afd7_ed55_8ccd
        return product ^ product >> 32
    }

    /// Fleets come in runs of like nodes: the last one found is asked first.
    private mutating func shapeNumber(of node: Int, _ table: DeviceTable) -> Int32 {
        let last = lastShaped.node
        if last >= 0, table.heads.base[last].flags.contains(.alive),
            table.heads.base[last].firstDevice == shapedFirstDevice[last], NodeShape.areAlike(node, last, table)
        {
            return lastShaped.number
        }
        let shape = NodeShape(of: node, table)
        let number = shapeNumbers[shape] ?? Int32(shapeNumbers.count)
        shapeNumbers[shape] = number
        lastShaped = (node, number)
        return number
    }

    private mutating func shape(of node: Int, _ table: DeviceTable) -> Int32 {
        let first = table.heads.base[node].firstDevice
        if shapeOfNode[node] >= 0, shapedFirstDevice[node] == first { return shapeOfNode[node] }
        shapeOfNode[node] = shapeNumber(of: node, table)
        shapedFirstDevice[node] = first
        return shapeOfNode[node]
    }
}
