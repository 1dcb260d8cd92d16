import BulkJSON
import TraceReplay

extension JSONWriter {
    /// The member `ceiling` of a report; what does not hold is left out.
    mutating func ceiling(_ ceiling: ReplayCeiling) {
        key("ceiling")
        beginObject()
        if let timeMs = ceiling.timeMs { amount("timeMs", timeMs) }
        amount("pods", ceiling.pods)
        amount("waiting", Int64(ceiling.waiting))
        key("entries")
        beginArray()
        for entry in ceiling.entries {
            beginObject()
            key("vendor")
            string(entry.vendor)
            key("resource")
            string(entry.resource)
            amount("total", entry.total)
            amount("allocated", entry.allocated)
            amount("ceiling", entry.ceiling)
            amount("gap", entry.gap)
            amount("workConservingCeiling", entry.workConserving)
            amount("workConservingGap", entry.workConserving.map { $0 - entry.allocated })
            endObject()
        }
        endArray()
        endObject()
    }

    private mutating func amount(_ key: String, _ value: Int64?) {
        guard let value else { return }
        self.key(key)
        int(value)
    }
}
