import BulkJSON
import DeviceTable
import KubernetesWire
import PlacementEngine
import PlacementModel
import SchedulerSession
import TraceModel
import VendorCatalog

/// Turns a snapshot of a cluster (`kubectl get nodes,pods -A -o json`) into a ``Trace``: the pods that run are there from
/// the start, those that wait are queued, all at once.
///
/// A trace knows less than a cluster. Devices keep model, number and size but not their ids; running pods get devices of
/// their node anew; a pod is one container. What was left out is told in ``Result/notes``, what could not be taken over
/// at all in ``Result/problems``. `berth place` reads the snapshot itself and loses nothing.
public enum KubernetesImporter {
    public struct Result: Sendable {
        public var trace: Trace
        /// What a trace cannot say, with how many objects it concerns.
        public var notes: [String]
        /// Objects left out, each with its reason.
        public var problems: [InputProblem]
    }

    /// Whether a path is a file as kubectl writes it (`-` is standard input) or a folder of such files, not the folder of a
    /// trace. Any file is: what it holds is told by its contents, not by its name.
    public static func isSnapshot(_ path: String) -> Bool {
        if path == "-" { return true }
        if TraceFiles.isFolder(path) {
            let isTrace = Trace.fileNames.contains { TraceFiles.exists(TraceFormat.path(path, $0)) }
            return !isTrace && !OpenBImporter.isTrace(folder: path)
        }
        return TraceFiles.exists(path) || [".json", ".yaml", ".yml"].contains { path.hasSuffix($0) }
    }

    /// - Throws: ``TraceError`` when not one node can be read from the files.
    public static func read(_ files: [String], now: WallClock, catalog: VendorCatalog) throws(TraceError) -> Result {
        make(try input(files), name: files[0], now: now, catalog: catalog)
    }

    /// - Throws: ``TraceError`` when not one node can be read from the files.
    static func input(_ files: [String]) throws(TraceError) -> PlacementInput {
        let input: PlacementInput
        do throws(PlacementInputError) { input = try PlacementInput(nodeFiles: files, podFiles: []) } catch {
            let first = error.problems.first.map { ": \($0)" } ?? ""
            throw TraceError(file: files.first ?? "", problem: "\(error)\(first)")
        }
        if input.nodes.isEmpty { throw TraceError(file: files.first ?? "", problem: "has no node") }
        return input
    }

    /// What a trace can say of an input.
    public static func make(
        _ input: PlacementInput, name: String, now: WallClock, catalog: VendorCatalog
    ) -> Result {
        let cluster = Fleet(catalog: catalog, order: .asRegistered, parser: JSONParser())
        for entry in input.nodes { cluster.register(entry.node, now: now) }
        let base = name.split(separator: "/").last.map(String.init) ?? name
        var result = Result(
            trace: Trace(
                metadata: TraceMetadata(
                    name: base, description: "Snapshot of a cluster", origin: SnapshotCommand.text,
                    licence: "as of the cluster")), notes: [], problems: input.problems)
        let taints = Set(input.nodes.lazy.flatMap(\.node.taints))
        let tolerations = Set(input.pods.lazy.flatMap(\.pod.tolerations))
        let tolerated = taints.filter { taint in tolerations.contains { $0.tolerates(taint) } }
        var losses = SnapshotLosses(cluster)
        for (row, entry) in input.nodes.enumerated() {
            var node = traceNode(row, cluster)
            node.taints.removeAll { tolerated.contains($0) }
            result.trace.nodes.append(node)
            losses.add(entry, row: row, tolerated: Set(tolerated))
        }
        for (place, quota) in input.quotas.enumerated() {
            losses.add(quota, source: place < input.quotaSources.count ? input.quotaSources[place] : base)
        }
        addPods(input.pods, cluster, &result) { losses.add($0, taints: taints) }
        result.problems += losses.problems
        return result
    }

    // MARK: Nodes

