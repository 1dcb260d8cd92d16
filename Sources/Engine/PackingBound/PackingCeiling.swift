/// A proven upper bound on what any placement of the arrived pods can allocate.
///
/// The configuration linear program: pods of a class spread over pools, cards filled by patterns, CPU and memory summed over a
/// pool. Every real placement is a solution of it, on line or off line, with or without moves; only integrality and the
/// borders between nodes of a pool are relaxed. Patterns enter by column generation. The solver's prices are rounded to whole
/// numbers and made feasible, so that the bound is exact whatever the solver's tolerance (``PackingDuals``).
///
/// - Source: docs/ceiling.md
public struct PackingCeiling: Sendable, Hashable {
    /// No placement is rewarded more.
    public let reward: Int64
    /// What the solver found best, to its tolerance; at most a few units below ``reward`` and not proven.
    public let solverReward: Double
    /// Patterns that column generation brought in.
    public let patterns: Int

    /// - Throws: ``LinearProgramFailure/infeasible`` when the pods required cannot all be placed even with what is relaxed.
    /// - Complexity: some 20 rounds of the simplex method; 15 pools and 80 to 460 classes take about 0.05 s.
    /// - Determinism: the same problem gives the same bound with the same build of Clp; any build gives a valid one.
    public init(_ problem: PackingProblem) throws(LinearProgramFailure) {
        precondition(
            problem.classes.allSatisfy { $0.required >= 0 && $0.required <= $0.count },
            "no more pods are required than arrived")
        let layout = PackingLayout(problem)
        for (podClass, options) in zip(problem.classes, layout.options) where podClass.required > 0 && options.isEmpty {
            throw .infeasible
        }
        var program = PackingProgram(layout)
        let duals = try program.solve()
        reward = duals.bound(layout)
        solverReward = program.reward
        patterns = program.generated
    }
}
