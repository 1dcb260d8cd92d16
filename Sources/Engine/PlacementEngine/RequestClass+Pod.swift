import DeviceTable
import PlacementModel
import VendorCatalog

/// Scheduler-wide settings that a pod's annotations may override.
public struct SchedulingDefaults: Sendable, Hashable {
    public var nodePolicy: String
    public var devicePolicy: String

    /// HAMi's flags: binpack over nodes, spread over devices.
    public init(nodePolicy: String = "binpack", devicePolicy: String = "spread") {
        self.nodePolicy = nodePolicy
        self.devicePolicy = devicePolicy
    }
}

/// Annotation keys that the scheduler itself reads.
public enum SchedulerAnnotations {
    public static let nodePolicy = "hami.io/node-scheduler-policy"
    public static let devicePolicy = "hami.io/gpu-scheduler-policy"
    public static let numaBind = "nvidia.com/numa-bind"
    public static let assignedNode = "hami.io/vgpu-node"
    public static let assignedTime = "hami.io/vgpu-time"
}

extension Fleet {
    /// The class key of a pod.
    ///
    /// - Throws: ``WeightsError`` when the scoring weights annotation is bad; HAMi refuses the pod with it.
    /// - Complexity: O(containers x vendors + annotations)
    public func classKey(
        of pod: Pod, requests: [[DeviceRequest]], defaults: SchedulingDefaults
    ) throws(WeightsError) -> RequestClassKey {
        let annotations = pod.metadata.annotations
        let bindsNuma = annotations[SchedulerAnnotations.numaBind].flatMap(parseBool) ?? false
        var weights = DeviceScoringWeights.equal
        if let text = annotations[DeviceScoringWeights.annotation] { weights = try DeviceScoringWeights(parsing: text) }
        var rules: [UInt8: PodRules] = [:]
        for request in requests.joined() where rules[request.vendor.rawValue] == nil {
            rules[request.vendor.rawValue] = catalog[request.vendor].podRules(of: pod, symbols: &table.symbols)
        }
        let (resources, extended) = PodResources.demand(of: pod, managed: catalog.managedResources) {
            table.resourceSymbol($0)
        }
        return RequestClassKey(
            initContainerCount: pod.initContainers.count, containers: requests, rules: rules,
            devicePolicy: DevicePolicy(
                annotations[SchedulerAnnotations.devicePolicy] ?? defaults.devicePolicy, bindsNuma: bindsNuma),
            nodePolicyText: annotations[SchedulerAnnotations.nodePolicy] ?? defaults.nodePolicy, weights: weights,
            namespace: quotas.limitingNamespace(
                pod.metadata.namespace, vendors: requests.joined().reduce(0) { $0 | $1.vendor.bit }),
            constraints: NodeConstraints(
                nodeName: pod.nodeName, nodeSelector: pod.nodeSelector, requiredAffinity: pod.requiredNodeAffinity,
                tolerations: pod.tolerations),
            resources: resources, extended: extended, podKind: podRules?.kind(of: pod) ?? noPodKind)
    }

    /// The class of an id. - Precondition: the fleet gave the id.
    public func requestClass(id: Int) -> RequestClass { classes[id] }

    /// The class of a key, made if new.
    ///
    /// It holds until it is dropped as idle (``dropIdleClasses(isHeld:)``); a pod's key changes when a limit is set or cleared for
    /// its namespace (`quotas.limitsVersion`).
    public func requestClass(_ key: RequestClassKey) -> RequestClass {
        classUses += 1
        if let known = classIDs[key] {
            classes[known].lastUse = classUses
            return classes[known]
        }
        var twin: RequestClass?
        if key.namespace >= 0 {
            var free = key
            free.namespace = -1
            twin = requestClass(free)
        }
        let id = freeClassIDs.popLast() ?? classes.count
        let made = RequestClass(
            id: id, key: key, vendorCount: catalog.vendors.count, footprint: residents.number(of: key.resources),
            traits: ClassTraits(key, catalog: catalog, profile: profile), twin: twin)
        made.resolve(types: table.types, modes: table.modes)
        made.lastUse = classUses
        noteDemand(of: made)
        classIDs[key] = id
        if id == classes.count { classes.append(made) } else { classes[id] = made }
        return made
    }

    /// Classes that are known now.
    public var classCount: Int { classIDs.count }

    func noteDemand(of made: RequestClass) {
        if made.traits.search == .pool, let vendor = made.traits.vendor {
            demands[vendor.index].append(made.traits.demand)
        }
    }
}

/// What a pod takes from a node besides devices.
public enum PodResources {
    /// Kubernetes' rule: app containers add up (sidecars with them), init containers count at their peak, overhead on top;
    /// a request that is absent is its limit.
    ///
    /// What the pod as a whole asks takes the place of its containers' sum. Of a pod that runs, what its containers hold
    /// while they are resized in place counts where it is more than what they ask.
    ///
    /// - Parameters:
    ///   - isRunning: whether the pod has a node; the status of a queued pod says nothing.
    ///   - symbol: turns the name of an extended resource into its symbol.
    public static func demand(
        of pod: Pod, managed: Set<String>, isRunning: Bool = false, symbol: (String) -> Symbol
    ) -> (NodeResources, [Int32: Int64]) {
        let amounts = isRunning ? PodRequest.ofResident(pod) : PodRequest.ofQueued(pod)
        var extended: [Int32: Int64] = [:]
        // In name order, so that symbols do not depend on how a dictionary happens to lie.
        for name in amounts.names.sorted()
        where !managed.contains(name) && !DeviceTable.standardResources.contains(name) {
            let amount = amounts.counted(name)
            if amount != 0 { extended[symbol(name)] = amount }
        }
        func standard(_ name: String) -> Int64 { managed.contains(name) ? 0 : amounts.counted(name) }
        return (
            NodeResources(
                cpuMilli: standard("cpu"), memoryBytes: standard("memory"),
                ephemeralBytes: standard("ephemeral-storage"), pods: 1), extended
        )
    }
}
