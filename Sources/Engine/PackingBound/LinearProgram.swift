import CClp

/// Why a linear program has no solution to give.
public enum LinearProgramFailure: Error, Sendable, Hashable {
    /// No values of the columns keep all bounds.
    case infeasible
    /// The objective has no limit.
    case unbounded
    /// Clp gave up, with its status.
    case stopped(status: Int)
}

/// A linear program that grows by columns, solved by Clp's primal simplex; each solve starts where the last one ended.
///
/// All numbers are floating point and hold to Clp's tolerance (1e-7) only; whoever needs a proof repairs them in integers.
/// - Determinism: the same calls give the same numbers with the same build of Clp.
public struct LinearProgram: ~Copyable {
    /// One number of the matrix.
    public struct Entry: Sendable, Hashable {
        public var row: Int
        public var value: Double

        public init(row: Int, value: Double) {
            self.row = row
            self.value = value
        }
    }

    private let model: UnsafeMutableRawPointer
    public let rowCount: Int
    public private(set) var columnCount = 0
    /// Whether all rows allow a sum of 0.
    private let allowsNothing: Bool

    /// A program without columns.
    ///
    /// - Parameter rows: what each row's sum may be; infinite bounds are none.
    public init(maximising: Bool, rows: [ClosedRange<Double>]) {
        guard let made = Clp_newModel() else { preconditionFailure("Clp has no memory for a model") }
        model = made
        rowCount = rows.count
        allowsNothing = rows.allSatisfy { $0.contains(0) }
        Clp_setLogLevel(model, 0)
        Clp_setOptimizationDirection(model, maximising ? -1 : 1)
        Clp_resize(model, Int32(rows.count), 0)
        Clp_chgRowLower(model, rows.map(\.lowerBound))
        Clp_chgRowUpper(model, rows.map(\.upperBound))
    }

    deinit { Clp_deleteModel(model) }

    /// Adds a column; the next ``solve()`` takes it in.
    ///
    /// - Precondition: rows of the entries exist and differ.
    /// - Returns: the column's number, counted from 0.
    @discardableResult
    public mutating func addColumn(
        objective: Double, bounds: ClosedRange<Double> = 0...Double.infinity, _ entries: [Entry]
    ) -> Int {
        precondition(entries.allSatisfy { $0.row >= 0 && $0.row < rowCount }, "entries are of rows that exist")
        let starts: [Int32] = [0, Int32(entries.count)]
        Clp_addColumns(
            model, 1, [bounds.lowerBound], [bounds.upperBound], [objective], starts, entries.map { Int32($0.row) },
            entries.map(\.value))
        columnCount += 1
        return columnCount - 1
    }

    /// Finds the best values. - Complexity: that of the simplex method.
    public mutating func solve() throws(LinearProgramFailure) {
        // Clp does not take a program without columns.
        if columnCount == 0 {
            if !allowsNothing { throw .infeasible }
            return
        }
        Clp_primal(model, 0)
        switch Clp_status(model) {
        case 0: return
        case 1: throw .infeasible
        case 2: throw .unbounded
        case let status: throw .stopped(status: Int(status))
        }
    }

    /// Of the last solution.
    public var objective: Double { Clp_objectiveValue(model) }

    /// A column's value in the last solution.
    public func value(ofColumn column: Int) -> Double {
        precondition(column >= 0 && column < columnCount, "a column that exists")
        return Clp_primalColumnSolution(model)[column]
    }

    /// What one unit more of each row's bound would add to the objective.
    public var prices: [Double] { Array(UnsafeBufferPointer(start: Clp_dualRowSolution(model), count: rowCount)) }
}
