// Runs the gate's kernels in their small size and prints the exact counts, which repeat from machine to machine.
import MeasuredWork
import RegressionGate

let workloads = Workload.all.filter { $0.name.hasPrefix("kernel/") }
let revision = BenchmarkRecord.Revision(commit: "", isModified: false, subject: "an example")
let record = try Recorder(size: .smoke, samples: 0).record(workloads, shelf: TraceShelf(), revision: revision)
for entry in record.workloads {
    let counts = entry.counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    print("\(entry.name): \(entry.operations) \(entry.operation), \(counts.joined(separator: ", "))")
}
