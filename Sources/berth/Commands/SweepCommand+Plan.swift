import Experiments
import FileSystem
import Foundation
import TextEscaping
import TraceImport
import TraceModel
import TraceReplay

extension SweepCommand {
    /// Writes the plan's folder and says how to go on.
    func write(plan folder: String) throws {
        let sources = try inputs.map { try source($0) }
        try OutputPaths.check(
            inputs: inputs, outputs: OutputPaths.files(SweepPlan.files(of: sources), in: folder, for: "--plan"))
        let sweep = try planned()
        let runs = sweep.keys
        let plan = SweepPlan(
            sources: sources, policies: policies, seeds: seeds, settings: settings,
            shardCount: min(shards, max(runs.count, 1)), runs: runs, image: image, claim: claim)
        guard Set(plan.sources.map { $0.podsVariant == nil }).count <= 1 else {
            throw InputFailure("a plan takes openb folders or traces in Berth's format, not both")
        }
        guard Set(plan.sources.compactMap(\.podsVariant)).count <= 1 else {
            throw InputFailure("the openb folders of a plan must have the same pod lists")
        }
        try plan.write(folder: folder)
        let place = ShellText.word(folder)
        try StandardOutput.write(
            """
            \(NumberText.grouped(runs.count)) runs in \(plan.shardCount) shards, in \(shown: folder)
              here        for i in $(seq \(plan.shardCount)); do sh \(shown: place)/shard.sh $i; done
              Slurm       (cd \(shown: place) && sbatch slurm.sh)
              Kubernetes  put the folder on volume claim \(shown: claim), then kubectl apply -f \(shown: place)/kubernetes.yaml
              afterwards  berth sweep --merge \(shown: place)

            """)
    }

    /// The files of a folder that the shards read.
    private func source(_ folder: String) throws -> SweepPlan.Source {
        if Trace.isTrace(folder: folder) || !OpenBImporter.isTrace(folder: folder) {
            return SweepPlan.Source(folder: folder)
        }
        let variants = try podsVariants(of: folder)
        return SweepPlan.Source(
            folder: folder, files: OpenBImporter.files(podsVariants: variants),
            podsVariant: variants.joined(separator: ","))
    }
}
