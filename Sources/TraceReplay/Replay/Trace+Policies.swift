import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

extension Trace {
    /// The target workload: what the pods of the published list ask most often.
    ///
    /// - Complexity: linear in pods, O(n log n) in shapes.
    func typicalPods(catalog: VendorCatalog, state: ProcessState) -> TypicalPods {
        let pods = targetPods ?? pods
        guard let id = catalog.id(ofWord: VendorCatalog.milliWord) else { return TypicalPods(counts: [:]) }
        var podsByShape = Array(repeating: 0, count: pods.shapes.count)
        for shape in pods.shape { podsByShape[Int(shape)] += 1 }
        var counts: [WorkloadShape: Int] = [:]
        var symbols = SymbolTable()
        for (place, shape) in pods.shapes.enumerated() where podsByShape[place] > 0 {
            let pod = pods.pod(of: shape)
            let request = catalog.requests(of: pod, state: state).joined().first { $0.vendor == id }
            let models = request == nil ? "" : catalog[id].podRules(of: pod, symbols: &symbols).text
            let workload = WorkloadShape(
                cpuMilli: shape.cpuMilli, milliPerDevice: request?.cores ?? 0, devices: request?.devices ?? 0,
                models: models)
            counts[workload, default: 0] += podsByShape[place]
        }
        return TypicalPods(counts: counts)
    }

    /// Makes sure that fleet and pods are in thousandths of devices.
    ///
    /// - Throws: ``TraceError`` that says what is not.
    func checkThousandths(
        _ cluster: Cluster, _ classifier: ShapeClassifier, policy: PolicyChoice
    ) throws(TraceError) {
        let what = policy.milli == nil ? "the fragmentation metrics need" : "policy \(policy.name) needs"
        func refuse(_ problem: String) -> TraceError {
            TraceError(
                file: metadata.name, problem: "\(what) a fleet in thousandths of devices, as openb's; \(problem)")
        }
        if let problem = MilliPolicyKind.problem(with: cluster) { throw refuse(problem.description) }
        for (shape, requestClass) in classifier.classes.enumerated() {
            guard let requestClass, !MilliPolicyKind.understands(requestClass, in: cluster) else { continue }
            throw refuse("some pods ask \(pods.texts[pods.shapes[shape].limits])")
        }
    }
}
