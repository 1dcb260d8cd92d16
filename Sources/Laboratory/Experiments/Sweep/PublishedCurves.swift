import TraceModel

/// Published mean allocation by trace and policy, to stand beside a sweep's.
///
/// Reads the table of per-seed curves that comes with the openb trace (`analysis_allo_discrete.csv`): columns `workload`,
/// `sc_policy`, `seed`, and one for each percent of arrived load.
/// - Source: fgd.md sections 8 and 12
public struct PublishedCurves: Sendable, Hashable {
    private var meansByRun: [[String]: [Double]] = [:]

    /// Reads the table in a folder.
    public init(folder: String) throws(TraceError) {
        let path = TraceFormat.path(folder, "analysis_allo_discrete.csv")
        var sums: [[String]: (runs: Int, values: [Double])] = [:]
        let bytes = try TraceFiles.read(path)
        try bytes.reading { buffer throws(TraceError) in
            var reader = try CSVReader(buffer, file: path)
            let places = try reader.columns(["workload", "sc_policy"] + LoadCurve.loads.map(String.init))
            while try reader.next() {
                // Policies are numbered: 06-FGD.
                let policy = try reader.text(places[1]).split(separator: "-").last.map(String.init) ?? ""
                let trace = try reader.text(places[0]).replacing("openb_pod_list_", with: "openb-")
                var sum = sums[[trace, policy]] ?? (0, Array(repeating: 0, count: LoadCurve.loads.count))
                sum.runs += 1
                for load in LoadCurve.loads.indices {
                    let text = try reader.text(places[2 + load])
                    guard let value = Double(text) else {
                        throw reader.error(places[2 + load], "\"\(text)\" is no number")
                    }
                    sum.values[load] += value
                }
                sums[[trace, policy]] = sum
            }
        }
        meansByRun = sums.mapValues { sum in sum.values.map { $0 / Double(sum.runs) } }
    }

    /// Mean allocation percent at each of ``LoadCurve/loads``.
    public func allocationPercent(trace: String, policy: String) -> [Double]? { meansByRun[[trace, policy]] }
}
