import DeviceTable
import VendorCatalog

/// Looking at single decisions of the policies over devices in thousandths, for tools that explain or retrace them.
extension MilliPolicyKind {
    /// The final scores of some nodes for a class in the cluster's present state; the highest wins.
    ///
    /// - Returns: a score for each row, nil where the class does not fit; nil altogether when the policy draws nodes
    ///   instead of scoring them, looks at the queue, or does not understand the class.
    /// - Precondition: ``problem(with:)`` found nothing.
    /// - Complexity: O(nodes x score)
    public func scores(
        of requestClass: RequestClass, onRows rows: [Int], in cluster: Cluster, _ context: PolicyContext
    ) -> [Int32?]? {
        switch self {
        case .fgd: Self.scores(requestClass, rows, cluster, context, FGD(context.typicalPods, cluster))
        case .bestFit: Self.scores(requestClass, rows, cluster, context, BestFit())
        case .dotProd: Self.scores(requestClass, rows, cluster, context, DotProd())
        case .gpuPacking: Self.scores(requestClass, rows, cluster, context, GpuPacking())
        case .gpuClustering: Self.scores(requestClass, rows, cluster, context, GpuClustering())
        // A score of foresight depends on the queue too, which one decision does not show.
        case .foresight: nil
        case .random: nil
        }
    }

    private static func scores(
        _ requestClass: RequestClass, _ rows: [Int], _ cluster: Cluster, _ context: PolicyContext,
        _ policy: some MilliPolicy
    ) -> [Int32?]? {
        var policy = policy
        let fleet = MilliFleet(cluster: cluster, ranks: context.nodeRanks)
        guard let request = MilliRequest(requestClass, vendor: fleet.vendor, modes: cluster.table.modes) else {
            return nil
        }
        policy.fleetDidChange(cluster)
        var fitting: [Int] = []
        var scores: [Int32] = []
        for position in 0..<fleet.count {
            let row = Int(fleet.nodes[position].row)
            guard cluster.firstFailingFilter(requestClass, node: row) == nil, fleet.nodes[position].fits(request) else {
                continue
            }
            fitting.append(row)
            scores.append(policy.score(request, fleet.nodes[position]))
        }
        policy.normalise(&scores)
        return rows.map { row in fitting.firstIndex(of: row).map { scores[$0] } }
    }

    /// Puts a pod on a node and on given devices, as a decision made elsewhere says.
    ///
    /// - Parameter devices: places in the node; one that gives several parts stands several times.
    /// - Returns: nil, changing nothing, when the class is not understood or the node has no such device.
    public static func occupy(
        _ requestClass: RequestClass, row: Int, devices: [Int32], in cluster: Cluster, into result: inout RoundResult
    ) -> Outcome? {
        guard let vendor = cluster.catalog.id(ofWord: VendorCatalog.milliWord),
            let request = MilliRequest(requestClass, vendor: vendor, modes: cluster.table.modes)
        else { return nil }
        let range = cluster.table.devices(of: row)
        guard devices.allSatisfy({ (0..<range.count).contains(Int($0)) }) else { return nil }
        let effects = devices.map { device in
            var effect = DeviceEffect.usage(
                device: range.lowerBound + Int(device), slots: 1, memoryMiB: 0, cores: request.milliPerDevice)
            effect.vendor = vendor.rawValue
            return effect
        }
        let resident = cluster.addResident(
            node: row, effects: effects, namespace: requestClass.namespace, resources: requestClass.resources,
            extended: requestClass.extended)
        let first = Int32(result.devices.count)
        for device in devices {
            result.devices.append(AllocatedDevice(device: device, memoryMiB: 0, cores: request.milliPerDevice))
        }
        return Outcome(
            node: Int32(row), firstDevice: first, deviceCount: Int32(devices.count), resident: resident.row)
    }
}
