import TraceModel
import VendorCatalog

/// Slurm's accounting: what `sacct --parsable2` prints, one line a job.
///
/// A job is a gang of `NNodes` pods with equal parts of its trackable resources. Job steps are skipped; jobs that never
/// started are dropped, pending ones kept. The fleet is not in the output.
/// - Source: sacct(1), the fields named in `columns`; tres.html of the Slurm documentation
struct SlurmSource: TraceSource {
    let name = "slurm"
    let summary = "Slurm accounting of your own cluster (sacct --parsable2)"
    let home = "sacct -a -P -X -o JobID,User,Account,State,Submit,Start,End,NNodes,ReqTRES,AllocTRES"
    let licence = "yours"
    let files = [SourceFile("jobs", "sacct")]

    private static let columns = ["JobID", "State", "Submit", "Start", "End", "NNodes"]
    private static let states = [
        "BOOT_FAIL", "CANCELLED", "COMPLETED", "COMPLETING", "CONFIGURING", "DEADLINE", "FAILED", "NODE_FAIL",
        "OUT_OF_MEMORY", "PENDING", "PREEMPTED", "REQUEUED", "RESIZING", "REVOKED", "RUNNING", "STOPPED", "SUSPENDED",
        "TIMEOUT",
    ]

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        var work = try TraceImport(self, options, catalog: catalog)
        _ = try work.makeDescribedFleet(.init())
        let file = files.path("jobs")
        let dialect = CSVDialect(
            delimiter: UInt8(ascii: "|"), delimiterAdvice: "has no bars; sacct needs --parsable2 (-P)", quotes: false)
        let types = DeviceTypeNames(catalog: catalog)
        try work.forEachRow(of: file, columns: Self.columns, dialect: dialect) {
            work, row, places throws(TraceError) in
            let id = try row.name(places[0])
            if id.contains(".") { return }
            if id.contains("[") { return work.drop("job arrays that are still pending") }
            var task = ImportedTask(name: "job-" + id, namespace: try namespace(row))
            let state = try state(row, places[1])
            let hasStarted = try task.setTimes(row, submit: places[2], start: places[3], end: places[4], &work)
            if !hasStarted && state != "PENDING" { return work.drop("jobs that never started") }
            let split = JobSplit(nodes: max(try row.integer(places[5], in: 0...TraceImport.countMax), 1))
            task.pods = split.nodes
            try set(&task, split, row, &work, types)
            try work.add(task, at: places[0], of: row)
        }
        return try work.finish(file: file, startsAtFirst: true)
    }

    private static func described(_ resource: String) -> String {
        ["gres/shard", "gres/mps"].contains(resource) ? "shares of GPUs (\(resource))" : resource
    }

    private func namespace(_ row: borrowing CSVReader) throws(TraceError) -> String {
        for name in ["Account", "User"] {
            if let column = row.optionalColumn(name), !row.isAbsent(column) { return try row.text(column) }
        }
        return "default"
    }

    /// The state without what follows it, as in `CANCELLED by 1000`.
    private func state(_ row: borrowing CSVReader, _ column: Int) throws(TraceError) -> String {
        let text = try row.text(column)
        let word = text.split(separator: " ").first.map(String.init) ?? ""
        guard Self.states.contains(word) else { throw row.error(column, "\"\(text)\" is no job state") }
        return word
    }

    /// What was asked for, or where that is not told, what was given.
    private func set(
        _ task: inout ImportedTask, _ split: JobSplit, _ row: borrowing CSVReader, _ work: inout TraceImport,
        _ types: DeviceTypeNames
    ) throws(TraceError) {
        let columns = ["ReqTRES", "AllocTRES"].compactMap { row.optionalColumn($0) }
        guard let column = columns.first(where: { !row.isAbsent($0) }) ?? columns.first else {
            throw TraceError(file: row.file, line: 1, problem: "missing column ReqTRES or AllocTRES in the header")
        }
        let resources = try SlurmResources(row, column)
        task.cpuMilli = split.share(of: resources.cpus * 1000)
        task.memoryMiB = split.share(of: resources.memoryMiB)
        var model = ""
        if let type = resources.deviceType {
            let found = types.models(for: type, among: work.models)
            guard let first = found.first else {
                let known = work.models.isEmpty ? "" : "; it has \(work.models.sorted().joined(separator: ", "))"
                throw row.error(column, "no node of --nodes has GPUs of the type \(type)\(known)")
            }
            if found.count > 1 {
                work.note("jobs of type \(type), which may be \(found.joined(separator: " or ")); taken for the first")
            }
            model = first
        }
        for kind in resources.passedOver {
            work.note("jobs that ask for \(Self.described(kind)), which a trace cannot say")
        }
        task.devices = work.devices.ask(milli: split.deviceMilli(of: resources.devices), model: model)
    }
}

