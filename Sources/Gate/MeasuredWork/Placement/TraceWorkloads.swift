import PlacementEngine
import TraceModel
import TraceReplay

extension Workload {
    /// Replays of a trace folder as workloads, `trace/<folder>/<policy>`: how other projects use the gate.
    public static func replays(ofTrace folder: String, policies: [PolicyChoice], nodePolicy: String) -> [Workload] {
        let name = folder.split(separator: "/").last.map(String.init) ?? folder
        return policies.map { policy in
            Workload(
                "trace/\(name)/\(policy.name)" + (nodePolicy == "spread" ? "-spread" : ""),
                "trace \(folder), policy \(policy.name), node policy \(nodePolicy)", operation: "pod"
            ) { _, shelf in
                var options = ReplayOptions()
                options.policy = policy
                options.defaults = SchedulingDefaults(
                    nodePolicy: nodePolicy, devicePolicy: options.defaults.devicePolicy)
                let trace = try shelf.trace(name) { _ in try Trace(folder: folder) }
                return try ReplayWorkload(trace, options, catalog: shelf.catalog)
            }
        }
    }
}
