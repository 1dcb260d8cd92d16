import PackingBound
import PlacementEngine

/// How much of the fleet any placement of the pods present at one moment of a replay could have allocated.
public struct ReplayCeiling: Sendable, Hashable {
    /// One resource of one vendor's devices.
    public struct Entry: Sendable, Hashable {
        public var vendor: String
        /// `memory` (MiB) or `cores` (the vendor's unit).
        public var resource: String
        /// Of all devices.
        public var total: Int64
        /// By the replay at the moment.
        public var allocated: Int64
        /// No placement of the pods allocates more; nil where the proof does not hold, since some device is charged more
        /// than it has.
        public var ceiling: Int64?
        /// The same for placements that hold every pod offered until 90 % of the resource was asked for; nil where this
        /// replay did not hold them, or under the virtual clock.
        public var workConserving: Int64?

        /// Below the ceiling.
        public var gap: Int64? { ceiling.map { $0 - allocated } }
    }

    /// Time of the virtual clock; nil = the end of a backlog.
    public var timeMs: Int64?
    /// Pods running or waiting at the moment, and those of them that wait or were rejected.
    public var pods: Int64
    public var waiting: Int
    /// Resources that pods ask, by vendor.
    public var entries: [Entry] = []
}

extension Replay {
    /// Load whose pods the work-conserving ceiling requires, percent of a resource.
    static let workConservingLoad = 90

    /// The ceilings of a finished run: at the end of a backlog; under the virtual clock when most pods waited.
    ///
    /// - Throws: ``LinearProgramFailure`` when the solver gives up, which is not expected.
    func ceiling(of run: ReplayRun) throws(LinearProgramFailure) -> ReplayCeiling? {
        guard let present = run.present else { return nil }
        let isBacklog = options.clock == .backlog
        let moment =
            isBacklog
            ? present.moment(timeMs: nil, waiting: run.rejected.count, cluster) : present.mostWaiting
        guard let moment else { return nil }
        var found = ReplayCeiling(
            timeMs: moment.timeMs, pods: moment.byShape.reduce(0, +), waiting: moment.waiting)
        for packing in packings {
            guard let vendor = cluster.catalog.id(ofWord: packing.vendor) else { continue }
            let arrived = packing.counts(byShape: moment.byShape)
            let problem = packing.problem(arrived: arrived)
            // Resources that no pod asks have nothing to tell.
            if problem.classes.isEmpty { continue }
            let use = moment.uses[vendor.index]
            var entry = ReplayCeiling.Entry(
                vendor: packing.vendor, resource: packing.resource.rawValue, total: packing.total,
                allocated: packing.resource == .memory ? use.memoryMiB : use.cores)
            if !use.exceedsDevice {
                entry.ceiling = try PackingCeiling(problem).reward
                if isBacklog, let required = required(packing, run) {
                    entry.workConserving =
                        try PackingCeiling(packing.problem(arrived: arrived, required: required)).reward
                }
            }
            found.entries.append(entry)
        }
        return found
    }

    /// Pods that were there when the load of the work-conserving ceiling was reached, by class; nil when the run refused one
    /// of them that asks the resource, or the load is not reached.
    private func required(_ packing: ResourcePacking, _ run: ReplayRun) -> [Int64]? {
        if residentsNotPlaced > 0 { return nil }
        let residents = trace.pods.placedOn.indices.filter { trace.pods.placedOn[$0] >= 0 }
        let shapes = (residents.map(Int32.init) + order).map { trace.pods.shape[Int($0)] }
        let asked = shapes.map { packing.asked(byShape: Int($0)) }
        let marks = LoadMark.marks(at: [Self.workConservingLoad], asked: asked, total: packing.total)
        guard let mark = marks.first else { return nil }
        let refused = run.rejected.contains { sequence in
            let place = residents.count + Int(sequence)
            return place < mark.pods && asked[place] > 0
        }
        return refused ? nil : packing.counts(ofShapes: shapes[..<mark.pods])
    }
}
