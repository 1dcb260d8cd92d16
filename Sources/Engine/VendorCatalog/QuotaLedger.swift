import DeviceTable
import PlacementModel

/// HAMi's quota bookkeeping: per namespace and resource name, what is used and what is allowed.
///
/// Every namespace's use is kept, whether it has limits or not, so that a limit set later counts the pods that run already. Shared
/// by one engine and its workspaces; written between decisions only.
/// - Units: as the resource counts; memory is held in MiB once the vendor's factor is applied.
/// - Source: hami-core.md 4.13.
public final class QuotaLedger: @unchecked Sendable {
    // Sendable by hand-over: owned by one fleet, written only by its commit step.
    struct Entry: Hashable {
        var used: Int64 = 0
        var limit: Int64 = 0
        var hasLimit = false
    }

    private var entries: [Entry] = []
    private var freeEntries: [Int] = []
    /// Resource name to entry, by namespace.
    private var rows: [[String: Int]] = []
    private var namespaces: [String: Int32] = [:]
    private var namespaceNames: [String] = []
    private var freeNamespaces: [Int32] = []
    private let names: [ResourceNames]
    /// Entries of (namespace, vendor): memory and cores, -1 = none yet.
    private var memoryRow: [[Int]] = []
    private var coreRow: [[Int]] = []
    /// Vendors of which the namespace's devices are limited, by namespace.
    private var limited: [UInt64] = []
    private let countedNames: Set<String>
    /// By namespace, after the one of pods that no limit counts: raised by each change that may make a refused pod fit.
    private let versions: Cell<UnsafeMutablePointer<Int>>
    private var versionCapacity = 16
    /// Raised whenever a limit is set, changed or cleared: pods of namespaces may belong to other classes then.
    public private(set) var limitsVersion = 0
    /// Namespaces with a limit on a device resource.
    public private(set) var limitedCount = 0

    /// - Parameter names: resource names by vendor id.
    public init(names: [ResourceNames]) {
        self.names = names
        countedNames = Set(names.flatMap { [$0.memory, $0.cores] }).subtracting([""])
        versions = Cell(.allocate(capacity: versionCapacity))
        versions.value.initialize(repeating: 0, count: versionCapacity)
    }

    deinit {
        versions.value.deallocate()
        versions.deallocate()
    }

    /// Whether some namespace has a limit on a device resource.
    public var hasLimits: Bool { limitedCount > 0 }

    /// Raised by each change that may make a refused pod of the namespace fit; -1 = of none, which never changes.
    @inline(__always)
    public func version(of namespace: Int32) -> Int { versions.value[Int(namespace) + 1] }

    private func raiseVersion(of namespace: Int32) { versions.value[Int(namespace) + 1] += 1 }

    /// The number of a namespace, made if new.
    public func namespaceID(_ name: String) -> Int32 {
        if let id = namespaces[name] { return id }
        if let id = freeNamespaces.popLast() {
            namespaces[name] = id
            namespaceNames[Int(id)] = name
            return id
        }
        let id = Int32(rows.count)
        namespaces[name] = id
        namespaceNames.append(name)
        rows.append([:])
        memoryRow.append(Array(repeating: -1, count: names.count))
        coreRow.append(Array(repeating: -1, count: names.count))
        limited.append(0)
        if rows.count + 1 > versionCapacity {
            let larger = UnsafeMutablePointer<Int>.allocate(capacity: 2 * versionCapacity)
            larger.update(from: versions.value, count: versionCapacity)
            (larger + versionCapacity).initialize(repeating: 0, count: versionCapacity)
            versions.value.deallocate()
            versions.value = larger
            versionCapacity *= 2
        }
        return id
    }

    /// The number of a namespace that limits devices of these vendors, else -1: pods elsewhere are asked no quota.
    ///
    /// - Complexity: O(1)
    public func limitingNamespace(_ name: String, vendors: UInt64) -> Int32 {
        guard limitedCount > 0, let id = namespaces[name], limited[Int(id)] & vendors != 0 else { return -1 }
        return id
    }

    /// Takes a ResourceQuota's `limits.<name>` keys; the last writer wins, values that are no plain integers are ignored.
    public func add(_ quota: ResourceQuota) {
        set(quota) { entry, limit in
            entry.limit = limit
            entry.hasLimit = true
        }
    }

    /// Clears the limits of a ResourceQuota's keys, also when another object set them too.
    public func remove(_ quota: ResourceQuota) {
        set(quota) { entry, _ in
            entry.limit = 0
            entry.hasLimit = false
        }
    }

