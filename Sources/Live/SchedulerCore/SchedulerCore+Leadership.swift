// Leadership won and lost.
//
// Whoever loses it drops what is only in memory. What may have been written is in doubt until it leads again: then another leader may
// have been at work in between, so only a write of ours proves a Binding dead.
extension SchedulerCore {
    mutating func win(as identity: String) {
        holder = identity
        for entry in pods.inOrder {
            if entry.state == .binding {
                // Its own unanswered Binding, too, is one of an earlier leader now.
                if let flight = entry.flight { subjects[flight.number] = nil }
                entry.flight = nil
                entry.fence = .unknown
                entry.isProving = false
                entry.notBefore = 0
            }
            podsToAdvance.append(entry)
        }
        for node in nodes.inOrder {
            node.notBefore = 0
            forgetAuthors(of: node)
            pumpLater(node)
        }
    }

    /// Who has written a lock is not known once others may have written.
    private func forgetAuthors(of node: NodeEntry) {
        (node.lockedFor, node.lockPending, node.vanishedFor, node.pastSince) = (nil, nil, nil, nil)
        node.fencedLocks = []
    }

    mutating func lose() {
        holder = nil
        roundDue = nil
        for entry in pods.inOrder { moveIfMeant(entry, .leadershipLost) }
        for node in nodes.inOrder {
            forgetAuthors(of: node)
            if node.flight != nil { node.isInDoubt = true }
        }
    }
}
