public import PlacementEngine
import PlacementModel
import VendorCatalog

// Decisions, and what is told of them.
extension PlacementSession {
    /// The reasons told of a refused class.
    struct KnownRefusal {
        var rejection: PodRejection
        /// What had been released or changed by then.
        var releases: Int
    }

    func decide(_ ask: PodAsk, _ requestClass: RequestClass, into report: inout PodReport) {
        willDecide?(requestClass)
        if let rejection = rejectionBeforeNodes(requestClass) {
            report.verdict = .rejected(rejection)
            return
        }
        if options.explains {
            let scan = FleetScan(requestClass, cluster: cluster, evaluator: &inspector.evaluator)
            report.explanation = scan.explanation(requestClass, in: cluster)
        }
        if options.writesPatches && requestClass.asksForDevices {
            return decideWithPatch(ask, requestClass, into: &report)
        }
        let outcome = driver.placeNext(Int32(requestClass.id))
        guard outcome.isPlaced else {
            report.verdict = .rejected(rejection(of: ask.pod, requestClass))
            return
        }
        report.verdict = .placed(placement(outcome, in: driver.result, ask))
    }

    func placement(_ outcome: Outcome, in result: RoundResult, _ ask: PodAsk) -> PodPlacement {
        PodPlacement(
            node: cluster.table.nodes[Int(outcome.node)].name,
            score: options.policy == nil ? result.scores.last : nil,
            devices: result.devices(of: outcome).map { assigned($0, on: Int(outcome.node), ask) })
    }

    /// What HAMi writes about devices is known to who fits the pod: the engine chooses, and its choice is looked at before it is
    /// charged.
    private func decideWithPatch(_ ask: PodAsk, _ requestClass: RequestClass, into report: inout PodReport) {
        var placement: PodPlacement?
        let outcome = driver.placeNext(requestClass, by: inspector) { evaluator, score in
            let detail = PlacementDetail(requestClass, evaluator, cluster: cluster, score: score)
            let name = cluster.table.nodes[detail.nodeRow].name
            placement = PodPlacement(
                node: name, score: score, devices: [],
                patch: PodPatch(
                    annotations: detail.annotations(for: ask.pod, requestClass, cluster: cluster, now: options.now),
                    labels: [SchedulerAnnotations.assignedNode: name]))
        }
        guard var placement else {
            report.verdict = .rejected(rejection(of: ask.pod, requestClass))
            return
        }
        placement.devices = driver.result.devices(of: outcome).map { assigned($0, on: Int(outcome.node), ask) }
        report.verdict = .placed(placement)
    }

    private func assigned(_ device: AllocatedDevice, on node: Int, _ ask: PodAsk) -> AssignedDevice {
        let record = cluster.table.records[cluster.table.devices(of: node).lowerBound + Int(device.device)]
        return AssignedDevice(
            container: ask.containers[Int(device.container)],
            vendor: cluster.catalog.vendors[Int(device.vendor)].commonWord, id: record.id, place: Int(device.device),
            type: record.type, memoryMiB: device.memoryMiB, cores: device.cores)
    }

    /// Why the class is refused: counted when it is refused first, and told of its later pods too until something leaves the fleet,
    /// comes to it or changes there. Pods placed meanwhile only make more nodes say no.
    func rejection(of pod: Pod, _ requestClass: RequestClass) -> PodRejection {
        let releases = cluster.table.releaseLog.end
        // Rules over other pods may let a pod in after others came, and give other reasons.
        if requestClass.podKind < 0, let known = refusals[requestClass.id], known.releases == releases {
            return known.rejection
        }
        let counts = refusalCounter.counts(of: requestClass)
        var rejection = PodRejection(counts, in: cluster)
        if options.triesEmptyFleet || options.explains {
            rejection.prospect = emptyFleet.takes(pod, requestClass) ? .later : .never
        }
        refusals[requestClass.id] = KnownRefusal(rejection: rejection, releases: releases)
        return rejection
    }
}

extension PodRejection {
    /// What the nodes of a fleet say to a class.
    public init(_ counts: RefusalCounts, in cluster: Fleet) {
        self.init(fleetNodes: counts.nodes, reasons: counts.reasons(in: cluster))
    }
}

extension RefusalCounts {
    /// Nodes by reason word, most frequent first.
    func reasons(in cluster: Fleet) -> [PodRejection.Reason] {
        var counts: [String: Int] = [:]
        let refused = ofNodesWithDevices
        func count(_ word: String, _ nodes: Int) { if nodes > 0 { counts[word, default: 0] += nodes } }
        for filter in NodeFilter.allCases {
            var nodes = nodesByFilter[Int(filter.rawValue)]
            if filter == .extendedResource {
                for (resource, short) in nodesByShortResource {
                    count("Insufficient \(cluster.table.resources[resource])", short)
                    nodes -= short
                }
            }
            count(filter.word, nodes + nodesAlsoShort[Int(filter.rawValue)])
        }
        for (resource, short) in nodesAlsoShortOf { count("Insufficient \(cluster.table.resources[resource])", short) }
        for reason in RejectionReason.allCases { count(reason.word, refused.nodesByReason[Int(reason.rawValue)]) }
        count("NodeInsufficientDevice", refused.nodesWithTooFewDevices)
        count("AddResourceUsage failed", refused.nodesWithFailedMIG)
        count("node unregistered", nodesWithoutDevices)
        return counts.map { PodRejection.Reason(word: $0.key, nodes: $0.value) }.sorted {
            $0.nodes != $1.nodes ? $0.nodes > $1.nodes : $0.word.utf8.lexicographicallyPrecedes($1.word.utf8)
        }
    }
}
