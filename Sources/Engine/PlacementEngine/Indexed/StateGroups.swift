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
    private struct State: BitwiseCopyable {
        var firstWord = 0
        var wordCount: Int32 = 0
        var hash: UInt32 = 0
        var nodes = RowList()
    }

    // By state; plain memory, so that a search counts no references.
    private var states: UnsafeMutablePointer<State>
    /// Its lowest row, -1 = no node.
    private var firstNodes: UnsafeMutablePointer<Int32>
    /// What an ask reads of it before it is tried.
    private(set) var summaries: UnsafeMutablePointer<StateSummary>
    /// States that numbers have been given to, those without nodes included.
    private(set) var stateCount = 0
    private var stateCapacity = 64
    /// States with nodes, in the order that spread and binpack want them; made when a search first asks.
    private var spreadOrder: UnsafeMutablePointer<LiveStates>?
    private var binpackOrder: UnsafeMutablePointer<LiveStates>?
    private(set) var liveCount = 0
    /// Memory of the smallest device of the vendor met so far.
    private(set) var leastTotalMemoryMiB = Int32.max
    /// Live states by kind.
    private(set) var countByKind: UnsafeMutablePointer<Int32>
    private(set) var kindCount = 0
    private var kindCapacity = 8
    /// Live states that are like no other.
    private(set) var aloneCount = 0
    /// Where the next number to use again is looked for.
    private var hand = 0
    /// Numbers that came to stand for another state, in this order; ``reassignedStart`` of them have been dropped.
    private(set) var reassigned: [Int32] = []
    private(set) var reassignedStart = 0
    var reassignedEnd: Int { reassignedStart + reassigned.count }

    // By node row.
    private var stateOfNode: UnsafeMutablePointer<Int32>
    private var nodeCapacity = 0
    private var shapes = ShapeNumbers()

    /// Keys of the states.
    private var words: UnsafeMutablePointer<Int32>
    private var wordCount = 0
    private var wordCapacity = 1024
    /// State by hash of its key; open addressing, -1 = empty. A number that was reassigned stays where it was, too, until the
    /// next rebuild: keys are compared.
    private var slots: UnsafeMutablePointer<Int32>
    private var slotCount = 1024
    private var slotsTaken = 0
    private var kindNumbers: [SIMD2<Int32>: Int32] = [:]
    private var lastKind = (shapeAndIdle: SIMD2<Int32>(-1, -1), number: Int32(-1))
    private var key = StateKey()
    private var unsharedCount: UInt64 = 0
    private var position = 0
    private(set) var nodesRescored = 0
    /// Words of keys whose numbers were given to states with longer or shorter ones.
    private var lostWords = 0

    private let vendor: VendorID

    init(vendor: VendorID) {
        self.vendor = vendor
        states = .allocate(capacity: stateCapacity)
        firstNodes = .allocate(capacity: stateCapacity)
        summaries = .allocate(capacity: stateCapacity)
        countByKind = .allocate(capacity: kindCapacity)
        stateOfNode = .allocate(capacity: 0)
        words = .allocate(capacity: wordCapacity)
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: -1, count: slotCount)
    }

    deinit {
        for state in 0..<stateCount { states[state].nodes.deallocate() }
        states.deallocate()
        firstNodes.deallocate()
        summaries.deallocate()
        for order in [spreadOrder, binpackOrder] {
            order?.deinitialize(count: 1)
            order?.deallocate()
        }
        countByKind.deallocate()
        stateOfNode.deallocate()
        words.deallocate()
        slots.deallocate()
    }

    /// Moves every node changed since the last call to its present state.
    @inline(__always)
    mutating func catchUp(_ table: DeviceTable) {
        if isBehind(table.hot) { follow(table) }
    }

    /// Whether a node has changed since the last call.
    @inline(__always)
    func isBehind(_ table: HotColumns) -> Bool { table.vendorLogs[vendor.index].end != position }

    mutating func follow(_ table: DeviceTable) {
        let log = table.vendorLogs[vendor.index]
        if nodeCapacity < table.nodeRowCount { reserve(nodes: table.nodeRowCount, table) }
        shapes.follow(table)
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

    /// Makes room for nodes, and for the states of a busy fleet at once: to move them as they grow would fall on single
    /// decisions.
    private mutating func reserve(nodes: Int, _ table: DeviceTable) {
        let capacity = max(nodes, 2 * nodeCapacity)
        stateOfNode = grown(stateOfNode, from: nodeCapacity, to: capacity, filler: -1)
        shapes.reserve(nodes: capacity)
        nodeCapacity = capacity
        if position > 0 { return }
        let members = (0..<nodes).reduce(0) { $0 + (table.heads.base[$1].words & vendor.bit != 0 ? 1 : 0) }
        let states = min(2 * members, 4096)
        if states > stateCapacity { reserve(states: states) }
        if states * Self.usualWords > wordCapacity { reserve(words: states * Self.usualWords) }
        if slotCount < 2 * states { rehash(slots: 8192) }
        // A fleet under spread soon has a state for every node.
        let expected = min(members, states)
        touch(self.states + stateCount, count: expected)
        touch(firstNodes + stateCount, count: expected)
        touch(summaries + stateCount, count: expected)
        touch(words + wordCount, count: expected * Self.usualWords)
    }

    /// Of the key of a node with eight devices.
    private static let usualWords = 33

    private mutating func reserve(states count: Int) {
        let capacity = max(count, 2 * stateCapacity)
        states = grown(states, from: stateCount, to: capacity)
        firstNodes = grown(firstNodes, from: stateCount, to: capacity)
        summaries = grown(summaries, from: stateCount, to: capacity)
        stateCapacity = capacity
    }

    private mutating func reserve(words count: Int) {
        let capacity = max(count, 2 * wordCapacity)
        words = grown(words, from: wordCount, to: capacity)
        wordCapacity = capacity
    }

    private mutating func rescore(_ node: Int, _ table: DeviceTable) {
        let head = table.heads.base + node
        let isMember = head.pointee.flags.contains(.alive) && head.pointee.words & vendor.bit != 0
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
        states[state].nodes.remove(node)
        let first = states[state].nodes.isEmpty ? -1 : states[state].nodes.first
        if first != firstNodes[state] { file(state, first) }
    }

    private mutating func enter(_ state: Int, _ node: Int32) {
        states[state].nodes.insert(node)
        if states[state].nodes.first == node { file(state, node) }
    }

    /// Notes the state's first node, -1 = none any more.
    private mutating func file(_ state: Int, _ first: Int32) {
        let old = firstNodes[state]
        firstNodes[state] = first
        if let spreadOrder { move(state, in: spreadOrder, from: old, to: first) }
        if let binpackOrder { move(state, in: binpackOrder, from: old, to: first) }
        if old < 0 { count(summaries[state].kind, by: 1) }
        if first < 0 { count(summaries[state].kind, by: -1) }
    }

    private func move(
        _ state: Int, in order: UnsafeMutablePointer<LiveStates>, from old: Int32, to first: Int32
    ) {
        if old >= 0 { order.pointee.remove(state, summaries[state], firstNode: old) }
        if first >= 0 { order.pointee.insert(state, summaries[state], firstNode: first) }
    }

    private mutating func count(_ kind: Int32, by change: Int32) {
        liveCount += Int(change)
        if kind < 0 {
            aloneCount += Int(change)
            return
        }
        while kindCount <= Int(kind) {
            if kindCount == kindCapacity {
                kindCapacity *= 2
                countByKind = grown(countByKind, from: kindCount, to: kindCapacity)
            }
            countByKind[kindCount] = 0
            kindCount += 1
        }
        countByKind[Int(kind)] += change
    }

    /// The states with nodes, best first.
    ///
    /// - Complexity: O(1); O(states) for the first search under a policy
    mutating func live(isSpread: Bool) -> UnsafeMutablePointer<LiveStates> {
        if let known = isSpread ? spreadOrder : binpackOrder { return known }
        let made = UnsafeMutablePointer<LiveStates>.allocate(capacity: 1)
        made.initialize(to: LiveStates(isSpread: isSpread))
        for state in 0..<stateCount where isLive(state) {
            made.pointee.insert(state, summaries[state], firstNode: firstNodes[state])
        }
        if isSpread { spreadOrder = made } else { binpackOrder = made }
        return made
    }

    /// A state of a kind that has nodes.
    func liveState(ofKind kind: Int) -> Int {
        (0..<stateCount).first { isLive($0) && Int(summaries[$0].kind) == kind }!
    }

    /// The state a node was in at the last visit.
    func state(of node: Int) -> Int { Int(stateOfNode[node]) }

    /// The state's lowest row.
    func firstNode(of state: Int) -> Int32 { firstNodes[state] }

    /// Whether any node is in the state.
    func isLive(_ state: Int) -> Bool { firstNodes[state] >= 0 }

    /// The state's nodes, ascending; valid until the next visit.
    func nodes(of state: Int) -> UnsafeBufferPointer<Int32> { states[state].nodes.items }

    /// Whether so much is kept of nodes that are gone that the groups are better made anew.
    func isWorn(nodes: Int) -> Bool {
        let shapesMax = Limits.shapesPerRow * nodes + Limits.shapesAtLeast
        return shapes.count > shapesMax || kindNumbers.count > Limits.shapesPerRow * shapesMax
            || lostWords > max(Limits.lostWords, wordCount / 2)
    }

    var memoryBytes: Int {
        stateCapacity * (MemoryLayout<State>.stride + MemoryLayout<StateSummary>.stride + 60)
            + (wordCapacity + slotCount + nodeCapacity * 3) * 4 + (kindNumbers.count + shapes.count) * 400
            + reassigned.capacity * 4
    }

    // MARK: Keys

    private mutating func state(of node: Int, _ table: DeviceTable) -> Int32 {
        let shape = shapes.number(of: node, table)
        if shape == ShapeNumbers.alone {
            // A state of its own, never met again.
            unsharedCount += 1
            key.read(alone: unsharedCount)
        } else {
            key.read(node, shape: shape, table)
        }
        return find(node, shape: shape, table)
    }

    private mutating func find(_ node: Int, shape: Int32, _ table: DeviceTable) -> Int32 {
        let hash = key.hash
        var slot = Int(hash) & (slotCount - 1)
        while slots[slot] >= 0 {
            let known = states + Int(slots[slot])
            if known.pointee.hash == hash && Int(known.pointee.wordCount) == key.count
                && key.equals(words + known.pointee.firstWord)
            {
                return slots[slot]
            }
            slot = (slot + 1) & (slotCount - 1)
        }
        let state = takeNumber()
        if Int(states[state].wordCount) != key.count {
            lostWords += Int(states[state].wordCount)
            if wordCount + key.count > wordCapacity { reserve(words: wordCount + key.count) }
            states[state].firstWord = wordCount
            states[state].wordCount = Int32(key.count)
            wordCount += key.count
        }
        (words + states[state].firstWord).update(from: key.words, count: key.count)
        states[state].hash = hash
        summaries[state] = StateSummary(of: node, vendor, table)
        leastTotalMemoryMiB = min(leastTotalMemoryMiB, summaries[state].leastTotalMemoryMiB)
        summaries[state].kind = kindNumber(shape, summaries[state].largestIdleGroup)
        slots[slot] = Int32(state)
        slotsTaken += 1
        if slotsTaken * 2 > slotCount { rehash(slots: stateCount * 4 > slotCount ? slotCount * 2 : slotCount) }
        return Int32(state)
    }

    private mutating func rehash(slots count: Int) {
        slots.deallocate()
        slots = .allocate(capacity: count)
        slots.initialize(repeating: -1, count: count)
        slotCount = count
        slotsTaken = stateCount
        for state in 0..<stateCount {
            var slot = Int(states[state].hash) & (slotCount - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slotCount - 1) }
            slots[slot] = Int32(state)
        }
    }

    /// A number for a new state: that of an empty one when most are, so that numbers stay dense. States that come back after
    /// departures keep theirs meanwhile, and what asks know of them.
    ///
    /// - Complexity: O(1) amortised: every other state is empty then.
    private mutating func takeNumber() -> Int {
        if stateCount > 2 * liveCount + min(nodeCapacity, 1024) {
            repeat { hand = hand + 1 < stateCount ? hand + 1 : 0 } while isLive(hand)
            reassigned.append(Int32(hand))
            if reassigned.count > 1 << 16 {
                reassigned.removeFirst(1 << 15)
                reassignedStart += 1 << 15
            }
            return hand
        }
        if stateCount == stateCapacity { reserve(states: stateCount + 1) }
        (states + stateCount).initialize(to: State())
        firstNodes[stateCount] = -1
        stateCount += 1
        return stateCount - 1
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
}

