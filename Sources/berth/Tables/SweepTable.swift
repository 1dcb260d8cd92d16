import BulkJSON
import Experiments
import Foundation
import TraceReplay

/// Means of a sweep for people and programs.
enum SweepTable {
    static func text(_ means: [SweepMean], _ published: PublishedCurves? = nil) -> String {
        let loads = LoadCurve.loads.map { (title: "\($0)", alignment: TextTable.Alignment.right) }
        var text = ""
        for (title, values) in [
            ("Allocation % at arrived load %", \SweepMean.allocationPercent),
            ("Fragmented % of idle devices at arrived load %", \SweepMean.fragmentationRatioPercent),
            ("Fragmented % of all devices at arrived load %", \SweepMean.fragmentationPercent),
            ("Pods without devices not placed at arrived load %", \SweepMean.plainPodsUnplaced),
        ] {
            var table = TextTable([("trace", .left), ("policy", .left), ("seeds", .right)] + loads)
            for mean in means {
                table.add(
                    [mean.trace, mean.policy, "\(mean.seeds)"]
                        + cells(mean[keyPath: values], values == \.allocationPercent ? mean.allocationDeviation : nil))
            }
            text += (text.isEmpty ? "" : "\n") + title + "\n" + table.text()
        }
        if let published { text += "\n" + comparison(means, published) }
        return text
    }

    /// Means, with the standard deviations in brackets where there are any.
    private static func cells(_ means: [Double?], _ deviations: [Double?]?) -> [String] {
        means.indices.map { load in
            guard let mean = means[load] else { return "-" }
            let text = NumberText.fixed(mean, decimals: 2)
            guard let deviation = deviations?[load] else { return text }
            return text + " (" + NumberText.fixed(deviation, decimals: 2) + ")"
        }
    }

    /// Ours / published allocation, and the largest difference of each row.
    private static func comparison(_ means: [SweepMean], _ published: PublishedCurves) -> String {
        let loads = LoadCurve.loads.map { (title: "\($0)", alignment: TextTable.Alignment.right) }
        var table = TextTable([("trace", .left), ("policy", .left)] + loads + [("difference", .right)])
        var largest = 0.0
        for mean in means {
            guard let theirs = published.allocationPercent(trace: mean.trace, policy: mean.policy) else { continue }
            let pairs = zip(mean.allocationPercent, theirs)
            let difference = pairs.map { (($0 ?? 0) - $1).magnitude }.max() ?? 0
            largest = max(largest, difference)
            table.add(
                [mean.trace, mean.policy]
                    + pairs.map { ours, theirs in
                        (ours.map { NumberText.fixed($0, decimals: 2) } ?? "-") + " / "
                            + NumberText.fixed(theirs, decimals: 2)
                    } + [NumberText.fixed(difference, decimals: 2)])
        }
        return "Allocation % at arrived load %, ours / published\n" + table.text()
            + "largest difference \(NumberText.fixed(largest, decimals: 2)) points\n"
    }

    static func json(_ means: [SweepMean]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for mean in means {
            writer.beginObject()
            writer.key("trace")
            writer.string(mean.trace)
            writer.key("policy")
            writer.string(mean.policy)
            writer.key("seeds")
            writer.int(Int64(mean.seeds))
            writer.key("rejected")
            writer.double(mean.rejected)
            for (name, values) in [
                ("allocationPercent", mean.allocationPercent),
                ("fragmentationRatioPercent", mean.fragmentationRatioPercent),
                ("fragmentationPercent", mean.fragmentationPercent),
                ("plainPodsUnplaced", mean.plainPodsUnplaced),
                ("allocationStandardDeviation", mean.allocationDeviation),
            ] {
                writer.key(name)
                writer.beginObject()
                for (load, value) in zip(LoadCurve.loads, values) {
                    guard let value else { continue }
                    writer.key("\(load)")
                    writer.double(value)
                }
                writer.endObject()
            }
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes + [10]
    }
}
