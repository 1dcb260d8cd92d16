// Replays a trace folder with two policies and says what each allocated.
//
//     ReplayTrace traces/smoke
import PlacementEngine
import TraceModel
import TraceReplay
import VendorCatalog

let trace = try Trace(folder: CommandLine.arguments.dropFirst().first ?? "traces/smoke")
let catalog = try VendorCatalog()
for policy in ["binpack", "spread"] {
    var options = ReplayOptions()
    options.defaults = SchedulingDefaults(nodePolicy: policy)
    let summary = try Replay(trace, options: options, catalog: catalog).run()
    print("\(policy): \(summary.placed) of \(summary.pods) placed, decisions \(summary.decisionHash)")
}
