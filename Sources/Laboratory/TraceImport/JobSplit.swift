import TraceModel

/// A job of a batch system that takes several nodes, as one pod a node.
struct JobSplit {
    let nodes: Int64

    /// An amount of the whole job for each node, rounded up, so that the parts cover it.
    func share(of total: Int64) -> Int64 { (total + nodes - 1) / nodes }

    /// Thousandths of devices for each node; devices of a job are never cut.
    func deviceMilli(of devices: Int64) -> Int64 { share(of: devices) * 1000 }
}

/// What the job lists of Slurm, Helios and Acme have in common.
extension ImportedTask {
    /// A pod a node, each with an equal part of the job.
    mutating func setShare(
        _ row: borrowing CSVReader, devices: Int, cpus: Int, nodes: Int, _ work: borrowing TraceImport
    ) throws(TraceError) {
        let split = JobSplit(nodes: try row.wholeDecimal(nodes, in: 1...TraceImport.countMax))
        pods = split.nodes
        let milli = split.deviceMilli(of: try row.wholeDecimal(devices, in: 0...TraceImport.countMax))
        self.devices = work.devices.ask(milli: milli)
        cpuMilli = split.share(of: try row.decimal(cpus, times: 1000, in: 0...TraceImport.countMax))
    }

    /// - Returns: false when the job never started.
    mutating func setTimes(
        _ row: borrowing CSVReader, submit: Int, start: Int, end: Int, _ work: inout TraceImport
    ) throws(TraceError) -> Bool {
        arrivalMs = try row.presentTime(submit)
        let endMs = try row.time(end, mayBeAbsent: true)
        guard let startMs = try row.time(start, mayBeAbsent: true) else { return false }
        var order = EventOrder(arrivalMs, column: submit)
        var notes: [String] = []
        _ = try order.take(startMs, start, of: row) { notes.append($0) }
        if let endMs { durationMs = try order.take(endMs, end, of: row) { notes.append($0) } }
        for note in notes { work.note(note) }
        return true
    }
}
