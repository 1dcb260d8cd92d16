import DeviceTable
import KubernetesWire
import PlacementEngine
import PlacementModel
import VendorCatalog

/// Looks a cluster over before anything is asked of it: what HAMi does not see, what cannot be counted, and what the snapshot
/// does not say.
public struct ClusterDoctor {
    public private(set) var findings: [ClusterFinding] = []
    /// Distinct tags of HAMi's images, ascending.
    public let versions: [String]
    private let input: PlacementInput
    private let session: PlacementSession
    private var cluster: Fleet { session.cluster }
    private var catalog: VendorCatalog { session.cluster.catalog }

    /// - Parameter session: made of the input; nothing has been placed.
    /// - Complexity: O(nodes x resources + devices + pods)
    public init(_ input: PlacementInput, _ session: PlacementSession) {
        self.input = input
        self.session = session
        versions = Set(input.images.compactMap(HAMiVersion.of(image:))).sorted()
        findUnregistered()
        findCustomNames()
        findUnused()
        findUnoffered()
        findUnavailable()
        findAbsent()
        findVersion()
        findings = findings.filter { $0.weight == .problem } + findings.filter { $0.weight == .note }
    }

    private mutating func add(
        _ weight: ClusterFinding.Weight, _ message: String, _ objects: [String] = [], remedy: String
    ) {
        findings.append(ClusterFinding(weight, message, objects: objects, remedy: remedy))
    }

    /// Nodes that offer a resource and have no register.
    private mutating func findUnregistered() {
        for group in SnapshotLacks(input, cluster).unregistered {
            // A register that is there and cannot be used is told with its fault.
            let missing = group.nodes.filter { name in
                cluster.table.node(named: name).map {
                    cluster.table.nodes[$0].name == name
                } ?? false
                    && input.nodes.first { $0.node.name == name }?.node.metadata.annotations[group.annotation] == nil
            }
            if missing.isEmpty { continue }
            add(
                .problem, "\(group.resource) is offered, but the annotation \(group.annotation) is missing", missing,
                remedy:
                    "HAMi knows no device there. Its device plugin writes the annotation: see whether its pod runs on "
                    + "the node (the node needs the label its DaemonSet selects), and what its log says. Another "
                    + "vendor's plain plugin offers the resource too, but registers nothing.")
        }
    }

