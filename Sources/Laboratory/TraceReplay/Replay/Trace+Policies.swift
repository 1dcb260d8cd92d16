import DeviceTable
import PlacementEngine
import PlacementModel
import PlacementPolicies
import TraceModel
import VendorCatalog

extension Trace {
    /// The target workload: what the pods of the published list ask most often.
    ///
    /// - Complexity: linear in pods, O(n log n) in shapes.
    package func typicalPods(catalog: VendorCatalog) -> TypicalPods {
        TypicalPods(counts: shapeCounts(catalog: catalog))
    }

    /// What foresight expects when it may know the published list.
    package func foresightStatistics(catalog: VendorCatalog) -> ForesightStatistics {
        ForesightStatistics(counts: shapeCounts(catalog: catalog))
    }

    private func shapeCounts(catalog: VendorCatalog) -> [WorkloadShape: Int] {
        let pods = targetPods ?? pods
        var counts: [WorkloadShape: Int] = [:]
        let workload = pods.workload(catalog: catalog)
        for shape in pods.shape { counts[workload[Int(shape)], default: 0] += 1 }
        return counts
    }

    /// Pods of each request class, by id: what the target workload on slots, memory and cores comes from.
    func classCounts(_ classifier: ShapeClassifier) -> [Int] {
        var counts = Array(repeating: 0, count: Int(classifier.classIDs.max() ?? -1) + 1)
        for shape in pods.shape {
            let id = classifier.classIDs[Int(shape)]
            if id != RoundDriver.cannotBeAsked { counts[Int(id)] += 1 }
        }
        return counts
    }

    /// Makes sure that the policy and what is to be measured suit fleet and pods.
    ///
    /// - Throws: ``TraceError`` that says what does not.
    func check(_ options: ReplayOptions, _ cluster: Fleet, _ classifier: ShapeClassifier) throws(TraceError) {
        let milli = options.policy.milli
        if let problem = milli?.problem(with: cluster) {
            throw TraceError(file: metadata.name, problem: problem.description)
        }
        let isMilli = cluster.thousandthsProblem == nil
        let needsList = milli == .foresight && options.statistics == .trace
        // On thousandths the published policies would reject what they do not understand.
        let needsPods = isMilli && milli != nil && milli != .foresight
        if options.keepsFragmentation || needsList || needsPods {
            try checkThousandths(cluster, classifier, policy: options.policy, givenStatistics: needsList)
        }
    }

    /// Makes sure that fleet and pods are in thousandths of devices, as ceilings and the published policies need.
    ///
    /// - Throws: ``TraceError`` that says what is not.
    package func checkThousandths(catalog: VendorCatalog) throws(TraceError) {
        let cluster = try makeCluster(catalog: catalog)
        let classifier = ShapeClassifier(self, cluster: cluster, defaults: SchedulingDefaults())
        try checkThousandths(cluster, classifier, policy: .hami)
    }

    /// The same for what a replay has made already.
    func checkThousandths(
        _ cluster: Fleet, _ classifier: ShapeClassifier, policy: PolicyChoice, givenStatistics: Bool = false
    ) throws(TraceError) {
        let needs = givenStatistics ? "with given statistics needs" : "needs"
        let what = policy.milli == nil ? "fragmentation metrics and ceilings need" : "policy \(policy.name) \(needs)"
        func refuse(_ problem: String) -> TraceError {
            TraceError(
                file: metadata.name, problem: "\(what) a fleet in thousandths of devices, as openb's; \(problem)")
        }
        if let problem = cluster.thousandthsProblem { throw refuse(problem.description) }
        for (shape, requestClass) in classifier.classes.enumerated() {
            guard let requestClass, !requestClass.isInThousandths(of: cluster) else { continue }
            throw refuse("some pods ask \(pods.texts[pods.shapes[shape].limits])")
        }
    }
}

extension TracePods {
    /// What each shape asks in thousandths of devices; zero devices where it asks none.
    package func workload(catalog: VendorCatalog) -> [WorkloadShape] {
        let id = catalog.id(ofWord: VendorCatalog.milliWord)
        let state = ProcessState()
        var symbols = SymbolTable()
        // Shapes that differ in their namespace alone ask the same.
        var known: [PodShape: WorkloadShape] = [:]
        return shapes.map { shape in
            var asked = shape
            asked.namespace = 0
            if let workload = known[asked] { return workload }
            let pod = pod(of: shape)
            var workload = WorkloadShape(cpuMilli: shape.cpuMilli, milliPerDevice: 0, devices: 0)
            if let id,
                let request = catalog.requests(of: pod, state: state).joined().first(where: { $0.vendor == id })
            {
                workload = WorkloadShape(
                    cpuMilli: shape.cpuMilli, milliPerDevice: request.cores, devices: request.devices,
                    models: catalog[id].podRules(of: pod, symbols: &symbols).text)
            }
            known[asked] = workload
            return workload
        }
    }
}
