import PlacementModel

/// One reversible change that a resident pod makes to one device.
///
/// - Units: `memoryMiB` MiB, `cores` vendor core unit.
public struct DeviceEffect: Sendable, Hashable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, Hashable, BitwiseCopyable {
        /// `amount` slots, memory and cores in use.
        case usage
        /// One vote that the device is unhealthy.
        case unhealthyVote
        /// Slices `memoryMiB` (start), `cores` (size) of a vendor's ``IntervalColumn`` held.
        case slices
        /// `amount` more in a vendor's ``CountColumn``.
        case count
    }

    public var kind: Kind
    /// Vendor the pod asked; its quota is charged.
    public var vendor: UInt8 = 0
    /// False for the further devices that share an id.
    public var chargesQuota = true
    /// Place of the vendor's column.
    var column: UInt8 = 0
    public var device: Int32
    public var amount: Int32
    public var memoryMiB: Int32
    public var cores: Int32

    public static func usage(device: Int, slots: Int32, memoryMiB: Int32, cores: Int32) -> DeviceEffect {
        DeviceEffect(kind: .usage, device: Int32(device), amount: slots, memoryMiB: memoryMiB, cores: cores)
    }

    public static func unhealthyVote(device: Int) -> DeviceEffect {
        DeviceEffect(kind: .unhealthyVote, device: Int32(device), amount: 1, memoryMiB: 0, cores: 0)
    }

    public static func slices(_ column: IntervalColumn, device: Int, _ held: SliceInterval) -> DeviceEffect {
        DeviceEffect(
            kind: .slices, column: UInt8(column.place), device: Int32(device), amount: 1,
            memoryMiB: Int32(bitPattern: held.start), cores: Int32(bitPattern: held.size))
    }

    public static func count(_ column: CountColumn, device: Int, amount: Int32 = 1) -> DeviceEffect {
        DeviceEffect(
            kind: .count, column: UInt8(column.place), device: Int32(device), amount: amount, memoryMiB: 0, cores: 0)
    }
}

extension DeviceEffect {
    /// What `.slices` holds.
    var held: SliceInterval {
        SliceInterval(start: UInt32(bitPattern: memoryMiB), size: UInt32(bitPattern: cores))
    }
}

enum JournalEntry {
    case applied(DeviceEffect)
    case reverted(DeviceEffect)
    /// Slices were released that stood at `position` among those held.
    case slicesReleased(DeviceEffect, position: Int)
    case reserved(node: Int32, NodeResources)
    case released(node: Int32, NodeResources)
    case extendedReserved(node: Int32, resource: Int32, amount: Int64)
    case name(SymbolColumn, device: Int32, old: Symbol)
}

extension DeviceTable {
    /// The most that one pod is counted to hold of a device; eight times what a device has.
    package static let heldByPodMax: Int32 = 1 << 24
    /// The most that pods which were put there without room are counted to hold of a device. Beyond it, each pod and device type
    /// may add ``heldByPodMax`` once: 64 x 2^24 + 2^29 stays below 2^31.
    private static let heldOfDeviceMax: Int32 = 1 << 29

    /// The part of a usage that can be added to what pods hold of the device already, so that sums stay within 32 bits however
    /// many pods are said to run there.
    package func bounded(_ usage: DeviceEffect) -> DeviceEffect {
        let device = Int(usage.device)
        func part(_ amount: Int32, _ held: Int32) -> Int32 { min(amount, max(Self.heldOfDeviceMax &- held, 0)) }
        var bounded = usage
        bounded.amount = part(usage.amount, used[device])
        bounded.memoryMiB = part(usage.memoryMiB, usedMemoryMiB[device])
        bounded.cores = part(usage.cores, usedCores[device])
        return bounded
    }

    /// Adds a pod's effect on a device. - Complexity: O(1), no allocation in steady state.
    package func apply(_ effect: DeviceEffect) {
        change(effect, by: 1)
        if isJournaling { journal.append(.applied(effect)) }
    }

    /// Takes an effect back, exactly. - Complexity: O(1); slices O(slices held on the device).
    package func revert(_ effect: DeviceEffect) {
        if isJournaling {
            if effect.kind == .slices, let position = position(of: effect) {
                journal.append(.slicesReleased(effect, position: position))
            } else {
                journal.append(.reverted(effect))
            }
        }
        change(effect, by: -1)
    }

    private func position(of effect: DeviceEffect) -> Int? {
        vendorIntervals[Int(effect.column)].position(of: effect.held, on: Int(effect.device))
    }

    /// Adds all effects of one pod on one node and takes its node resources, with one entry in the change log.
    ///
    /// - Complexity: O(effects), no allocation in steady state.
    package func occupy(_ node: Int, _ effects: UnsafeBufferPointer<DeviceEffect>, _ resources: NodeResources) {
        for effect in effects {
            alter(effect, by: 1)
            if isJournaling { journal.append(.applied(effect)) }
        }
        take(resources, on: node)
        if isJournaling { journal.append(.reserved(node: Int32(node), resources)) }
        noteChange(node)
    }

    @inline(__always)
    private func take(_ resources: NodeResources, on node: Int) {
        free.base[node] = free.base[node].subtracting(resources)
        taken.base[node] = taken.base[node].wrappingSum(resources)
    }

    /// ``occupy(_:_:_:)`` for one of several threads, each with nodes and vendors of its own: usage and the vendors' logs
    /// change now, the common log follows by ``noteChangeOfLane(_:)``.
    ///
    /// - Precondition: nothing is journaled; the effects are usage that takes and frees nothing.
    package func occupyInLane(
        _ node: Int, _ effects: UnsafeBufferPointer<DeviceEffect>, _ resources: NodeResources
    ) {
        for effect in effects { alter(effect, by: 1) }
        take(resources, on: node)
        noteChangeOfVendors(node)
    }

