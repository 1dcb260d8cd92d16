/// Moments of a run at which a given part of the fleet's devices has been asked for.
public struct LoadMark: Sendable, Hashable {
    /// Percent of the resource of all devices.
    public var load: Int
    /// Pods offered until then.
    public var pods: Int
    /// Asked by them.
    public var asked: Int64

    /// The first pods that reach each load; the whole order stands for loads that it misses by less than a point.
    ///
    /// - Parameters:
    ///   - loads: ascending.
    ///   - asked: by each pod in the order offered, in the unit of `total`.
    /// - Returns: a mark for each load that is reached.
    /// - Complexity: linear in pods
    package static func marks(at loads: [Int], asked: [Int64], total: Int64) -> [LoadMark] {
        var marks: [LoadMark] = []
        var arrived: Int64 = 0
        var next = 0
        for (place, amount) in asked.enumerated() {
            // A pod is charged less than 2^28 of a node of a trace, and there are at most 10^8: a hundredfold stays below 2^62.
            arrived += amount
            while next < loads.count, arrived * 100 >= Int64(loads[next]) * total {
                marks.append(LoadMark(load: loads[next], pods: place + 1, asked: arrived))
                next += 1
            }
        }
        if next < loads.count, arrived * 100 > (Int64(loads[next]) - 1) * total {
            marks.append(LoadMark(load: loads[next], pods: asked.count, asked: arrived))
        }
        return marks
    }
}
