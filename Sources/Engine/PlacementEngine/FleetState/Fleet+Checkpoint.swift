import DeviceTable

/// A change of the fleet beside the table and the quotas, which keep their own.
enum FleetChange {
    case added(ResidentID)
    case removed(ResidentStore.Departure)
    case namespaceSet(ResidentID, old: Int32)
    case pod(String, old: PodRecord?)
}

// A round, or several one in another, taken back as a whole.
extension Fleet {
    /// A point to which ``rollBack(to:)`` can return.
    public struct Checkpoint: Sendable {
        let table: DeviceTable.Checkpoint
        let quotas: Int
        let changes: Int
    }

    /// Starts (or continues) keeping changes. Until ``forgetCheckpoints()`` pods come and go, but nodes and limits stay.
    ///
    /// - Complexity: O(1)
    public func checkpoint() -> Checkpoint {
        Checkpoint(table: table.checkpoint(), quotas: quotas.checkpoint(), changes: journal.count)
    }

    /// Undoes every change since `checkpoint`: devices and what vendors keep of them, nodes, quotas, residents, pods.
    ///
    /// Handles of pods that had left are good again; those of pods that had come name nobody.
    /// - Complexity: O(changes)
    public func rollBack(to checkpoint: Checkpoint) {
        precondition(checkpoint.changes <= journal.count, "a checkpoint is used after the changes were forgotten")
        while journal.count > checkpoint.changes {
            switch journal.removeLast() {
            case .added(let id):
                observer?.residentChanged(residents.effects(of: id), node: Int(residents[id].node), by: -1)
                if let kind = residents.podKinds[id.row] { podRules?.didRemove(kind, node: Int(residents[id].node)) }
                residents.remove(id)
            case .removed(let departure):
                residents.undoRemoval(departure)
                let id = departure.id
                observer?.residentChanged(residents.effects(of: id), node: Int(residents[id].node), by: 1)
                if let kind = departure.podKind { podRules?.didPlace(kind, node: Int(residents[id].node)) }
            case .namespaceSet(let id, let old): residents.setNamespace(old, of: id)
            case .pod(let uid, let old): write(old, as: uid)
            }
        }
        table.rollBack(to: checkpoint.table)
        quotas.rollBack(to: checkpoint.quotas)
    }

    /// Keeps all changes and forgets how to undo them.
    public func forgetCheckpoints() {
        journal.removeAll(keepingCapacity: true)
        table.forgetJournal()
        quotas.forgetJournal()
    }
}