    /// Writes a change made in a lane to the common log.
    package func noteChangeOfLane(_ node: Int) { changeLog.append(Int32(truncatingIfNeeded: node)) }

    private func change(_ effect: DeviceEffect, by sign: Int32) {
        alter(effect, by: sign)
        noteChange(Int(nodeOfDevice[Int(effect.device)]))
    }

    @inline(__always)
    private func alter(_ effect: DeviceEffect, by sign: Int32) {
        let device = Int(effect.device)
        let node = Int(nodeOfDevice[device])
        switch effect.kind {
        case .usage:
            let slots = effect.amount &* sign
            let memoryMiB = effect.memoryMiB &* sign
            let cores = effect.cores &* sign
            used.base[device] &+= slots
            usedMemoryMiB.base[device] &+= memoryMiB
            usedCores.base[device] &+= cores
            let head = heads.base + node
            head.pointee.sums.used &+= slots
            head.pointee.sums.usedMemoryMiB &+= memoryMiB
            head.pointee.sums.usedCores &+= cores
            // A pod with negative demands frees capacity as it comes; a departure does as it goes.
            if slots < 0 || memoryMiB < 0 || cores < 0 || sign < 0 { releaseLog.append(Int32(node)) }
        case .unhealthyVote:
            releaseLog.append(Int32(node))
            unhealthyVotes.base[device] &+= sign
            refreshUsable(device)
        case .slices:
            if sign < 0 { releaseLog.append(Int32(node)) }
            if sign > 0 {
                vendorIntervals[Int(effect.column)].append(effect.held, on: device)
            } else {
                vendorIntervals[Int(effect.column)].remove(effect.held, on: device)
            }
        case .count:
            heads.base[node].flags.insert(.marked)
            vendorNumbers[Int(effect.column)].base[device] &+= effect.amount &* sign
        }
    }

    func refreshUsable(_ device: Int) {
        let isUsable = flags[device].contains(.healthy) && unhealthyVotes[device] == 0
        usable.set(device, isUsable ? 1 : 0)
        attributes.set(device, Self.attributes(isUsable: isUsable, numa: numa[device]))
    }

    /// Takes CPU, memory, storage and a pod slot from a node.
    package func reserve(_ resources: NodeResources, on node: Int) {
        take(resources, on: node)
        noteChange(node)
        if isJournaling { journal.append(.reserved(node: Int32(node), resources)) }
    }

    package func release(_ resources: NodeResources, on node: Int) {
        free.base[node] = free.base[node].adding(resources)
        taken.base[node] = taken.base[node].wrappingDifference(resources)
        noteChange(node)
        releaseLog.append(Int32(node))
        if isJournaling { journal.append(.released(node: Int32(node), resources)) }
    }

    /// What a node has left of an extended resource; 0 if it offers none.
    public func extendedFree(of resource: Symbol, node: Int) -> Int64 { extended[node][resource] ?? 0 }

    /// What a node has left of all extended resources, by name; for comparisons.
    package func extendedLeft(onNode node: Int) -> [String] {
        extended[node].map { "\(resources[$0.key])=\($0.value)" }.sorted()
    }

    /// Takes `amount` (negative gives back) of an extended resource.
    package func reserveExtended(_ resource: Symbol, amount: Int64, on node: Int) {
        extended[node][resource, default: 0] &-= amount
        // What the node does not offer is not kept once nobody holds it: a fleet made anew has no entry.
        if amount < 0, extended[node][resource] == 0, nodes[node].allocatable[resources[resource]] == nil {
            extended[node][resource] = nil
        }
        noteChange(node)
        if amount < 0 { releaseLog.append(Int32(node)) }
        if isJournaling {
            journal.append(.extendedReserved(node: Int32(node), resource: resource, amount: amount))
        }
    }

    // MARK: Taking back

    /// A point to which ``rollBack(to:)`` can return.
    public struct Checkpoint: Sendable { let position: Int }

    /// Starts (or continues) journaling. - Complexity: O(1)
    package func checkpoint() -> Checkpoint {
        isJournaling = true
        return Checkpoint(position: journal.count)
    }

    /// Undoes every change since `checkpoint`, newest first. - Complexity: O(changes)
    package func rollBack(to checkpoint: Checkpoint) {
        precondition(checkpoint.position <= journal.count, "a checkpoint is used after the journal was forgotten")
        isJournaling = false
        while journal.count > checkpoint.position {
            switch journal.removeLast() {
            case .applied(let effect): change(effect, by: -1)
            case .reverted(let effect): change(effect, by: 1)
            case .slicesReleased(let effect, let position):
                vendorIntervals[Int(effect.column)].insert(effect.held, on: Int(effect.device), at: position)
                noteChange(Int(nodeOfDevice[Int(effect.device)]))
            case .reserved(let node, let resources): release(resources, on: Int(node))
            case .released(let node, let resources): reserve(resources, on: Int(node))
            case .extendedReserved(let node, let resource, let amount):
                reserveExtended(resource, amount: -amount, on: Int(node))
            case .name(let column, let device, let old): set(column, old, device: Int(device))
            }
        }
        isJournaling = true
    }

    /// Keeps all changes and forgets how to undo them.
    package func forgetJournal() {
        journal.removeAll(keepingCapacity: true)
        isJournaling = false
    }
}