extension StateGroups {
    /// The first node that is not filed under its state; nil = none, or the groups are behind. - Complexity: O(nodes). For tests.
    mutating func brokenInvariant(_ table: DeviceTable) -> String? {
        if isBehind(table.hot) || position == 0 { return nil }
        shapes.follow(table)
        var live = Set<Int32>()
        for node in 0..<table.nodeRowCount {
            let head = table.heads[node]
            let isMember = head.flags.contains(.alive) && head.words & vendor.bit != 0
            let state = node < nodeCapacity ? stateOfNode[node] : -1
            if isMember != (state >= 0) { return "row \(node) is \(isMember ? "in no" : "in a") state" }
            guard isMember else { continue }
            live.insert(state)
            if !states[Int(state)].nodes.items.contains(Int32(node)) { return "row \(node) is not in its state's list" }
            let shape = shapes.number(of: node, table)
            if shape == ShapeNumbers.alone { continue }
            key.read(node, shape: shape, table)
            if key.count != Int(states[Int(state)].wordCount) || !key.equals(words + states[Int(state)].firstWord) {
                return "row \(node) is filed under another state's key"
            }
        }
        for state in live where firstNodes[Int(state)] != states[Int(state)].nodes.first {
            return "the first node of state \(state) is another"
        }
        for order in [spreadOrder, binpackOrder] {
            if let problem = order?.pointee.brokenInvariant(states: live.count) { return problem }
        }
        return live.count == liveCount ? nil : "\(liveCount) states are counted, \(live.count) have nodes"
    }
}
