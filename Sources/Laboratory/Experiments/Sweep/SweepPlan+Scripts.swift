import TextEscaping

// What a batch system starts, as texts.
extension SweepPlan {
    /// The command of one shard; `$1` is its number, from 1.
    ///
    /// Traces in Berth's format and openb lists differ in their arguments, so that a plan takes one kind at a time.
    private var sweepCommand: String {
        var words = ["sweep"] + sources.indices.map { Self.copiedFolder($0) }
        if let variant = sources.first?.podsVariant { words += ["--pods-variant", variant] }
        words += [
            "--policies", policies, "--seeds", seeds, "--tune", "\(settings.ratio)", "--draws",
            settings.draws.rawValue, "--repeats", "\(settings.repeats)", "--round-size", "\(settings.roundSize)",
            "--reading", settings.reading.rawValue, "--statistics", settings.statistics.rawValue,
        ]
        return words.map(ShellText.word).joined(separator: " ")
    }

    var shardScript: String {
        """
        #!/bin/sh
        # Runs one shard of a planned sweep: shard.sh NUMBER, from 1 to \(shardCount).
        # A shard that was interrupted goes on where it stopped.
        # BERTH names the program, BERTH_JOBS the runs at a time.
        set -eu
        cd "$(dirname "$0")"
        mkdir -p \(Self.resultsFolder)
        exec "${BERTH:-berth}" \(sweepCommand) \\
          --jobs "${BERTH_JOBS:-1}" --shard "$1/\(shardCount)" --results "\(Self.resultsFolder)/shard-$1.csv" --output csv \\
          >/dev/null

        """
    }

    /// A script for sbatch. Slurm runs a copy of it elsewhere, so the plan is found by where it was submitted.
    var slurmScript: String {
        """
        #!/bin/sh
        # One task a shard. Submit it from this folder, which all nodes must see: sbatch slurm.sh
        #SBATCH --job-name=berth-sweep
        #SBATCH --array=1-\(shardCount)
        #SBATCH --ntasks=1
        #SBATCH --cpus-per-task=1
        #SBATCH --output=logs/shard-%a.log
        # A task whose node fails is started again and goes on where it stopped.
        #SBATCH --requeue
        #SBATCH --open-mode=append
        set -eu
        export BERTH_JOBS="${SLURM_CPUS_PER_TASK:-1}"
        exec sh "$SLURM_SUBMIT_DIR/shard.sh" "$SLURM_ARRAY_TASK_ID"

        """
    }

    /// An Indexed Job; a pod's index, from 0, is its shard's number less one.
    var kubernetesManifest: String {
        """
        # One pod a shard. Put this folder on the volume claim \(YAMLText.comment(claim)), then: kubectl apply -f kubernetes.yaml
        # The image needs berth and sh. Pods that fail are started again and go on where they stopped.
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: berth-sweep
        spec:
          completionMode: Indexed
          completions: \(shardCount)
          parallelism: \(shardCount)
          backoffLimit: \(shardCount * 3)
          template:
            spec:
              restartPolicy: Never
              containers:
                - name: shard
                  image: \(YAMLText.string(image))
                  command: ["sh", "-c", 'exec sh /plan/shard.sh "$((JOB_COMPLETION_INDEX + 1))"']
                  env:
                    - name: BERTH_JOBS
                      value: "1"
                  resources:
                    requests:
                      cpu: "1"
                      memory: 1Gi
                    limits:
                      memory: 2Gi
                  volumeMounts:
                    - name: plan
                      mountPath: /plan
              volumes:
                - name: plan
                  persistentVolumeClaim:
                    claimName: \(YAMLText.string(claim))

        """
    }
}
