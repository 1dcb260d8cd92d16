import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// The target workload on devices with slots, memory and cores: what the pods of a list ask most often.
///
/// Pods are alike when CPU, first device request and its rules on card types are; popularity is that of ``TypicalPods``.
/// - Source: fgd.md section 7, carried over to request classes
struct ShareWorkload {
    struct Entry {
        var cpuMilli: Int64
        /// Nil = asks no device.
        var request: DeviceRequest?
        var rules: PodRules
        var popularity: Double
    }

    private struct Shape: Hashable {
        var cpuMilli: Int64
        var request: DeviceRequest?
        var rules: PodRules
    }

    /// By falling count; among equals by falling CPU, then by the first class that asks it.
    private(set) var entries: [Entry] = []

    /// - Parameter counts: pods of each class.
    /// - Complexity: O(n log n) in classes.
    init(counts: [Int], _ cluster: Fleet) {
        var places: [Shape: Int] = [:]
        var shapes: [(shape: Shape, count: Int)] = []
        for (id, count) in counts.enumerated() where count > 0 {
            let requestClass = cluster.classes[id]
            let request = (0..<requestClass.requestCount).map { requestClass.requests[$0] }.first { $0.devices > 0 }
            let shape = Shape(
                cpuMilli: requestClass.resources.cpuMilli, request: request,
                rules: request.map { requestClass.key.rules(of: $0.vendor) } ?? PodRules())
            if let place = places[shape] {
                shapes[place].count += count
            } else {
                places[shape] = shapes.count
                shapes.append((shape, count))
            }
        }
        let ordered = shapes.enumerated().sorted { left, right in
            let (one, other) = (left.element, right.element)
            if one.count != other.count { return one.count > other.count }
            if one.shape.cpuMilli != other.shape.cpuMilli { return one.shape.cpuMilli > other.shape.cpuMilli }
            return left.offset < right.offset
        }.map(\.element)
        let popularity = TypicalPods.popularity(ofOrdered: ordered.map(\.count))
        entries = zip(ordered, popularity).map {
            Entry(cpuMilli: $0.shape.cpuMilli, request: $0.shape.request, rules: $0.shape.rules, popularity: $1)
        }
    }

    /// The workload as a device stands to it, requests as parts of the device.
    ///
    /// What cannot use the device, by its vendor or by the pods' rules, becomes one entry that asks another model.
    func entries(for device: Int, _ table: DeviceTable) -> [Fragmentation.Entry] {
        var known: [Fragmentation.Entry] = []
        var foreign = Fragmentation.Entry(cpuMilli: 0, milliPerDevice: 1, devices: 1, models: 0, popularity: 0)
        for entry in entries {
            var made = Fragmentation.Entry(
                cpuMilli: entry.cpuMilli, milliPerDevice: 0, devices: 0, models: .max, popularity: entry.popularity)
            if let request = entry.request {
                let isSeen = table.words[device] & request.vendor.bit != 0
                if !isSeen || !entry.rules.allows(type: table.types[table.type[device]]) {
                    foreign.popularity += entry.popularity
                    continue
                }
                let memoryMiB = request.memory(ofTotal: table.totalMemoryMiB[device])
                made.devices = request.devices
                made.milliPerDevice = DeviceShares.part(
                    memoryMiB: memoryMiB, cores: request.cores, of: device, table)
            }
            known.append(made)
        }
        return foreign.popularity > 0 ? known + [foreign] : known
    }
}
