import DeviceTable
import PlacementModel
import VendorCatalog

extension Fleet {
    /// The first thing that does not add up: columns, rows and their order, what pods hold, quotas, who is who; nil = none.
    ///
    /// - Complexity: O(devices + residents + pods). For tests and debugging.
    public func brokenInvariant() -> String? {
        table.brokenInvariant() ?? brokenOrder() ?? brokenHoldings() ?? brokenPod()
    }

    private func brokenOrder() -> String? {
        guard order == .byName else { return nil }
        let names = nodeRows.map { table.nodes[$0].name }
        for (one, next) in zip(names, names.dropFirst()) where !one.utf8.lexicographicallyPrecedes(next.utf8) {
            return "\(one) stands before \(next)"
        }
        return nil
    }

    /// What all residents hold together is what the table and the ledger count.
    private func brokenHoldings() -> String? {
        var used: [Int: Int32] = [:]
        var taken: [Int: Int64] = [:]
        var charged: [Int32: [UInt8: Int64]] = [:]
        var count = 0
        for row in 0..<residents.rowCount {
            guard let id = residents.id(ofRow: row) else { continue }
            count += 1
            let resident = residents[id]
            taken[Int(resident.node), default: 0] &+= residents.footprints[Int(resident.footprint)].cpuMilli
            for effect in residents.effects(of: id) {
                if table.nodeOfDevice[Int(effect.device)] != resident.node {
                    return "resident \(row) holds a device of another node"
                }
                guard effect.kind == .usage else { continue }
                used[Int(effect.device), default: 0] &+= effect.amount
                if resident.namespace >= 0 && effect.chargesQuota {
                    charged[resident.namespace, default: [:]][effect.vendor, default: 0] += Int64(effect.memoryMiB)
                }
            }
        }
        if count != residents.aliveCount { return "\(residents.aliveCount) residents are counted, \(count) are there" }
        for device in 0..<table.deviceRowCount where table.used[device] != used[device] ?? 0 {
            return
                "device \(table.records[device].id) counts \(table.used[device]) slots, its pods \(used[device] ?? 0)"
        }
        for row in nodeRows where table.taken[row].cpuMilli != taken[row] ?? 0 {
            return "node \(table.nodes[row].name) counts other CPU than its pods take"
        }
        for (namespace, amounts) in charged {
            for (vendor, amount) in amounts {
                let known = quotas.used(namespace: namespace, vendor: VendorID(Int(vendor)))
                if let known, known.memoryMiB != amount && amount >= 0 && !sharesMemoryName(vendor) {
                    return "namespace \(namespace) counts \(known.memoryMiB) MiB, its pods \(amount)"
                }
            }
        }
        return nil
    }

    private func sharesMemoryName(_ vendor: UInt8) -> Bool {
        let name = catalog.vendors[Int(vendor)].resources.memory
        return catalog.vendors.count(where: { $0.resources.memory == name }) > 1
    }

    private func brokenPod() -> String? {
        for (uid, record) in pods {
            for part in record.parts {
                if part.resident == .none {
                    if parked[part.nodeName]?.contains(uid) != true { return "pod \(uid) is neither placed nor parked" }
                    if table.node(named: part.nodeName) != nil { return "pod \(uid) waits for a node that is there" }
                } else {
                    if !residents.isAlive(part.resident) { return "pod \(uid) is no resident" }
                    if uidOfResident[part.resident.row] != uid { return "the resident of \(uid) names another pod" }
                    let row = Int(residents[part.resident].node)
                    if table.nodes[row].name != part.nodeName { return "pod \(uid) is on \(table.nodes[row].name)" }
                }
            }
        }
        return nil
    }
}
