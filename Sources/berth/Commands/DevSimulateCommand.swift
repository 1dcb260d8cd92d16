import ArgumentParser
import ClusterSimulation
import VendorCatalog

/// `berth dev simulate`: the live scheduler in a pretend cluster in which things go wrong.
struct DevSimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract:
            "Let the live scheduler run in a pretend cluster in which things go wrong, as a seed decides.",
        discussion: """
            Time is virtual, and a seed is one story. A run ends when nothing changes any more; \
            it has failed if a device was over-committed, if a pod was given the devices of \
            another, if a lock was left, or if a pod waits that would fit.

            Examples:
              berth dev simulate --seed 7 --story
              berth dev simulate --seed 1 --seeds 10
              berth dev simulate --seed 1 --seeds 5 --faults

            Exit codes: 0 nothing was broken, 1 a run failed, 2 bad usage.
            """)

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, one after the other.")
    var seeds = 1

    @Flag(help: "Tell what happens, sentence by sentence.")
    var story = false

    @Flag(help: "Tell the shortest story that fails like a seed that fails.")
    var shrink = false

    @Flag(
        help:
            "Show in how many runs each fault took effect, and in how many it changed what the scheduler did."
    )
    var faults = false

    func validate() throws {
        try require(seeds, in: 1...1_000_000, "--seeds")
        if UInt64.max - seed < UInt64(seeds) {
            throw ValidationError("--seed and --seeds go beyond the last seed.")
        }
    }

    func run() throws {
        let catalog = try VendorCatalog()
        var table = FaultTable()
        var failed: [UInt64] = []
        for seed in seed..<seed + UInt64(seeds) {
            let simulation = SimulationRun(
                SimulationPlan(seed: seed), catalog: catalog, tellsStory: story)
            if story { try StandardOutput.write(simulation.story) }
            if seeds == 1 || !simulation.violations.isEmpty {
                try StandardOutput.write(simulation.summary)
            }
            if faults { table.add(simulation.simulation, catalog: catalog) }
            guard let first = simulation.violations.first else { continue }
            failed.append(seed)
            if shrink {
                let small = simulation.simulation.plan.shrunk { plan in
                    SimulationRun(plan, catalog: catalog, tellsStory: false).violations.contains {
                        SimulationRun.kind(of: $0) == SimulationRun.kind(of: first)
                    }
                }
                let run = SimulationRun(small, catalog: catalog, tellsStory: true)
                try StandardOutput.write("The shortest story:\n" + run.story)
            }
        }
        if faults { try StandardOutput.write(Self.text(of: table)) }
        try StandardOutput.write("\(seeds) seeds, \(failed.count) failed\n")
        if !failed.isEmpty { throw ExitCode(1) }
    }

    private static func text(of faults: FaultTable) -> String {
        var table = TextTable([("fault", .left), ("seeds fired", .right), ("seeds changed", .right)])
        for row in faults.rows {
            table.add([row.fault, String(row.seedsFired), String(row.seedsChanged)])
        }
        return table.text()
    }
}

/// A run that has ended, in words.
private struct SimulationRun {
    var simulation: Simulation

    init(_ plan: SimulationPlan, catalog: VendorCatalog, tellsStory: Bool) {
        simulation = Simulation(plan, catalog: catalog, tellsStory: tellsStory)
        simulation.run()
    }

    var violations: [String] { simulation.violations }

    /// One line a sentence: seconds, who, what.
    var story: String {
        simulation.cluster.story.map { line in
            let milliseconds = String(line.nanoseconds / 1_000_000)
            let digits = String(repeating: "0", count: max(0, 4 - milliseconds.utf8.count)) + milliseconds
            let seconds = "\(digits.dropLast(3)).\(digits.suffix(3))"
            return String(repeating: " ", count: max(0, 9 - seconds.utf8.count))
                + "\(seconds)  \(line.who): \(line.what)\n"
        }.joined()
    }

    var summary: String {
        let plan = simulation.plan
        let head =
            "seed \(plan.seed): \(plan.nodeCount) nodes, \(plan.occasions.count) occasions, \(simulation.stepCount) steps"
        let rest = violations.isEmpty ? ["nothing broken"] : violations
        return head + "\n" + rest.map { "  \($0)\n" }.joined()
    }

    /// What is broken, whoever it is broken by.
    static func kind(of violation: String) -> String {
        for words in [
            "over-committed", "was not bound", "still locked", "still allocating", "of another",
            "two writes",
        ]
        where violation.contains(words) { return words }
        return violation
    }
}
