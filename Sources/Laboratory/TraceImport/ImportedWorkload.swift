import PlacementModel
import TraceModel

/// A job, or a part of one, as a source found it: equal pods that come together.
struct ImportedTask {
    var name: String
    var namespace = "default"
    /// On the source's own clock.
    var arrivalMs: Int64 = 0
    /// -1 = the pods stay.
    var durationMs: Int64 = -1
    var pods: Int64 = 1
    /// Pods that belong together; nil = these pods alone.
    var gang: String?
    /// Of each pod.
    var cpuMilli: Int64 = 0
    var memoryMiB: Int64 = 0
    /// Limits and annotations that ask for devices, of each pod.
    var devices = DeviceAsk()
    var priority: Int32 = 0
}

/// Texts of a pod that ask for devices.
struct DeviceAsk: Hashable {
    var limits = ""
    var annotations = ""
}

/// Tasks of a source on their way to pods, compact enough for data sets of millions.
struct ImportedWorkload {
    private struct Row {
        var name: Int32
        var gang: Int32
        var shape: PodShape
        var arrivalMs: Int64
        var durationMs: Int64
        var pods: Int32
        var priority: Int32
        var line: Int32
    }

    private var names = TextPool()
    private var texts = TextPool()
    private var rows: [Row] = []

    /// Adds a task that a line of a file gave.
    ///
    /// - Returns: false, changing nothing, when there is a task of that name.
    mutating func add(_ task: ImportedTask, line: Int) -> Bool {
        // A file of at most 16 GiB has fewer than 2^31 rows.
        guard names.intern(task.name) == Int32(rows.count) else { return false }
        let shape = PodShape(
            namespace: texts.intern(task.namespace), cpuMilli: task.cpuMilli, memoryMiB: task.memoryMiB,
            limits: texts.intern(task.devices.limits), annotations: texts.intern(task.devices.annotations),
            nodeSelector: texts.intern(""))
        rows.append(
            Row(
                name: Int32(rows.count), gang: texts.intern(task.gang ?? task.name), shape: shape,
                arrivalMs: task.arrivalMs, durationMs: task.durationMs, pods: Int32(clamping: task.pods),
                priority: task.priority, line: Int32(clamping: line)))
        return true
    }

    /// The pods in order of arrival, those of one time in the order of the source.
    ///
    /// Pods of a task of several are named for it and numbered from 0; a gang is told where more than one pod belongs to it.
    /// - Parameter startsAtFirst: whether time counts from the first arrival instead of the source's zero.
    /// - Throws: ``TraceError`` when arrivals are further apart than a trace can last, or two pods get one name.
    func pods(file: String, startsAtFirst: Bool) throws(TraceError) -> TracePods {
        // At most 2^31 rows of 2^31 pods each.
        let count = rows.reduce(0) { $0 + Int($1.pods) }
        guard count - rows.count <= InputLimits.importedPodsBeyondRows else {
            throw TraceError(
                file: file,
                problem: "its \(rows.count) jobs have \(count) pods, more than "
                    + "\(InputLimits.importedPodsBeyondRows) beyond one a job")
        }
        var pods = TracePods()
        pods.reserveCapacity(count)
        pods.texts = texts
        var gangSizes: [Int32: Int64] = [:]
        for row in rows { gangSizes[row.gang, default: 0] += Int64(row.pods) }
        let startMs = startsAtFirst ? rows.lazy.map(\.arrivalMs).min() ?? 0 : 0
        for row in rows.sorted(by: { ($0.arrivalMs, $0.name) < ($1.arrivalMs, $1.name) }) {
            let arrivalMs = row.arrivalMs - startMs
            guard arrivalMs <= TraceMs.range.upperBound else {
                throw TraceError(
                    file: file, line: Int(row.line), problem: "comes more than 34 years after the first job")
            }
            guard row.durationMs <= TraceMs.range.upperBound else {
                throw TraceError(file: file, line: Int(row.line), problem: "stays for more than 34 years")
            }
            let size = gangSizes[row.gang] ?? 1
            for number in 0..<row.pods {
                var name = names[row.name]
                if row.pods > 1 { name += "-\(number)" }
                let isNew = name.withUTF8 { bytes in
                    pods.append(
                        name: bytes, arrivalMs: arrivalMs, durationMs: row.durationMs, shape: row.shape,
                        gang: size > 1 ? row.gang : -1, gangSize: size > 1 ? Int32(clamping: size) : 0,
                        priority: row.priority)
                }
                guard isNew else {
                    throw TraceError(file: file, line: Int(row.line), problem: "gives a second pod \(name)")
                }
            }
        }
        return pods
    }
}
