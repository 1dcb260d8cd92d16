import PlacementModel

extension Trace {
    /// Reads `pods.csv`. Equal texts are checked and stored once, so a million pods of a few classes load in about a second.
    package static func readPods(_ bytes: [UInt8], file: String, nodeRows: [String: Int32]) throws(TraceError)
        -> TracePods
    {
        try bytes.reading { buffer throws(TraceError) in
            var rows = PodRows(reader: try CSVReader(buffer, file: file), nodeRows: nodeRows)
            return try rows.readAll()
        }
    }
}

/// Reads the rows of `pods.csv` into columns.
private struct PodRows {
    var reader: CSVReader
    let nodeRows: [String: Int32]
    var pods = TracePods()
    /// Texts below this id were checked; by kind of column, because each has rules of its own.
    private var checkedLimits: Set<Int32> = []
    private var checkedEntries: Set<Int32> = []

    init(reader: CSVReader, nodeRows: [String: Int32]) {
        self.reader = reader
        self.nodeRows = nodeRows
    }

    mutating func readAll() throws(TraceError) -> TracePods {
        let places = try reader.columns(TraceFormat.podColumns)
        let name = places[0]
        let priorityColumn = reader.optionalColumn(TraceFormat.priorityColumn)
        while try reader.next() {
            if reader.isEmpty(name) { throw reader.error(name, "is empty") }
            if pods.count == InputLimits.tracePods {
                throw reader.error(name, "is one more than the \(InputLimits.tracePods) pods of a trace")
            }
            let shape = PodShape(
                namespace: try text(places[1]), cpuMilli: try reader.amount(places[4], CPUMilli.self).value,
                memoryMiB: try reader.amount(places[5], MemoryMiB.self).value, limits: try limits(places[6]),
                annotations: try entries(places[7]), nodeSelector: try entries(places[8]))
            let arrivalMs = try reader.amount(places[2], TraceMs.self).value
            let durationMs = try reader.integer(places[3], in: TraceMs.range, absent: -1)
            let gang = reader.isEmpty(places[9]) ? -1 : try text(places[9])
            let gangSize = try reader.integer(places[10], in: 0...Int64(Int32.max), absent: 0)
            let priority = try priorityColumn.map { column throws(TraceError) in
                try reader.integer(column, in: Int64(Int32.min)...Int64(Int32.max), absent: 0)
            }
            var placedOn: Int32 = -1
            if !reader.isEmpty(places[11]) {
                let node = try reader.text(places[11])
                guard let row = nodeRows[node] else {
                    throw reader.error(places[11], "\(TraceFormat.fleetFile) has no node \(node)")
                }
                placedOn = row
            }
            let isNew = reader.withBytes(name) { bytes in
                pods.append(
                    name: bytes, arrivalMs: arrivalMs, durationMs: durationMs, shape: shape, gang: gang,
                    gangSize: Int32(gangSize), priority: Int32(priority ?? 0), placedOn: placedOn)
            }
            if !isNew { throw reader.error(name, "pod \(try reader.text(name)) stands twice") }
        }
        return pods
    }

    private mutating func text(_ column: Int) throws(TraceError) -> Int32 {
        let known = pods.texts.count
        let id = reader.withBytes(column) { pods.texts.intern($0) }
        if Int(id) == known { _ = try reader.text(column) }
        return id
    }

    private mutating func entries(_ column: Int) throws(TraceError) -> Int32 {
        let id = try text(column)
        if checkedEntries.insert(id).inserted { _ = try reader.entries(column) }
        return id
    }

    private mutating func limits(_ column: Int) throws(TraceError) -> Int32 {
        let id = try text(column)
        if checkedLimits.insert(id).inserted {
            for (key, value) in try reader.entries(column) {
                do { _ = try Quantity(parsing: value) } catch {
                    throw reader.error(column, "\(key): \"\(value)\": \(error)")
                }
            }
        }
        return id
    }
}

extension TracePods {
    /// A note for each amount of a device resource that no device can have, and that is therefore taken as the largest number.
    ///
    /// What is far past 32 bits even in bytes is surely such an amount; smaller ones may be bytes.
    func notesOnAmounts(file: String) -> [String] {
        var notes: [String] = []
        for shape in shapes {
            for (key, value) in (try? KeyValueList.parse(texts[shape.limits])) ?? [] {
                let isBare = value.utf8.allSatisfy { $0 < 0x3a || $0 == UInt8(ascii: "e") }
                guard let quantity = try? Quantity(parsing: value) else { continue }
                let isPast = isBare ? quantity.exceeds(DeviceShareAmount.self) : quantity.exceeds(AskedAmount.self)
                if !isPast && quantity.sign >= 0 { continue }
                let note =
                    "\(file): \(key)=\(value) "
                    + (isPast ? "is more than any device has" : "is negative and asks nothing")
                if !notes.contains(note) { notes.append(note) }
                if notes.count > InputLimits.warnings { return notes }
            }
        }
        return notes
    }
}
