import BulkJSON
import TraceModel
import VendorCatalog

/// Microsoft's Philly clusters, 2017: a JSON list of jobs with their attempts, and a machine list.
///
/// A job is a gang of one pod for each server of its first attempt, with that many GPUs, and runs as long as its attempts
/// together. Times are local (US Pacific); summer time ended on 2017-11-05. CPU and memory of jobs are not published.
struct PhillySource: TraceSource {
    let name = "philly-2017"
    let summary = "Microsoft Philly, training jobs on whole GPUs, 2017"
    let home = "https://github.com/msr-fiddle/philly-traces"
    let licence = "CC-BY-4.0"
    let files = [
        SourceFile("jobs", "cluster_job_log"), SourceFile("machines", "cluster_machine_list", isRequired: false),
    ]

    func read(_ files: SourceFiles, options: ImportOptions, catalog: VendorCatalog) throws(TraceError) -> ImportedTrace
    {
        var work = try TraceImport(self, options, catalog: catalog)
        if try work.makeDescribedFleet(.init()), let machines = files.optionalPath("machines") {
            try readMachines(machines, &work)
        }
        try readJobs(files.path("jobs"), &work)
        return try work.finish(file: files.path("jobs"), startsAtFirst: true)
    }

    private func readMachines(_ file: String, _ work: inout TraceImport) throws(TraceError) {
        let columns = ["machineId", "number of GPUs", "single GPU mem"]
        try work.forEachRow(of: file, columns: columns, dialect: CSVDialect(trimsSpaces: true)) {
            work, row, places throws(TraceError) in
            var node = TraceNode(
                name: try row.name(places[0]), cpuMilli: 0, memoryMiB: 0, podsMax: TraceImport.podsPerNodeMax)
            let devices = try row.integer(places[1], in: 0...TraceFormat.devicesPerNodeMax)
            let memory = try row.text(places[2])
            guard let memoryMiB = DescribedNodes.memoryMiB(memory[...]) else {
                throw row.error(places[2], "\"\(memory)\" is no device memory such as 24GB")
            }
            if devices > 0 {
                node.groups = [
                    try work.group(
                        model: "GPU-" + memory, devices: devices, memoryMiB: memoryMiB, file: file, line: row.line)
                ]
            }
            try work.add(node, at: places[0], of: row)
        }
    }

    // MARK: - Jobs

