import VendorCatalog

/// In how many runs each fault took effect, and in how many it changed what the scheduler did.
///
/// A fault that changes nothing has not been tried: the run without it is compared, action by action.
public struct FaultTable: Sendable {
    public struct Row: Sendable {
        public var fault: String
        public var seedsFired = 0
        public var seedsChanged = 0
    }

    public private(set) var rows: [Row] = SimulationPlan.allFaults.map { Row(fault: $0) }
    public private(set) var seedCount = 0

    public init() {}

    /// Counts a run that has ended.
    ///
    /// - Complexity: a run for each fault that took effect.
    public mutating func add(_ simulation: Simulation, catalog: VendorCatalog) {
        seedCount += 1
        for place in rows.indices where simulation.fired.contains(where: { $0.fault == rows[place].fault }) {
            rows[place].seedsFired += 1
            var other = Simulation(simulation.plan.without(rows[place].fault), catalog: catalog)
            other.run()
            if other.actionHash != simulation.actionHash { rows[place].seedsChanged += 1 }
        }
    }
}