    static func traceNode(_ row: Int, _ cluster: Fleet) -> TraceNode {
        let table = cluster.table
        let node = table.nodes[row]
        var made = TraceNode(
            name: node.name,
            cpuMilli: node.allocatable["cpu"]?.amount(CPUMilli.self, inThousandths: true).value
                ?? CPUMilli.range.upperBound,
            memoryMiB: node.allocatable["memory"].map { $0.amount(OfferedAmount.self).value >> 20 }
                ?? MemoryMiB.range.upperBound,
            podsMax: node.allocatable["pods"]?.amount(PodCount.self).value ?? PodCount.range.upperBound,
            labels: node.metadata.labels, taints: node.taints)
        for device in table.devices(of: row) {
            let record = table.records[device]
            let vendor = cluster.catalog.vendors[Int(table.vendor[device])].commonWord
            let last = made.groups.count - 1
            if last >= 0, made.groups[last].vendor == vendor, made.groups[last].model == record.type,
                made.groups[last].slots == record.slots, made.groups[last].memoryMiB == record.memoryMiB,
                made.groups[last].cores == record.cores
            {
                made.groups[last].devices += 1
            } else {
                made.groups.append(
                    TraceDeviceGroup(
                        vendor: vendor, model: record.type, devices: 1, slots: record.slots,
                        memoryMiB: record.memoryMiB, cores: record.cores))
            }
        }
        for group in made.groups.indices {
            let own = table.devices(of: row).filter { table.records[$0].type == made.groups[group].model }
            made.groups[group].numaNodes = max(Set(own.map { table.numa[$0] }).count, 1)
        }
        return made
    }

    // MARK: Pods

    private static func addPods(
        _ entries: [PlacementInput.SourcedPod], _ cluster: Fleet, _ result: inout Result,
        didTake: (PlacementInput.SourcedPod) -> Void
    ) {
        var finished = 0
        var merged = 0
        for entry in entries {
            let pod = entry.pod
            if pod.phase.isTerminal {
                finished += 1
                continue
            }
            func refuse(_ field: String, _ message: String) {
                result.problems.append(
                    InputProblem(source: entry.source, object: "Pod \(pod.fullName)", field: field, message: message))
            }
            let asking = (pod.initContainers + pod.containers).filter { !deviceLimits(of: $0, cluster).isEmpty }
            // A reservation is no binding: without a node the pod waits. Devices are where the annotation says.
            let assigned = asking.isEmpty ? nil : pod.metadata.annotations[SchedulerAnnotations.assignedNode]
            let home = pod.nodeName.isEmpty ? "" : assigned ?? pod.nodeName
            let row = home.isEmpty ? nil : cluster.table.node(named: home)
            if !home.isEmpty && row == nil {
                refuse("spec.nodeName", "it runs on \(home), which is not in the fleet; it is left out")
                continue
            }
            if asking.count > 1 {
                refuse("spec.containers", "\(asking.count) containers ask for devices; a trace has one; it is left out")
                continue
            }
            if pod.containers.count + pod.initContainers.count > 1 { merged += 1 }
            let shape = shape(of: pod, asking.first, cluster, &result.trace.pods)
            let name = pod.fullName
            let isNew = Array(name.utf8).withUnsafeBufferPointer {
                result.trace.pods.append(name: $0, shape: shape, placedOn: row.map { Int32($0) } ?? -1)
            }
            if isNew { didTake(entry) } else { refuse("metadata.name", "it stands twice; the second is left out") }
        }
        if finished > 0 { result.notes.append("\(finished) finished pods hold nothing and are left out") }
        if merged > 0 { result.notes.append("\(merged) pods of several containers became one container each") }
    }

    static func deviceLimits(of container: Container, _ cluster: Fleet) -> [(key: String, value: String)] {
        let names = Set(container.limits.keys).union(container.requests.keys)
        return names.intersection(cluster.catalog.managedResources).sorted().compactMap { name in
            container.limitOrRequest(name).map { (key: name, value: $0.canonical) }
        }
    }

    static func shape(
        of pod: Pod, _ asking: Container?, _ cluster: Fleet, _ pods: inout TracePods
    ) -> PodShape {
        let (resources, _) = PodResources.demand(of: pod, managed: cluster.catalog.managedResources) {
            cluster.table.resourceSymbol($0)
        }
        // Annotations that say where a pod runs are HAMi's own; wishes are kept.
        let written = Set(cluster.catalog.vendors.flatMap { [$0.annotations.allocated, $0.annotations.toAllocate] })
            .union([SchedulerAnnotations.assignedNode, SchedulerAnnotations.assignedTime])
        let wishes = pod.metadata.annotations.filter { !written.contains($0.key) && !$0.key.hasPrefix("hami.io/bind-") }
        func text(_ pairs: [String: String]) -> Int32 {
            pods.texts.intern(
                KeyValueList.text(pairs.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }))
        }
        return PodShape(
            namespace: pods.texts.intern(pod.metadata.namespace),
            cpuMilli: resources.cpuMilli,
            // At most 2^53 bytes, so that rounding up stays within 64 bits.
            memoryMiB: (resources.memoryBytes + (1 << 20) - 1) >> 20,
            limits: pods.texts.intern(KeyValueList.text(asking.map { deviceLimits(of: $0, cluster) } ?? [])),
            annotations: text(wishes), nodeSelector: text(pod.nodeSelector))
    }
}
