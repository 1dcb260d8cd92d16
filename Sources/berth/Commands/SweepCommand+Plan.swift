import Experiments
import Foundation
import TraceImport
import TraceModel

extension SweepCommand {
    /// Writes the plan's folder and says how to go on.
    func write(plan folder: String) throws {
        let sweep = try planned()
        let runs = sweep.keys
        let plan = SweepPlan(
            sources: try inputs.map { try source($0) }, policies: policies, seeds: seeds, settings: settings,
            shardCount: min(shards, max(runs.count, 1)), runs: runs, image: image, claim: claim)
        guard Set(plan.sources.map { $0.podsVariant == nil }).count <= 1 else {
            throw InputFailure("a plan takes openb folders or traces in Berth's format, not both")
        }
        guard Set(plan.sources.compactMap(\.podsVariant)).count <= 1 else {
            throw InputFailure("the openb folders of a plan must have the same pod lists")
        }
        try plan.write(folder: folder)
        let place = SweepPlan.shellWord(folder)
        StandardOutput.write(
            """
            \(NumberText.grouped(runs.count)) runs in \(plan.shardCount) shards, in \(folder)
              here        for i in $(seq \(plan.shardCount)); do sh \(place)/shard.sh $i; done
              Slurm       (cd \(place) && sbatch slurm.sh)
              Kubernetes  put the folder on volume claim \(claim), then kubectl apply -f \(place)/kubernetes.yaml
              afterwards  berth sweep --merge \(place)

            """)
    }

    /// The files of a folder that the shards read.
    private func source(_ folder: String) throws -> SweepPlan.Source {
        if Trace.isTrace(folder: folder) || !OpenBImporter.isTrace(folder: folder) {
            return SweepPlan.Source(folder: folder, files: Trace.files(of: folder))
        }
        let variants = try podsVariants(of: folder)
        return SweepPlan.Source(
            folder: folder, files: OpenBImporter.files(podsVariants: variants),
            podsVariant: variants.joined(separator: ","))
    }
}