/// Slurm's trackable resources of a job, as in `billing=8,cpu=8,gres/gpu:a100=4,gres/gpu=4,mem=64G,node=1`.
struct SlurmResources {
    private(set) var cpus: Int64 = 0
    private(set) var memoryMiB: Int64 = 0
    private(set) var devices: Int64 = 0
    /// The type asked for, where it is one.
    private(set) var deviceType: String?
    /// Names of generic resources other than whole GPUs, without their types; shares of GPUs among them.
    private(set) var passedOver: [String] = []

    /// - Throws: an error at the column for text of another form. Resources of other kinds are skipped.
    init(_ row: borrowing CSVReader, _ column: Int) throws(TraceError) {
        let text = try row.text(column)
        var typed: [(type: String, count: Int64)] = []
        var untyped: Int64?
        for entry in text.split(separator: ",") {
            guard let equals = entry.firstIndex(of: "="), equals > entry.startIndex else {
                throw row.error(column, "\"\(entry)\" is no resource=amount")
            }
            let name = entry[..<equals]
            let amount = entry[entry.index(after: equals)...]
            switch name {
            case "cpu": cpus = try Self.count(amount, entry, row, column)
            case "mem":
                guard let memory = Self.memoryMiB(amount) else {
                    throw row.error(column, "\"\(entry)\" is no memory such as mem=64G")
                }
                memoryMiB = memory
            case "gres/gpu": untyped = try Self.count(amount, entry, row, column)
            default:
                if name.hasPrefix("gres/"), !name.hasPrefix("gres/gpu:") {
                    let kind = String(name.prefix { $0 != ":" })
                    // Not asked for but used, as accounting notes it.
                    if kind == "gres/gpuutil" || kind == "gres/gpumem" { continue }
                    if amount != "0", !passedOver.contains(kind) { passedOver.append(kind) }
                }
                guard name.hasPrefix("gres/gpu:") else { continue }
                typed.append((String(name.dropFirst(9)), try Self.count(amount, entry, row, column)))
            }
        }
        devices = untyped ?? typed.reduce(0) { $0 + $1.count }
        if typed.count == 1 { deviceType = typed[0].type }
    }

    private static func count(
        _ amount: Substring, _ entry: Substring, _ row: borrowing CSVReader, _ column: Int
    ) throws(TraceError) -> Int64 {
        guard let count = Int64(amount), (0...TraceImport.countMax).contains(count) else {
            throw row.error(column, "\"\(entry)\" is no number from 0 to \(TraceImport.countMax)")
        }
        return count
    }

    /// `64G`, `1.5T`, `2048K`; a number alone counts MiB.
    private static func memoryMiB(_ text: Substring) -> Int64? {
        let exponents: [Character: Int] = ["K": -1, "M": 0, "G": 1, "T": 2, "P": 3]
        let exponent = text.last.flatMap { exponents[$0] }
        let digits = exponent == nil ? text : text.dropLast()
        guard let first = digits.first, first.isNumber, let number = Double(digits), number.isFinite else { return nil }
        var amount = number
        for _ in 0..<max(exponent ?? 0, 0) { amount *= 1024 }
        if exponent == -1 { amount /= 1024 }
        return amount <= Double(TraceFormat.amountMax) ? Int64(amount.rounded(.up)) : nil
    }
}