    private func set(_ quota: ResourceQuota, _ change: (inout Entry, Int64) -> Void) {
        let counted = quota.hard.compactMap { key, quantity -> (name: String, limit: Int64)? in
            guard key.hasPrefix("limits.") else { return nil }
            let name = String(key.dropFirst("limits.".count))
            guard countedNames.contains(name), let limit = quantity.exactInt64 else { return nil }
            return (name, limit)
        }
        if counted.isEmpty { return }
        let namespace = namespaceID(quota.metadata.namespace)
        for (name, limit) in counted { change(&entries[row(namespace, name)], limit) }
        noteLimits(of: namespace)
    }

    private func noteLimits(of namespace: Int32) {
        let before = limited[Int(namespace)]
        var vendors: UInt64 = 0
        for vendor in names.indices {
            for row in [memoryRow[Int(namespace)][vendor], coreRow[Int(namespace)][vendor]] {
                if row >= 0 && entries[row].hasLimit { vendors |= 1 << UInt64(vendor) }
            }
        }
        limited[Int(namespace)] = vendors
        limitedCount += (vendors != 0 ? 1 : 0) - (before != 0 ? 1 : 0)
        limitsVersion += 1
        raiseVersion(of: namespace)
    }

    private func row(_ namespace: Int32, _ name: String) -> Int {
        if let row = rows[Int(namespace)][name] { return row }
        let row: Int
        if let free = freeEntries.popLast() {
            row = free
            entries[row] = Entry()
        } else {
            row = entries.count
            entries.append(Entry())
        }
        rows[Int(namespace)][name] = row
        for vendor in names.indices {
            if names[vendor].memory == name { memoryRow[Int(namespace)][vendor] = row }
            if names[vendor].cores == name { coreRow[Int(namespace)][vendor] = row }
        }
        return row
    }

    /// Charges (or with negative numbers gives back, never below 0) a pod's collapsed usage.
    ///
    /// - Complexity: O(1), no allocation in steady state.
    public func charge(namespace: Int32, vendor: VendorID, memoryMiB: Int64, cores: Int64) {
        let name = names[vendor.index]
        if !name.memory.isEmpty {
            var row = memoryRow[Int(namespace)][vendor.index]
            if row < 0 { row = self.row(namespace, name.memory) }
            add(memoryMiB, to: row)
        }
        if !name.cores.isEmpty {
            var row = coreRow[Int(namespace)][vendor.index]
            if row < 0 { row = self.row(namespace, name.cores) }
            add(cores, to: row)
        }
        if memoryMiB < 0 || cores < 0 { raiseVersion(of: namespace) }
    }

    @inline(__always)
    private func add(_ amount: Int64, to row: Int) {
        // Pods of less than 2^31 each: 64 bits hold four thousand million of them.
        if isJournaling { journal.append((row, entries[row].used)) }
        entries[row].used = max(entries[row].used &+ amount, 0)
    }

    /// Whether a namespace may use `memoryMiB` and `cores` more of a vendor's devices.
    ///
    /// - Parameter factor: the vendor's memory factor; the limit counts in its units.
    /// - Complexity: O(1), no allocation.
    public func allows(namespace: Int32, vendor: VendorID, memoryMiB: Int64, cores: Int64, factor: Int32) -> Bool {
        guard limitsNamespace(namespace) else { return true }
        let memory = memoryRow[Int(namespace)][vendor.index]
        if memory >= 0, entries[memory].hasLimit,
            entries[memory].used &+ memoryMiB > Self.product(entries[memory].limit, factor)
        {
            return false
        }
        let core = coreRow[Int(namespace)][vendor.index]
        return !(core >= 0 && entries[core].hasLimit && entries[core].used &+ cores > entries[core].limit)
    }

    /// A limit in MiB; one past 64 bits limits nothing.
    private static func product(_ limit: Int64, _ factor: Int32) -> Int64 {
        let (product, overflow) = limit.multipliedReportingOverflow(by: Int64(factor > 1 ? factor : 1))
        return overflow ? (limit < 0 ? .min : .max) : product
    }

    /// True when some vendor resource of the namespace has a limit; pods elsewhere need no quota check.
    @inline(__always)
    public func limitsNamespace(_ namespace: Int32) -> Bool { namespace >= 0 && limited[Int(namespace)] != 0 }

    // MARK: Taking back

    /// Uses as they were before each charge, while charges are kept to be taken back.
    private var journal: [(row: Int, used: Int64)] = []
    private var isJournaling = false

    /// Starts (or continues) keeping charges. - Returns: how many are kept
    package func checkpoint() -> Int {
        isJournaling = true
        return journal.count
    }

