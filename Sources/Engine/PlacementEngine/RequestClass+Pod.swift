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
            namespace: quotas.hasLimits ? quotas.namespaceID(pod.metadata.namespace) : -1,
            constraints: NodeConstraints(
                nodeName: pod.nodeName, nodeSelector: pod.nodeSelector, requiredAffinity: pod.requiredNodeAffinity,
                tolerations: pod.tolerations),
            resources: resources, extended: extended)
    }

    /// The class of an id. - Precondition: the cluster gave the id.
    public func requestClass(id: Int) -> RequestClass { classes[id] }

    /// The class of a key, made if new.
    public func requestClass(_ key: RequestClassKey) -> RequestClass {
        if let known = classIDs[key] { return classes[known] }
        let made = RequestClass(
            id: classes.count, key: key, vendorCount: catalog.vendors.count,
            footprint: residents.number(
                of: ResidentFootprint(namespace: key.namespace, resources: key.resources)),
            traits: ClassTraits(key, catalog: catalog, profile: profile))
        made.resolve(types: table.types, modes: table.modes)
        if made.traits.search == .pool, let vendor = made.traits.vendor {
            demands[vendor.index].append(made.traits.demand)
        }
        classIDs[key] = made.id
        classes.append(made)
        return made
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
    /// - Source: kubernetes component-helpers/resource/helpers.go, PodRequests
    public static func demand(
        of pod: Pod, managed: Set<String>, isRunning: Bool = false, symbol: (String) -> Symbol
    ) -> (NodeResources, [Int32: Int64]) {
        func add(_ container: Container, to sums: inout [String: Int64], _ managed: Set<String>) {
            guard isRunning, let held = container.held else { return Self.add(container, to: &sums, managed) }
            var asked = held
            if !pod.isResizeInfeasible {
                asked.merge(container.limits.merging(container.requests) { $1 }) { max($0, $1) }
            }
            for (name, quantity) in asked where !managed.contains(name) {
                sums[name] = (sums[name] ?? 0).addingSaturated(amount(quantity, of: name))
            }
        }
        var app: [String: Int64] = [:]
        var peak: [String: Int64] = [:]
        var sidecars: [String: Int64] = [:]
        for container in pod.containers { add(container, to: &app, managed) }
        for container in pod.initContainers {
            if container.isSidecar {
                add(container, to: &sidecars, managed)
                add(container, to: &app, managed)
                for (name, amount) in sidecars { peak[name] = max(peak[name] ?? 0, amount) }
            } else {
                var own = sidecars
                add(container, to: &own, managed)
                for (name, amount) in own { peak[name] = max(peak[name] ?? 0, amount) }
            }
        }
        for (name, amount) in peak { app[name] = max(app[name] ?? 0, amount) }
        for (name, quantity) in pod.podRequests where Pod.countsForPod(name) {
            var asked = quantity
            if isRunning, let held = pod.held {
                asked = pod.isResizeInfeasible ? held[name] ?? quantity : max(quantity, held[name] ?? quantity)
            }
            app[name] = amount(asked, of: name)
        }
        for (name, quantity) in pod.overhead {
            app[name] = (app[name] ?? 0).addingSaturated(amount(quantity, of: name))
        }
        var extended: [Int32: Int64] = [:]
        // In name order, so that symbols do not depend on how a dictionary happens to lie.
        for (name, amount) in app.sorted(by: { $0.key < $1.key })
        where amount != 0 && !DeviceTable.standardResources.contains(name) {
            extended[symbol(name)] = amount
        }
        return (
            NodeResources(
                cpuMilli: app["cpu"] ?? 0, memoryBytes: app["memory"] ?? 0,
                ephemeralBytes: app["ephemeral-storage"] ?? 0, pods: 1), extended
        )
    }

    private static func add(_ container: Container, to sums: inout [String: Int64], _ managed: Set<String>) {
        for (name, quantity) in container.limits where container.requests[name] == nil && !managed.contains(name) {
            sums[name] = (sums[name] ?? 0).addingSaturated(amount(quantity, of: name))
        }
        for (name, quantity) in container.requests where !managed.contains(name) {
            sums[name] = (sums[name] ?? 0).addingSaturated(amount(quantity, of: name))
        }
    }

    /// The amount in the unit the table counts in. Beyond 64 bits it is the largest there is, where Go's conversion would
    /// wrap around to something small.
    private static func amount(_ quantity: Quantity, of name: String) -> Int64 {
        let units = quantity.roundedUp
        let wraps = quantity.sign > 0 && units <= 0
        guard name == "cpu" else { return wraps ? .max : units }
        return wraps || units > Int64.max / 1000 ? .max : quantity.milliRoundedUp
    }
}

extension Int64 {
    /// The sum, or the largest (smallest) number where it has none.
    fileprivate func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }
}