    /// Nodes with devices that do not offer the name by which they are asked for.
    private mutating func findCustomNames() {
        var nodes: [VendorID: [String]] = [:]
        var others: [VendorID: Set<String>] = [:]
        for entry in input.nodes {
            guard let row = cluster.table.node(named: entry.node.name) else { continue }
            for vendor in Set(cluster.table.devices(of: row).map { VendorID(Int(cluster.table.vendor[$0])) }) {
                let count = catalog[vendor].resources.count
                if count.isEmpty || entry.node.allocatable[count] != nil { continue }
                let offered = entry.node.allocatable.keys.filter {
                    $0.contains("/") && !catalog.managedResources.contains($0) && !$0.contains("hugepages")
                }
                if offered.isEmpty { continue }
                nodes[vendor, default: []].append(entry.node.name)
                others[vendor, default: []].formUnion(offered)
            }
        }
        for vendor in nodes.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            add(
                .problem,
                "\(catalog[vendor].commonWord) devices are registered, but no \(catalog[vendor].resources.count) is "
                    + "offered; instead there is \((others[vendor] ?? []).sorted().joined(separator: ", "))",
                nodes[vendor] ?? [],
                remedy: "Resource names were changed when HAMi was installed: give its configuration with "
                    + "--device-config (kubectl -n kube-system get configmap hami-scheduler-device -o yaml).")
        }
    }

    /// What reading and charging could not use, an object a line, told together by kind.
    private mutating func findUnused() {
        var groups: [String: [InputProblem]] = [:]
        for problem in session.problems {
            let kind = problem.object.split(separator: " ").first.map(String.init) ?? ""
            groups[["Node", "Pod", "ResourceQuota"].contains(kind) ? kind : "", default: []].append(problem)
        }
        let remedies = [
            (
                "Node",
                "The device plugin writes the register: compare its version with the scheduler's, and restart it."
            ),
            (
                "Pod",
                "What is not counted looks free: pods may be placed where there is no room. HAMi's scheduler writes the "
                    + "allocation; a pod that another scheduler bound has none. Restart the pod under HAMi."
            ),
            ("ResourceQuota", "Quotas of devices are limits.RESOURCE of memory and cores; write the key so."),
            ("", "Make the snapshot anew: \(SnapshotCommand.text)"),
        ]
        for (kind, remedy) in remedies {
            guard let problems = groups[kind] else { continue }
            var byText: [(text: String, objects: [String])] = []
            for problem in problems {
                let field = problem.field.isEmpty ? "" : problem.field + ": "
                let name = String(problem.object.drop { $0 != " " }.dropFirst())
                let text = kind.isEmpty ? problem.description : field + problem.message
                let node = name.isEmpty ? [] : [name]
                if let place = byText.firstIndex(where: { $0.text == text }) {
                    byText[place].objects += node
                } else {
                    byText.append((text, node))
                }
            }
            for group in byText { add(.problem, group.text, group.objects, remedy: remedy) }
        }
    }

    /// Resources that waiting pods ask for and no node offers.
    private mutating func findUnoffered() {
        var pods: [String: [String]] = [:]
        for entry in session.queue {
            let containers = entry.pod.initContainers + entry.pod.containers
            let names = Set(containers.flatMap { Array($0.limits.keys) + Array($0.requests.keys) })
            for name in names
            where name.contains("/") && !name.contains("kubernetes.io/") && !session.offeredResources.contains(name)
                && !catalog.managedResources.contains(name)
            {
                pods[name, default: []].append(entry.pod.fullName)
            }
        }
        for (name, names) in pods.sorted(by: { $0.key < $1.key }) {
            let meant = session.hint.suggestion(for: name).map { "; did you mean \($0)?" } ?? ""
            add(
                .problem, "\(name) is asked for, and no node offers it\(meant)", names,
                remedy:
                    "Correct the name in the pods' resources, or give HAMi's configuration with --device-config where "
                    + "it has names of its own.")
        }
    }

    /// Devices and nodes that take no pods.
    private mutating func findUnavailable() {
        let table = cluster.table
        var (unhealthy, cordoned): ([String], [String]) = ([], [])
        for row in 0..<table.nodeRowCount {
            for device in table.devices(of: row) {
                let name = "\(table.nodes[row].name)/\(table.records[device].id)"
                if !table.flags[device].contains(.healthy) { unhealthy.append(name) }
                if table.flags[device].contains(.cordoned) { cordoned.append(name) }
            }
        }
        if !unhealthy.isEmpty {
            add(
                .problem, "devices are registered as unhealthy", unhealthy,
                remedy: "No pod gets them; see the plugin's log.")
        }
        if !cordoned.isEmpty {
            add(
                .note, "devices are cordoned (hami.io/device-cordon)", cordoned,
                remedy: "No pod gets them until their ids leave the node's annotation.")
        }
        let nodes = input.nodes.filter { $0.node.isUnschedulable }.map(\.node.name)
        if !nodes.isEmpty {
            add(.note, "nodes are cordoned", nodes, remedy: "No pod goes there until `kubectl uncordon`.")
        }
    }

    /// Kinds of which the snapshot has none.
    private mutating func findAbsent() {
        for kind in SnapshotLacks(input, cluster).kinds {
            let weighed =
                kind == "namespaces"
                ? "labels that keep a namespace from HAMi's webhook are not known" : "limits are not weighed"
            add(
                .note, "the snapshot has no \(kind): \(weighed)",
                remedy: "Where the cluster has any, make the snapshot with them: \(SnapshotCommand.text)")
        }
    }

    private mutating func findVersion() {
        let others = versions.filter { !HAMiVersion.isFollowed($0) }
        if versions.isEmpty {
            add(
                .note, "no pod of HAMi is in the snapshot, so its version is not known",
                remedy: "Berth decides as HAMi \(HAMiVersion.followed); `helm list -A` tells yours.")
        } else if !others.isEmpty {
            add(
                .problem, "HAMi \(others.joined(separator: ", ")) runs; Berth decides as HAMi \(HAMiVersion.followed)",
                remedy: "Decisions of another line differ: docs/hami-compatibility.md tells by what.")
        }
    }
}
