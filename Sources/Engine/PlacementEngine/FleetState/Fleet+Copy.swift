import DeviceTable
import PlacementModel
import VendorCatalog

extension Fleet {
    /// The fleet as it is now, to try something on: what happens to one of the two does not show in the other.
    ///
    /// Classes keep their ids, handles of residents hold in both, engines belong to one fleet.
    /// - Precondition: no checkpoint is open.
    /// - Complexity: linear in nodes, devices, residents and classes.
    public func copy() -> Fleet {
        precondition(journal.isEmpty && !table.isJournaling, "a fleet is copied between rounds")
        let other = Fleet(copying: self)
        other.residents = residents.copy()
        other.pods = pods
        other.uidOfResident = uidOfResident
        other.parked = parked
        other.quotaObjects = quotaObjects
        other.freeClassIDs = freeClassIDs
        other.classVersion = classVersion
        other.classUses = classUses
        other.classIDs = classIDs
        other.demands = demands
        for known in classes { other.classes.append(known.copy(twin: nil)) }
        for known in classes where known.twin != nil {
            other.classes[known.id] = known.copy(twin: known.twin.map { other.classes[$0.id] })
        }
        other.resolveClasses()
        other.podRules = podRules?.copy()
        return other
    }

    /// The same nodes, devices and limits without any pod and without what pods left behind: what could ever fit.
    ///
    /// Classes and rules over other pods are the caller's to ask and to set anew.
    /// - Precondition: no checkpoint is open.
    /// - Complexity: linear in nodes and devices, whatever runs there
    public func emptied() -> Fleet {
        precondition(journal.isEmpty && !table.isJournaling, "a fleet is copied between rounds")
        let other = Fleet(copying: self)
        other.table.forgetPods(ignoredResources: catalog.managedResources)
        other.quotas.restore([])
        other.quotaObjects = quotaObjects
        return other
    }

    /// Takes over the names that vendors keep of devices, by id: it is kept by the process and stands in no object.
    ///
    /// - Complexity: linear in devices.
    public func takeOverExpectations(of other: Fleet) {
        for column in table.vendorColumns.symbols {
            let names = other.table.names(column)
            var expected: [String: String] = [:]
            for row in other.nodeRows {
                for device in other.table.devices(of: row) where names[device] >= 0 {
                    expected[other.table.records[device].id] = other.table.symbols[names[device]]
                }
            }
            if expected.isEmpty { continue }
            for row in nodeRows {
                for device in table.devices(of: row) {
                    guard let text = expected[table.records[device].id] else { continue }
                    table.set(column, table.symbols.intern(text), device: device)
                }
            }
        }
    }
}