    private func readJobs(_ file: String, _ work: inout TraceImport) throws(TraceError) {
        let bytes = try TraceFiles.read(file)
        try bytes.reading { buffer throws(TraceError) in
            let open = JSONPlace.valueStart(buffer, from: 0)
            guard open < buffer.count, buffer[open] == UInt8(ascii: "[") else {
                throw JSONPlace.error(file: file, bytes: buffer, offset: open, "is no JSON list of jobs")
            }
            let parser = JSONParser()
            var jobs: Set<String> = []
            var parts = JSONListParts(UnsafeRawBufferPointer(buffer), from: open + 1, minimum: 1)
            while let part = parts.next() {
                // An empty list is one part of nothing.
                let start = JSONPlace.valueStart(buffer, from: part.lowerBound)
                if parts.end != nil, jobs.isEmpty, start == part.upperBound { break }
                do throws(TraceError) {
                    let value: JSONValue
                    do throws(JSONError) {
                        value = try parser.parse(
                            UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[part])))
                    } catch {
                        throw JSONPlace.error(
                            file: file, bytes: buffer, offset: start, "the job is no JSON: \(error.message)")
                    }
                    try readJob(JSONRecord(file: file, bytes: buffer, start: start, value: value), &work, &jobs)
                } catch { try work.leaveOut(error) }
            }
            guard let end = parts.end else {
                throw JSONPlace.error(file: file, bytes: buffer, offset: buffer.count, "the list of jobs never ends")
            }
            let rest = JSONPlace.valueStart(buffer, from: end + 1)
            guard rest == buffer.count else {
                throw JSONPlace.error(file: file, bytes: buffer, offset: rest, "text behind the list of jobs")
            }
            withExtendedLifetime(parser) {}
        }
    }

    private func readJob(
        _ job: JSONRecord, _ work: inout TraceImport, _ jobs: inout Set<String>
    ) throws(TraceError) {
        guard job.value.kind == .object else { throw job.error([], "the job is no JSON object") }
        let id = try job.text(.member("jobid"))
        if id.isEmpty { throw job.error([.member("jobid")], "is empty") }
        guard jobs.insert(id).inserted else { throw job.error([.member("jobid")], "\(id) stands twice") }
        let statuses = ["Pass", "Killed", "Failed"]
        let status = try job.text(.member("status"))
        guard statuses.contains(status) else {
            throw job.error([.member("status")], "\"\(status)\" is none of \(statuses.joined(separator: ", "))")
        }
        let namespace = try job.text(.member("vc"))
        if namespace.isEmpty { throw job.error([.member("vc")], "is empty") }
        let arrivalMs = try time(job, [.member("submitted_time")], try job.text(.member("submitted_time")))
        let attempts = try job.count(.member("attempts"))
        guard let durationMs = try runTime(of: job, attempts: attempts) else {
            return work.drop(attempts == 0 ? "jobs without a recorded attempt" : "jobs without recorded times")
        }
        var isPlaced = false
        for (number, devices) in try devicesByServer(of: job).enumerated() {
            isPlaced = true
            var task = ImportedTask(name: "\(id)-\(number)", namespace: namespace)
            task.gang = id
            task.arrivalMs = arrivalMs
            task.durationMs = durationMs
            task.devices = work.devices.ask(milli: Int64(devices) * 1000)
            guard work.add(task, line: 0) else { throw job.error([.member("jobid")], "\(task.name) stands twice") }
        }
        if !isPlaced { work.drop("jobs without GPUs") }
    }

    /// GPUs on each server of the first attempt.
    private func devicesByServer(of job: JSONRecord) throws(TraceError) -> [Int] {
        let attempt: [JSONRecord.Step] = [.member("attempts"), .element(0), .member("detail")]
        var devices: [Int] = []
        for server in 0..<(try job.count(attempt[0], attempt[1], attempt[2])) {
            let gpus = try job.count(attempt[0], attempt[1], attempt[2], .element(server), .member("gpus"))
            guard gpus <= TraceFormat.devicesPerNodeMax else {
                throw job.error(
                    attempt + [.element(server), .member("gpus")],
                    "has \(gpus) GPUs, a server at most \(TraceFormat.devicesPerNodeMax)")
            }
            if gpus > 0 { devices.append(gpus) }
        }
        return devices
    }

    /// The time of all attempts together; -1 while the last one runs; nil where nothing is known.
    private func runTime(of job: JSONRecord, attempts: Int) throws(TraceError) -> Int64? {
        var totalMs: Int64 = 0
        var isKnown = false
        for number in 0..<attempts {
            let attempt: [JSONRecord.Step] = [.member("attempts"), .element(number)]
            let startPath = attempt + [.member("start_time")]
            let endPath = attempt + [.member("end_time")]
            guard let start = try job.optionalText(attempt[0], attempt[1], .member("start_time")) else { continue }
            let startMs = try time(job, startPath, start)
            guard let end = try job.optionalText(attempt[0], attempt[1], .member("end_time")) else {
                if number == attempts - 1 { return -1 }
                continue
            }
            var endMs = try time(job, endPath, end)
            // The hour that came twice.
            if endMs < startMs, Self.repeatedHourMs.contains(endMs) { endMs += 3_600_000 }
            guard endMs >= startMs else { throw job.error(endPath, "\(end) is before start_time \(start)") }
            // Each at most 10^4 years, and no more of them than a list may have: below 2^62.
            totalMs += endMs - startMs
            isKnown = true
        }
        return isKnown ? totalMs : nil
    }

    // MARK: - Time

    /// 2017-11-05 02:00 by the clock on the wall, which then went back to 01:00.
    private static let summerEndsMs: Int64 = 1_509_847_200_000
    private static let repeatedHourMs = summerEndsMs + 6 * 3_600_000..<summerEndsMs + 7 * 3_600_000

    private func time(_ job: JSONRecord, _ path: [JSONRecord.Step], _ text: String) throws(TraceError) -> Int64 {
        guard let wallMs = TimestampText.milliseconds(text) else {
            throw job.error(path, "\"\(text)\" is no time such as 2017-10-07 01:12:09")
        }
        return wallMs + (wallMs < Self.summerEndsMs ? 7 : 8) * 3_600_000
    }
}
