import BulkJSON
import Experiments

/// Ceilings and gaps for people and programs.
enum GapTable {
    static func text(_ means: [GapMean], loads: [Int]) -> String {
        let columns = loads.map { (title: "\($0)", alignment: TextTable.Alignment.right) }
        func number(_ value: Double?) -> String { value.map { NumberText.fixed($0, decimals: 2) } ?? "-" }
        var ceilings = TextTable([("trace", .left), ("seeds", .right), ("ceiling", .left)] + columns)
        for mean in means where mean.policy == nil {
            ceilings.add([mean.trace, "\(mean.seeds)", "proven"] + mean.percent.map(number))
            ceilings.add([mean.trace, "\(mean.seeds)", "work-conserving"] + mean.workConserving.map(number))
        }
        var text = "Most that any placement allocates, % of all devices, at arrived load %\n" + ceilings.text()
        if means.allSatisfy({ $0.policy == nil }) { return text }
        for (title, values) in [
            ("Allocation % at arrived load %", \GapMean.percent),
            ("Points below the ceiling at arrived load %", \GapMean.gapPoints),
            ("Points below the work-conserving ceiling, over the seeds it binds", \GapMean.workConserving),
        ] {
            let isBound = values == \GapMean.workConserving
            var table = TextTable([("trace", .left), ("policy", .left), ("seeds", .right)] + columns)
            for mean in means {
                guard let policy = mean.policy else { continue }
                let seeds = isBound ? mean.workConservingSeeds : mean.seeds
                table.add([mean.trace, policy, "\(seeds)"] + mean[keyPath: values].map(number))
            }
            text += "\n" + title + "\n" + table.text()
        }
        return text
    }

    static func json(_ means: [GapMean], loads: [Int]) -> [UInt8] {
        var writer = JSONWriter(escapeHTML: false, pretty: true)
        writer.beginArray()
        for mean in means {
            writer.beginObject()
            writer.key("trace")
            writer.string(mean.trace)
            if let policy = mean.policy {
                writer.key("policy")
                writer.string(policy)
            }
            writer.key("seeds")
            writer.int(Int64(mean.seeds))
            if mean.policy == nil {
                writer.byLoad("ceilingPercent", mean.percent, loads)
                writer.byLoad("workConservingCeilingPercent", mean.workConserving, loads)
            } else {
                writer.byLoad("allocationPercent", mean.percent, loads)
                writer.byLoad("gapPoints", mean.gapPoints, loads)
                writer.byLoad("workConservingGapPoints", mean.workConserving, loads)
                writer.key("workConservingSeeds")
                writer.int(Int64(mean.workConservingSeeds))
            }
            writer.endObject()
        }
        writer.endArray()
        writer.newline()
        return writer.bytes
    }
}

extension JSONWriter {
    /// An object with a number for each load that has one.
    fileprivate mutating func byLoad(_ key: String, _ values: [Double?], _ loads: [Int]) {
        self.key(key)
        beginObject()
        for (load, value) in zip(loads, values) {
            guard let value else { continue }
            self.key("\(load)")
            double(value)
        }
        endObject()
    }
}
