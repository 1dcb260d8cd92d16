import DeviceTable
import PackingBound
import PlacementEngine
import PlacementModel
import TraceModel
import VendorCatalog

extension ResourcePacking {
    /// Memory and cores of every vendor of a trace in slots, memory and cores.
    ///
    /// What a pod is charged is found by placing one of each shape on an otherwise empty node of each kind under the vendor's
    /// own rules. Every vendor is a problem of its own, that may use the whole CPU and memory of its nodes. Annotations that
    /// name single devices are left out, like selectors.
    /// - Returns: by vendor, memory before cores. Left out are vendors for which an empty node does not tell what pods are
    ///   charged: with unequal devices on one node, with devices cut into instances, with cores that are no amounts, and
    ///   with pods that an empty node refuses where a used one may not.
    /// - Throws: ``TraceError`` when the catalogue lacks a vendor.
    /// - Complexity: shapes x node kinds trial placements
    package static func vendors(
        of trace: Trace, catalog: VendorCatalog, defaults: SchedulingDefaults, profile: CompatibilityProfile
    ) throws(TraceError) -> [ResourcePacking] {
        let trial = try TrialFleet(trace, catalog: catalog, profile: profile)
        let asks = trial.asks(of: trace, defaults: defaults)
        let unclear = asks.reduce(0) { $0 | $1.refusedForNow }
        return catalog.ids.filter { unclear & $0.bit == 0 }.flatMap { vendor in
            [Resource.memory, .cores].filter { $0 == .memory || catalog[vendor].coresAreAmounts }.compactMap {
                trial.packing(vendor, $0, asks)
            }
        }
    }
}

/// One empty node of each kind, to try shapes on.
private struct TrialFleet {
    /// What all pods of a shape ask, and what they would be charged.
    struct Ask {
        var cpuMilli: Int64
        var memoryMiB: Int64
        var charges: [Charge] = []
        /// Vendors, as bits, of which an empty node refused the pods while a used one might take them.
        var refusedForNow: UInt64 = 0
    }

    /// What a pod is charged of one vendor's devices on one kind of node.
    struct Charge {
        var kind: Int
        var vendor: VendorID
        var devices: Int64 = 0
        /// Of the device that is charged least.
        var least = CardAmount(.max, .max)
        var memoryMiB: Int64 = 0
        var cores: Int64 = 0
    }

    private var nodes: [TraceNode] = []
    private var nodesOfKind: [Int64] = []
    private let cluster: Fleet
    private let engine: ReferenceEngine

    init(_ trace: Trace, catalog: VendorCatalog, profile: CompatibilityProfile) throws(TraceError) {
        var kinds: [TraceNode: Int] = [:]
        for node in trace.nodes {
            var kind = node
            (kind.name, kind.labels, kind.taints) = ("", [:], [])
            for group in kind.groups.indices { kind.groups[group].line = 0 }
            if let known = kinds[kind] {
                nodesOfKind[known] += 1
            } else {
                kinds[kind] = nodes.count
                kind.name = "kind-\(nodes.count)"
                nodes.append(kind)
                nodesOfKind.append(1)
            }
        }
        cluster = try Trace(metadata: trace.metadata, nodes: nodes).makeCluster(catalog: catalog, profile: profile)
        engine = ReferenceEngine(cluster: cluster)
    }

    /// By shape of the trace.
    func asks(of trace: Trace, defaults: SchedulingDefaults) -> [Ask] {
        let deviceNames = Set(cluster.catalog.vendors.flatMap { $0.annotations.useUUID + $0.annotations.noUseUUID })
        return trace.pods.shapes.map { shape in
            var ask = Ask(cpuMilli: shape.cpuMilli, memoryMiB: shape.memoryMiB)
            var pod = trace.pods.pod(of: shape)
            pod.nodeSelector = [:]
            for name in deviceNames { pod.metadata.annotations[name] = nil }
            let requests = cluster.catalog.requests(of: pod, state: cluster.state)
            guard let key = try? cluster.classKey(of: pod, requests: requests, defaults: defaults) else { return ask }
            let requestClass = cluster.requestClass(key)
            guard requestClass.asksForDevices else { return ask }
            for kind in nodes.indices {
                if let charges = charges(requestClass, kind) {
                    ask.charges += charges
                } else {
                    ask.refusedForNow |= requestClass.requestedVendors & uncertainVendors(of: kind)
                }
            }
            return ask
        }
    }

