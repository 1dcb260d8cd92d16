import GRDB
import TraceModel
import VendorCatalog

/// Azure's trace for packing, 2020: an SQLite file with the tables `vm` and `vmType`. No devices.
///
/// A virtual machine's size is a share of a machine of a certain type, so the fleet is machines of one type, and requests that
/// cannot run on it are dropped. CPU and memory count; disks and network have no place in a trace.
struct AzurePackingSource: TraceSource {
    let name = "azure-packing-2020"
    let summary = "Azure, virtual machines for packing (no devices), 2020"
    let home = "https://github.com/Azure/AzurePublicDataset/blob/master/AzureTracesForPacking2020.md"
    let licence = "CC-BY-4.0"
    let files = [SourceFile("database", "packing_trace_zone_a_v1.sqlite")]

    /// A machine's CPU and memory: large enough that shares of it are exact to a millionth.
    private static let cpusPerMachine: Int64 = 1000
    private static let memoryGiBPerMachine: Int64 = 1000
    private static let dayMs = 86_400_000.0

    /// What a virtual machine type takes of a machine.
    private struct Share {
        var cpuMilli: Int64
        var memoryMiB: Int64
    }

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        let file = files.path("database")
        guard options.fleet.isEmpty, options.nodeCPUs == nil, options.nodeMemoryGiB == nil else {
            throw TraceError(
                file: name, problem: "machines are measured in shares; only --cpu-nodes COUNT says how many")
        }
        guard options.nodesWithoutDevices > 0 else {
            throw TraceError(file: name, problem: "the file does not say how many machines there are; give --cpu-nodes")
        }
        var work = try TraceImport(self, options, catalog: catalog)
        _ = try work.makeDescribedFleet(.init(cpus: Self.cpusPerMachine, memoryGiB: Self.memoryGiBPerMachine))
        let tables = try SQLiteTables(file)
        let shares = try readTypes(tables, &work)
        let machine = try chooseMachine(tables, shares, options.machineType)
        try readRequests(tables, shares[machine] ?? [:], &work)
        return try work.finish(name: "azure-packing-machine-\(machine)", file: file, startsAtFirst: false)
    }

    /// Shares by machine and virtual machine type.
    private func readTypes(
        _ tables: SQLiteTables, _ work: inout TraceImport
    ) throws(TraceError) -> [String: [String: Share]] {
        var shares: [String: [String: Share]] = [:]
        let columns = ["vmTypeId", "machineId", "core", "memory"]
        try tables.forEachRow(of: "vmType", columns: columns, &work) { _, row throws(TraceError) in
            let type = try row.id("vmTypeId")
            let machine = try row.id("machineId")
            let share = Share(
                cpuMilli: Int64((try row.number("core", in: 0...1) * Double(Self.cpusPerMachine * 1000)).rounded()),
                memoryMiB: Int64(
                    (try row.number("memory", in: 0...1) * Double(Self.memoryGiBPerMachine * 1024)).rounded()))
            guard shares[machine, default: [:]].updateValue(share, forKey: type) == nil else {
                throw row.error("vmTypeId", "type \(type) stands twice for machine \(machine)")
            }
        }
        return shares
    }

    /// The machine type asked for, else the one on which most requests can run, the lowest among equals.
    private func chooseMachine(
        _ tables: SQLiteTables, _ shares: [String: [String: Share]], _ wanted: String?
    ) throws(TraceError) -> String {
        if let wanted {
            guard shares[wanted] != nil else {
                throw TraceError(
                    file: tables.file,
                    problem: "table vmType has no machineId \(wanted); it has "
                        + shares.keys.sorted(by: Self.isLower).joined(separator: ", "))
            }
            return wanted
        }
        let requests = try tables.counts(of: "vmTypeId", in: "vm")
        let runnable = shares.mapValues { types in types.keys.reduce(0) { $0 + (requests[$1] ?? 0) } }
        let best = runnable.sorted { $0.value != $1.value ? $0.value > $1.value : Self.isLower($0.key, $1.key) }.first
        guard let best else { throw TraceError(file: tables.file, problem: "table vmType is empty") }
        return best.key
    }

    private static func isLower(_ left: String, _ right: String) -> Bool {
        if let left = Int64(left), let right = Int64(right) { return left < right }
        return left < right
    }

    private func readRequests(
        _ tables: SQLiteTables, _ shares: [String: Share], _ work: inout TraceImport
    ) throws(TraceError) {
        let columns = ["vmId", "tenantId", "vmTypeId", "priority", "starttime", "endtime"]
        try tables.forEachRow(of: "vm", columns: columns, &work) { work, row throws(TraceError) in
            var task = ImportedTask(name: "vm-" + (try row.id("vmId")))
            task.namespace = "tenant-" + (try row.id("tenantId"))
            let type = try row.id("vmTypeId")
            // 0 is high, 1 low.
            let priority = try row.number("priority", in: 0...1)
            guard priority == 0 || priority == 1 else { throw row.error("priority", "\(priority) is neither 0 nor 1") }
            task.priority = -Int32(priority)
            let days = -36_500.0...36_500.0
            let start = try row.number("starttime", in: days)
            let end = row.isNull("endtime") ? nil : try row.number("endtime", in: days)
            if let end, end < start { throw row.error("endtime", "\(end) is before starttime \(start)") }
            // Those that ran before the trace began come at its start.
            task.arrivalMs = Int64((max(start, 0) * Self.dayMs).rounded())
            if let end {
                guard end > 0 else { return work.drop("virtual machines that left before the trace began") }
                task.durationMs = Int64((end * Self.dayMs).rounded()) - task.arrivalMs
            }
            guard let share = shares[type] else {
                return work.drop("virtual machines whose type does not run on the machine chosen")
            }
            task.cpuMilli = share.cpuMilli
            task.memoryMiB = share.memoryMiB
            if !work.add(task, line: 0) { throw row.error("vmId", "\(task.name) stands twice") }
        }
    }
}