    /// Takes the charges since a checkpoint back. - Complexity: O(charges)
    package func rollBack(to position: Int) {
        while journal.count > position {
            let (row, used) = journal.removeLast()
            entries[row].used = used
        }
        for namespace in limited.indices where limited[namespace] != 0 { raiseVersion(of: Int32(namespace)) }
    }

    package func forgetJournal() {
        journal.removeAll(keepingCapacity: true)
        isJournaling = false
    }

    /// Copy of the state that charges change, for rounds that are taken back.
    public func snapshot() -> [Int64] { entries.map(\.used) }

    public func restore(_ snapshot: [Int64]) {
        for row in entries.indices { entries[row].used = row < snapshot.count ? snapshot[row] : 0 }
        for namespace in rows.indices { raiseVersion(of: Int32(namespace)) }
    }

    /// The ledger as it is now. - Complexity: O(namespaces)
    package func copy() -> QuotaLedger {
        let other = QuotaLedger(names: names)
        other.entries = entries
        other.freeEntries = freeEntries
        for number in rows.indices { _ = other.namespaceID("\0\(number)") }
        other.rows = rows
        other.namespaces = namespaces
        other.namespaceNames = namespaceNames
        other.freeNamespaces = freeNamespaces
        other.memoryRow = memoryRow
        other.coreRow = coreRow
        other.limited = limited
        other.limitsVersion = limitsVersion
        other.limitedCount = limitedCount
        return other
    }

    // MARK: Bounds

    /// Namespaces that have a number.
    public var namespaceCount: Int { namespaces.count }

    /// Forgets namespaces without use and limits; their numbers and entries go to others.
    ///
    /// - Parameter isHeld: whether somebody keeps the number. - Complexity: O(namespaces)
    package func forgetIdleNamespaces(isHeld: (Int32) -> Bool) {
        precondition(!isJournaling, "namespaces stay while charges may be taken back")
        for (name, id) in namespaces.sorted(by: { $0.value < $1.value }) {
            let own = rows[Int(id)].values
            if isHeld(id) || own.contains(where: { entries[$0].used != 0 || entries[$0].hasLimit }) { continue }
            freeEntries += own.sorted()
            rows[Int(id)] = [:]
            memoryRow[Int(id)] = Array(repeating: -1, count: names.count)
            coreRow[Int(id)] = Array(repeating: -1, count: names.count)
            namespaces[name] = nil
            namespaceNames[Int(id)] = ""
            freeNamespaces.append(id)
        }
    }

    /// Bytes held, about.
    public var memoryBytes: Int {
        entries.capacity * MemoryLayout<Entry>.stride + rows.count * (48 + 16 * names.count)
            + namespaces.count * 64 + versionCapacity * 8
    }

    /// What is used and allowed by namespace and resource name; for comparisons.
    package func description() -> [String: [String: [Int64]]] {
        var all: [String: [String: [Int64]]] = [:]
        for (name, id) in namespaces {
            for (resource, row) in rows[Int(id)] where entries[row] != Entry() {
                all[name, default: [:]][resource] =
                    [entries[row].used] + (entries[row].hasLimit ? [entries[row].limit] : [])
            }
        }
        return all
    }
}

extension QuotaLedger {
    /// What a namespace may still use of a vendor's devices, in MiB and cores; nil = without limit.
    public func room(of namespace: Int32, vendor: VendorID, factor: Int32) -> (memoryMiB: Int64?, cores: Int64?) {
        let memory = memoryRow(of: namespace, vendor)
        let core = coreRow(of: namespace, vendor)
        // What is used is not negative; a limit far below 0 leaves the least room that there is.
        func less(_ limit: Int64, _ used: Int64) -> Int64 { limit < Int64.min + used ? .min : limit - used }
        return (memory.map { less(Self.product($0.limit, factor), $0.used) }, core.map { less($0.limit, $0.used) })
    }

    /// What a namespace uses of a vendor's devices; nil = it never has. Memory in MiB.
    package func used(namespace: Int32, vendor: VendorID) -> (memoryMiB: Int64, cores: Int64)? {
        let memory = memoryRow[Int(namespace)][vendor.index]
        let core = coreRow[Int(namespace)][vendor.index]
        if memory < 0 { return nil }
        return (entries[memory].used, core < 0 ? 0 : entries[core].used)
    }

    private func memoryRow(of namespace: Int32, _ vendor: VendorID) -> Entry? {
        let row = memoryRow[Int(namespace)][vendor.index]
        return row >= 0 && entries[row].hasLimit ? entries[row] : nil
    }

    private func coreRow(of namespace: Int32, _ vendor: VendorID) -> Entry? {
        let row = coreRow[Int(namespace)][vendor.index]
        return row >= 0 && entries[row].hasLimit ? entries[row] : nil
    }
}