    /// Vendors of a kind, as bits, whose refusals a placement can end.
    private func uncertainVendors(of kind: Int) -> UInt64 {
        cluster.table.devices(of: kind).reduce(0) { vendors, device in
            let vendor = VendorID(Int(cluster.table.vendor[device]))
            return cluster.catalog[vendor].refusalsLast ? vendors : vendors | vendor.bit
        }
    }

    /// By vendor; nil when an empty node refuses the pod.
    private func charges(_ requestClass: RequestClass, _ kind: Int) -> [Charge]? {
        guard engine.choose(requestClass, candidates: [kind]) != nil else { return nil }
        var result = RoundResult()
        let outcome = engine.commit(requestClass, into: &result)
        defer { cluster.remove(outcome.resident) }
        let table = cluster.table
        var charges: [VendorID: Charge] = [:]
        for device in table.devices(of: kind) where table.used[device] > 0 {
            let vendor = VendorID(Int(table.vendor[device]))
            var charge = charges[vendor] ?? Charge(kind: kind, vendor: vendor)
            charge.devices += Int64(table.used[device])
            // No more than the device has: a larger charge takes all of it.
            let memoryMiB = min(table.usedMemoryMiB[device], table.totalMemoryMiB[device]) / table.used[device]
            let cores = min(table.usedCores[device], table.totalCores[device]) / table.used[device]
            charge.least = CardAmount(min(charge.least.first, memoryMiB), min(charge.least.second, cores))
            charge.memoryMiB += Int64(table.usedMemoryMiB[device])
            charge.cores += Int64(table.usedCores[device])
            charges[vendor] = charge
        }
        return charges.values.sorted { $0.vendor < $1.vendor }
    }

    /// The problem of a vendor's resource; nil where the fleet has none of it, or devices of a node are unequal or cut into
    /// instances.
    func packing(_ vendor: VendorID, _ resource: ResourcePacking.Resource, _ asks: [Ask]) -> ResourcePacking? {
        let table = cluster.table
        var pools: [PackingProblem.Pool] = []
        var poolOfKind: [Int: Int] = [:]
        for (kind, node) in nodes.enumerated() {
            let devices = table.devices(of: kind).filter { Int(table.vendor[$0]) == vendor.index }
            guard let device = devices.first else { continue }
            let card = CardAmount(table.totalMemoryMiB[device], table.totalCores[device])
            let isUniform = devices.allSatisfy {
                CardAmount(table.totalMemoryMiB[$0], table.totalCores[$0]) == card
                    && table.slots[$0] == table.slots[device] && !table.flags[$0].contains(.mig)
            }
            if !isUniform { return nil }
            poolOfKind[kind] = pools.count
            pools.append(
                PackingProblem.Pool(
                    nodes: nodesOfKind[kind], cardsPerNode: Int64(devices.count), card: card,
                    slotsPerCard: Int64(table.slots[device]), cpuMilli: node.cpuMilli, memoryMiB: node.memoryMiB))
        }
        // At most 2^20 nodes of 2^10 cards of less than 2^21.
        let total = pools.reduce(0) { sum, pool in
            sum + pool.nodes * pool.cardsPerNode * Int64(resource == .memory ? pool.card.first : pool.card.second)
        }
        if total == 0 { return nil }
        let classes = asks.map { ask in
            PackingProblem.PodClass(
                count: 0, cpuMilli: ask.cpuMilli, memoryMiB: ask.memoryMiB,
                options: ask.charges.compactMap { charge in
                    guard charge.vendor == vendor, let pool = poolOfKind[charge.kind] else { return nil }
                    return PackingProblem.Option(
                        pool: pool, cards: charge.devices, slice: charge.least,
                        reward: resource == .memory ? charge.memoryMiB : charge.cores)
                })
        }
        return ResourcePacking(
            vendor: cluster.catalog[vendor].commonWord, resource: resource, total: total, pools: pools,
            classes: classes, classOfShape: Array(classes.indices))
    }
}
