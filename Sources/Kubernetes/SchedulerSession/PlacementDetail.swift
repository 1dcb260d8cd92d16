import BulkJSON
import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// What a pod got on a node, in HAMi's terms: lists of devices a container under each vendor word, with HAMi's padding.
public struct PlacementDetail {
    public var nodeRow: Int
    public var score: Float
    /// Key to containers to devices. Keys are vendor words and, for padding, the raw device types of the node.
    public var containers: [(key: String, containers: [[PlacedDevice]])]
    /// Key to collapsed usage, ids ascending.
    public var usage: [(key: String, usages: [(record: DeviceRecord, usage: CollapsedUsage)])]

    /// Reads the node that `evaluator` has just fitted.
    ///
    /// - Complexity: O(containers x types); allocates, so only where details are printed.
    public init(_ requestClass: RequestClass, _ evaluator: borrowing NodeEvaluator, cluster: Fleet, score: Float) {
        let node = evaluator.workspace.node
        nodeRow = node
        self.score = score
        let table = cluster.table
        let types = table.nodeTypes[node].map { table.types[$0] }
        let count = requestClass.containerCount
        var lists: [String: [[PlacedDevice]]] = [:]
        for type in types { lists[type] = Array(repeating: [], count: count) }
        for entry in 0..<evaluator.workspace.entryCount {
            let own = evaluator.workspace.entries[entry]
            let vendor = cluster.catalog.vendors[Int(own.vendor)]
            let devices = Self.devices(of: own, vendor, evaluator, table)
            let word = vendor.commonWord
            if lists[word] != nil && types.contains(word) {
                lists[word]![Int(own.container)] = devices
            } else if cluster.profile.alignsContainers {
                lists[word, default: Array(repeating: [], count: count)][Int(own.container)] = devices
            } else {
                lists[word, default: []].append(devices)
            }
        }
        containers = lists.filter { !$0.value.isEmpty }.map { ($0.key, $0.value) }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        usage = Self.usage(evaluator, cluster)
    }

    private static func devices(
        of entry: AllocationEntry, _ vendor: any Vendor, _ evaluator: borrowing NodeEvaluator, _ table: DeviceTable
    ) -> [PlacedDevice] {
        let first = evaluator.workspace.firstDevice
        let bucket = bucket(of: Int(entry.vendor), evaluator, table)
        return (Int(entry.firstPick)..<Int(entry.firstPick + entry.pickCount)).map { place in
            let pick = evaluator.workspace.picks[place]
            let record = table.records[first + Int(pick.device)]
            return PlacedDevice(
                record: record, type: vendor.allocatedType(of: record), memoryMiB: pick.memoryMiB, cores: pick.cores,
                pick: pick, info: vendor.info(of: pick, record: record, bucket: bucket, symbols: table.symbols))
        }
    }

    static func bucket(of vendor: Int, _ evaluator: borrowing NodeEvaluator, _ table: DeviceTable) -> [DeviceRecord] {
        table.devices(of: evaluator.workspace.node).filter { table.words[$0] & (1 << UInt64(vendor)) != 0 }
            .map { table.records[$0] }
    }

    private static func usage(
        _ evaluator: borrowing NodeEvaluator, _ cluster: Fleet
    ) -> [(key: String, usages: [(record: DeviceRecord, usage: CollapsedUsage)])] {
        var collapser = UsageCollapser()
        collapser.collapse(evaluator.workspace)
        let first = evaluator.workspace.firstDevice
        var byVendor: [UInt8: [(record: DeviceRecord, usage: CollapsedUsage)]] = [:]
        for usage in collapser.usages {
            byVendor[usage.vendor, default: []].append((cluster.table.records[first + Int(usage.device)], usage))
        }
        return byVendor.sorted { $0.key < $1.key }.map { vendor, usages in
            (
                cluster.catalog.vendors[Int(vendor)].commonWord,
                usages.sorted { $0.record.id.utf8.lexicographicallyPrecedes($1.record.id.utf8) }
            )
        }
    }

    /// The annotations that HAMi patches onto the pod.
    ///
    /// - Source: hami-core.md 2.1, 4.2 step 10
    public func annotations(
        for pod: Pod, _ requestClass: RequestClass, cluster: Fleet, now: WallClock
    ) -> [String: String] {
        let node = cluster.table.nodes[nodeRow]
        var annotations = [
            SchedulerAnnotations.assignedNode: node.name, SchedulerAnnotations.assignedTime: now.secondsText,
        ]
        for vendorID in cluster.catalog.ids {
            let vendor = cluster.catalog[vendorID]
            guard let list = containers.first(where: { $0.key == vendor.commonWord })?.containers else { continue }
            let text = AllocationText.encode(list)
            if !vendor.annotations.toAllocate.isEmpty { annotations[vendor.annotations.toAllocate] = text }
            if !vendor.annotations.allocated.isEmpty { annotations[vendor.annotations.allocated] = text }
            let bucket = cluster.table.devices(of: nodeRow)
                .filter { cluster.table.words[$0] & vendorID.bit != 0 }.map { cluster.table.records[$0] }
            vendor.annotate(
                VendorPlacement(
                    pod: pod, node: node, now: now, rules: requestClass.rules(of: vendorID), containers: list,
                    bucket: bucket, state: cluster.state), into: &annotations)
        }
        return annotations
    }
}
