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
        /// Place in `live`, -1 while no node is in the state.
        var livePlace: Int32 = -1

        var count: Int { nodes.count - start }
    }

    private(set) var states: [State] = []
    /// States with nodes, in no order.
    private(set) var live: [Int32] = []
    private var stateOfNode: [Int32] = []
    private var shapeOfNode: [Int32] = []
    private var words: [Int32] = []
    /// State by hash of its key; open addressing, -1 = empty.
    private var slots: [Int32] = Array(repeating: -1, count: 1024)
    private var shapes: [NodeShape: Int32] = [:]
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
        }
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
        if states[state].count > 0 { return }
        states[state].nodes.removeAll(keepingCapacity: true)
        states[state].start = 0
        let place = Int(states[state].livePlace)
        let last = live.removeLast()
        if Int(last) != state {
            live[place] = last
            states[Int(last)].livePlace = Int32(place)
        }
        states[state].livePlace = -1
    }

    private mutating func enter(_ state: Int, _ node: Int32) {
        states[state].nodes.insert(node, at: place(of: node, in: state))
        if states[state].livePlace < 0 {
            states[state].livePlace = Int32(live.count)
            live.append(Int32(state))
        }
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
    func firstNode(of state: Int) -> Int32 { states[state].nodes[states[state].start] }

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
        } else {
            key.append(shape(of: node, table))
            for device in devices {
                key.append(table.used.base[device])
                key.append(table.usedMemoryMiB.base[device])
                key.append(table.usedCores.base[device])
                key.append(Int32(table.usable.base[device]))
                key.append(table.onlinePods.base[device])
                key.append(table.offlinePods.base[device])
                key.append(table.expectedQoS.base[device])
            }
        }
        return find()
    }

    private mutating func find() -> Int32 {
        var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
        for word in key {
            hash = (hash ^ UInt64(UInt32(bitPattern: word))) &* 0xff51_afd7_ed55_8ccd
            hash ^= hash >> 32
        }
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] >= 0 {
            let state = slots[slot]
            if isKey(of: Int(state)) { return state }
            slot = (slot + 1) & (slots.count - 1)
        }
        let state = Int32(states.count)
        states.append(State(firstWord: words.count, wordCount: key.count))
        words.append(contentsOf: key)
        slots[slot] = state
        if states.count * 2 > slots.count { rehash() }
        return state
    }

    private func isKey(of state: Int) -> Bool {
        guard states[state].wordCount == key.count else { return false }
        let first = states[state].firstWord
        for place in 0..<key.count where words[first + place] != key[place] { return false }
        return true
    }

    private mutating func rehash() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for state in states.indices {
            var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
            for place in 0..<states[state].wordCount {
                hash =
                    (hash ^ UInt64(UInt32(bitPattern: words[states[state].firstWord + place]))) &* 0xff51_afd7_ed55_8ccd
                hash ^= hash >> 32
            }
            var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(state)
        }
    }

    private mutating func shape(of node: Int, _ table: DeviceTable) -> Int32 {
        let first = Int(table.heads.base[node].firstDevice)
        // A node that got other devices has another first row.
        if shapeOfNode[node] >= 0, shapeFirst(node) == first { return shapeOfNode[node] }
        let shape = NodeShape(of: node, table)
        let number = shapes[shape] ?? Int32(shapes.count)
        shapes[shape] = number
        shapeOfNode[node] = number
        firstOfShapedNode[Int32(node)] = Int32(first)
        return number
    }

    private var firstOfShapedNode: [Int32: Int32] = [:]
    private func shapeFirst(_ node: Int) -> Int { Int(firstOfShapedNode[Int32(node)] ?? -1) }
}

/// What Fit and score read of a node that no pod changes.
struct NodeShape: Hashable {
    private var devices: [Int]
    private var facts: NodeFacts

    init(of node: Int, _ table: DeviceTable) {
        devices = []
        for device in table.devices(of: node) {
            devices += [
                Int(table.type[device]), Int(table.mode[device]), Int(table.slots[device]),
                Int(table.totalMemoryMiB[device]), Int(table.totalCores[device]), table.numa[device],
                Int(truncatingIfNeeded: table.index[device]), Int(table.vendor[device]),
                Int(table.flags[device].rawValue), Int(table.facts[device].group), Int(table.facts[device].detail),
                Int(table.facts[device].flags),
            ]
        }
        facts = table.nodeFacts[node]
    }
}
