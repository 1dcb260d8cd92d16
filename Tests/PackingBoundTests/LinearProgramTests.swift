import PackingBound
import Testing

@Suite struct LinearPrograms {
    @Test func findsTheBestCornerAndItsPrices() throws {
        // max 3x + 2y, x + y <= 4, x + 3y <= 6, x <= 3
        var program = LinearProgram(maximising: true, rows: [-.infinity...4, -.infinity...6])
        let x = program.addColumn(objective: 3, bounds: 0...3, [.init(row: 0, value: 1), .init(row: 1, value: 1)])
        let y = program.addColumn(objective: 2, [.init(row: 0, value: 1), .init(row: 1, value: 3)])
        try program.solve()
        #expect((program.objective - 11).magnitude < 1e-9)
        #expect((program.value(ofColumn: x) - 3).magnitude < 1e-9)
        #expect((program.value(ofColumn: y) - 1).magnitude < 1e-9)
    }

    @Test func pricesAreWhatARowIsWorth() throws {
        var program = LinearProgram(maximising: true, rows: [-.infinity...10, 2...Double.infinity])
        program.addColumn(objective: 5, [.init(row: 0, value: 1)])
        program.addColumn(objective: 3, [.init(row: 0, value: 1), .init(row: 1, value: 1)])
        try program.solve()
        // Two of the second column are forced; each costs 2 of the objective.
        #expect(program.objective == 46)
        #expect(program.prices == [5, -2])
        var least = LinearProgram(maximising: false, rows: [6...Double.infinity])
        least.addColumn(objective: 4, [.init(row: 0, value: 2)])
        try least.solve()
        #expect(least.objective == 12)
        #expect(least.prices == [2])
    }

    @Test func aBetterColumnIsTakenInLater() throws {
        var program = LinearProgram(maximising: false, rows: [10...Double.infinity])
        program.addColumn(objective: 1, [.init(row: 0, value: 1)])
        try program.solve()
        #expect(program.objective == 10)
        let better = program.addColumn(objective: 1, [.init(row: 0, value: 5)])
        try program.solve()
        #expect(program.objective == 2)
        #expect(program.value(ofColumn: better) == 2)
    }

    @Test func aProgramWithoutColumnsIsWorthNothing() throws {
        var program = LinearProgram(maximising: true, rows: [-.infinity...4])
        try program.solve()
        #expect(program.objective == 0)
        #expect(program.prices == [0])
        #expect(throws: LinearProgramFailure.infeasible) {
            var program = LinearProgram(maximising: true, rows: [1...4])
            try program.solve()
        }
    }

    @Test func failuresHaveTheirNames() {
        #expect(throws: LinearProgramFailure.infeasible) {
            var program = LinearProgram(maximising: true, rows: [1...Double.infinity])
            program.addColumn(objective: 1, bounds: 0...0.5, [.init(row: 0, value: 1)])
            try program.solve()
        }
        #expect(throws: LinearProgramFailure.unbounded) {
            var program = LinearProgram(maximising: true, rows: [1...Double.infinity])
            program.addColumn(objective: 1, [.init(row: 0, value: 1)])
            try program.solve()
        }
    }
}
