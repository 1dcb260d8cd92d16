import BulkJSON
import MeasuredWork
import PlacementModel
import TraceModel

extension BenchmarkRecord {
    /// Reads a record.
    ///
    /// - Throws: ``GateError`` with the file, the field and what was expected there.
    public init(file: String) throws(GateError) {
        let bytes: [UInt8]
        do { bytes = try TraceFiles.read(file) } catch { throw GateError(file: error.file, problem: error.problem) }
        try self.init(parsing: String(decoding: bytes, as: UTF8.self), file: file)
    }

    init(parsing text: String, file: String) throws(GateError) {
        let tree: JSON
        do { tree = try JSON(parsing: text) } catch { throw GateError(file: file, problem: "\(error)") }
        let root = RecordField(tree, file: file, path: "")
        guard try root["format"].string() == Self.format, try root["formatVersion"].int() == Self.formatVersion else {
            throw GateError(file: file, problem: "format: expected \(Self.format), version \(Self.formatVersion)")
        }
        let machine = try root["machine"]
        let toolchain = try root["toolchain"]
        let revision = try root["revision"]
        self.init(
            size: try root["size"].string(),
            machine: Machine(
                system: try machine["system"].string(), architecture: try machine["architecture"].string(),
                processor: try machine["processor"].string(), processors: Int(try machine["processors"].int()),
                memoryMiB: try machine["memoryMiB"].int()),
            toolchain: Toolchain(
                compiler: try toolchain["compiler"].string(), configuration: try toolchain["configuration"].string()),
            revision: Revision(
                commit: try revision["commit"].string(), isModified: try revision["isModified"].bool(),
                subject: try revision["subject"].string()),
            traces: [], workloads: [])
        for trace in try root["traces"].elements() {
            traces.append(
                TraceFingerprint(
                    name: try trace["name"].string(), nodes: Int(try trace["nodes"].int()),
                    pods: Int(try trace["pods"].int()), fleetSHA256: try trace["fleetSHA256"].string(),
                    podsSHA256: try trace["podsSHA256"].string()))
        }
        for field in try root["workloads"].elements() { workloads.append(try Self.entry(field)) }
        if Set(workloads.map(\.name)).count < workloads.count {
            throw GateError(file: file, problem: "workloads: a name stands twice")
        }
    }

    private static func entry(_ field: RecordField) throws(GateError) -> Entry {
        var entry = Entry(
            name: try field["name"].string(), operation: try field["operation"].string(),
            operations: Int(try field["operations"].int()), hash: try field["hash"].string())
        for (name, count) in try field["counts"].members() { entry.counts[name] = try count.int() }
        for (name, percent) in try field["quality"].members() { entry.quality[name] = try percent.double() }
        for session in try field["sessions"].elements() {
            let times = try session["nanoseconds"].times()
            let calibration = try session["calibrationNanoseconds"].times()
            guard times.count == calibration.count else {
                throw session.problem("as many calibration times as times")
            }
            entry.sessions.append(
                Session(
                    nanoseconds: times, calibrationNanoseconds: calibration,
                    quietNanoseconds: try session["quietNanoseconds"].time()))
        }
        return entry
    }
}

/// A value of a record with its path, for problems.
private struct RecordField {
    let value: JSON
    let file: String
    let path: String

    init(_ value: JSON, file: String, path: String) {
        self.value = value
        self.file = file
        self.path = path
    }

    subscript(key: String) -> RecordField {
        get throws(GateError) {
            let inner = path.isEmpty ? key : path + "." + key
            guard let found = value[key] else { throw GateError(file: file, problem: inner + ": missing") }
            return RecordField(found, file: file, path: inner)
        }
    }

    func problem(_ expected: String) -> GateError { GateError(file: file, problem: path + ": expected " + expected) }

    func string() throws(GateError) -> String {
        guard let text = value.string else { throw problem("a string") }
        return text
    }

    /// At most 2^53, so that differences, and sums over a record's workloads, stay within 64 bits.
    func int() throws(GateError) -> Int64 {
        guard let number = value.int64, (0...InputLimits.savedCounts.upperBound).contains(number) else {
            throw problem("a whole number from 0 to 2^53")
        }
        return number
    }

    /// At most 10^15, so that it has a place among 64-bit integers.
    func double() throws(GateError) -> Double {
        guard let number = value.double, InputLimits.savedNumbers.contains(number) else {
            throw problem("a number of at most 10^15")
        }
        return number
    }

    func bool() throws(GateError) -> Bool {
        guard let flag = value.bool else { throw problem("true or false") }
        return flag
    }

    func elements() throws(GateError) -> [RecordField] {
        guard let array = value.array else { throw problem("a list") }
        return array.enumerated().map { RecordField($1, file: file, path: "\(path)[\($0)]") }
    }

    func members() throws(GateError) -> [(String, RecordField)] {
        guard let object = value.object else { throw problem("an object") }
        return object.map { ($0.key, RecordField($0.value, file: file, path: "\(path).\($0.key)")) }
    }

    func times() throws(GateError) -> [Double] {
        var times: [Double] = []
        for element in try elements() { times.append(try element.time()) }
        return times
    }

    func time() throws(GateError) -> Double {
        let time = try double()
        guard time > 0 else { throw problem("a time above 0") }
        return time
    }
}
