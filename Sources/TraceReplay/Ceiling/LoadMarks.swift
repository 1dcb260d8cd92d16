/// Moments of a run at which a given part of the fleet's devices has been asked for.
public struct LoadMark: Sendable, Hashable {
    /// Percent of the fleet's device milli.
    public var load: Int
    /// Pods offered until then.
    public var pods: Int
    /// Asked by them.
    public var arrivedMilli: Int64

    /// The first pods that reach each load; the whole order stands for loads that it misses by less than a point.
    ///
    /// - Parameters:
    ///   - loads: ascending.
    ///   - milli: asked by each pod in the order offered.
    /// - Returns: a mark for each load that is reached.
    /// - Complexity: linear in pods
    static func marks(at loads: [Int], milli: [Int64], totalMilli: Int64) -> [LoadMark] {
        var marks: [LoadMark] = []
        var arrived: Int64 = 0
        var next = 0
        for (place, asked) in milli.enumerated() {
            arrived += asked
            while next < loads.count, arrived * 100 >= Int64(loads[next]) * totalMilli {
                marks.append(LoadMark(load: loads[next], pods: place + 1, arrivedMilli: arrived))
                next += 1
            }
        }
        if next < loads.count, arrived * 100 > (Int64(loads[next]) - 1) * totalMilli {
            marks.append(LoadMark(load: loads[next], pods: milli.count, arrivedMilli: arrived))
        }
        return marks
    }
}
