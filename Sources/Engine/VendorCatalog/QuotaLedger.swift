import DeviceTable
import PlacementModel

/// HAMi's quota bookkeeping: per namespace and resource name, what is used and what is allowed.
///
/// Shared by one engine and its workspaces; written between decisions only.
/// - Units: as the resource counts; memory is held in MiB once the vendor's factor is applied.
/// - Source: hami-core.md 4.13.
public final class QuotaLedger: @unchecked Sendable {
    // Sendable by hand-over: owned by one engine, written only by its commit step.
    struct Entry {
        var used: Int64 = 0
        var limit: Int64 = 0
        var hasLimit = false
    }

    private var entries: [Entry] = []
    /// Resource name to entry, by namespace.
    private var rows: [[String: Int]] = []
    private var namespaces: [String: Int32] = [:]
    private let names: [ResourceNames]
    /// Entries of (namespace, vendor): memory and cores, -1 = none yet.
    private var memoryRow: [[Int]] = []
    private var coreRow: [[Int]] = []
    private let countedNames: Set<String>
    /// Raised by each change that may make a refused pod fit.
    public private(set) var version: Int {
        get { versionCell.value }
        set { versionCell.value = newValue }
    }
    public private(set) var hasLimits: Bool {
        get { limitsCell.value }
        set { limitsCell.value = newValue }
    }
    private let versionCell = Cell(0)
    private let limitsCell = Cell(false)

    /// - Parameter names: resource names by vendor id.
    public init(names: [ResourceNames]) {
        self.names = names
        countedNames = Set(names.flatMap { [$0.memory, $0.cores] }).subtracting([""])
    }

    deinit {
        versionCell.deallocate()
        limitsCell.deallocate()
    }

    /// The number of a namespace, made if new.
    public func namespaceID(_ name: String) -> Int32 {
        if let id = namespaces[name] { return id }
        let id = Int32(rows.count)
        namespaces[name] = id
        rows.append([:])
        memoryRow.append(Array(repeating: -1, count: names.count))
        coreRow.append(Array(repeating: -1, count: names.count))
        return id
    }

    /// Takes a ResourceQuota's `limits.<name>` keys; the last writer wins, values that are no plain integers are ignored.
    public func add(_ quota: ResourceQuota) {
        set(quota) { entry, limit in
            entry.limit = limit
            entry.hasLimit = true
        }
        hasLimits = true
    }

    /// Clears the limits of a ResourceQuota's keys, also when another object set them too.
    public func remove(_ quota: ResourceQuota) {
        set(quota) { entry, _ in
            entry.limit = 0
            entry.hasLimit = false
        }
    }

    private func set(_ quota: ResourceQuota, _ change: (inout Entry, Int64) -> Void) {
        let namespace = namespaceID(quota.metadata.namespace)
        for (key, quantity) in quota.hard {
            guard key.hasPrefix("limits.") else { continue }
            let name = String(key.dropFirst("limits.".count))
            guard countedNames.contains(name), let limit = quantity.exactInt64 else { continue }
            change(&entries[row(namespace, name)], limit)
        }
        version += 1
    }

    private func row(_ namespace: Int32, _ name: String) -> Int {
        if let row = rows[Int(namespace)][name] { return row }
        let row = entries.count
        entries.append(Entry())
        rows[Int(namespace)][name] = row
        for vendor in names.indices {
            if names[vendor].memory == name { memoryRow[Int(namespace)][vendor] = row }
            if names[vendor].cores == name { coreRow[Int(namespace)][vendor] = row }
        }
        return row
    }

    /// Charges (or with negative numbers gives back, never below 0) a pod's collapsed usage.
    public func charge(namespace: Int32, vendor: VendorID, memoryMiB: Int64, cores: Int64) {
        let name = names[vendor.index]
        charge(namespace, name.memory, memoryMiB)
        charge(namespace, name.cores, cores)
        if memoryMiB < 0 || cores < 0 { version += 1 }
    }

    private func charge(_ namespace: Int32, _ name: String, _ amount: Int64) {
        if name.isEmpty { return }
        let row = row(namespace, name)
        entries[row].used = max(entries[row].used &+ amount, 0)
    }

    /// Whether a namespace may use `memoryMiB` and `cores` more of a vendor's devices.
    ///
    /// - Parameter factor: the vendor's memory factor; the limit counts in its units.
    /// - Complexity: O(1), no allocation.
    public func allows(namespace: Int32, vendor: VendorID, memoryMiB: Int64, cores: Int64, factor: Int32) -> Bool {
        guard hasLimits, namespace >= 0 else { return true }
        let memory = memoryRow[Int(namespace)][vendor.index]
        if memory >= 0, entries[memory].hasLimit,
            entries[memory].used &+ memoryMiB > entries[memory].limit &* Int64(factor > 1 ? factor : 1)
        {
            return false
        }
        let core = coreRow[Int(namespace)][vendor.index]
        return !(core >= 0 && entries[core].hasLimit && entries[core].used &+ cores > entries[core].limit)
    }

    /// True when some vendor resource of the namespace has a limit; pods elsewhere need no quota check.
    public func limitsNamespace(_ namespace: Int32) -> Bool {
        guard hasLimits else { return false }
        return rows[Int(namespace)].values.contains { entries[$0].hasLimit }
    }

    /// Copy of the state that charges change, for rounds that are taken back.
    public func snapshot() -> [Int64] { entries.map(\.used) }

    public func restore(_ snapshot: [Int64]) {
        for row in entries.indices { entries[row].used = row < snapshot.count ? snapshot[row] : 0 }
        version += 1
    }
}
