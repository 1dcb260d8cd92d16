import JSONText
import DeviceTable
import PlacementModel

// Dynamic MIG: hami-core.md 2.6, 4.4 and 7.8.
extension NVIDIA {
    /// Nums may exceed the number of cards when instances of one card can serve a container.
    func allowsRepeatedDevices(_ rules: PodRules, _ workspace: borrowing FitWorkspace) -> Bool {
        if let mode = rules.mode, !mode.containsText("mig") { return false }
        for place in 0..<workspace.bucketCount where workspace.flags[Int(workspace.bucket[place])].contains(.mig) {
            return true
        }
        return false
    }

    /// A MIG card can serve a container several times, and its memory check is not updated between instances.
    func demand(of request: DeviceRequest, _ rules: PodRules) -> DeviceDemand {
        var demand = DeviceDemand.capacity(request, clampsCores: true)
        demand.repeatsOnMIG = rules.mode?.containsText("mig") ?? true
        return demand
    }

    func addUsage(_ pick: inout Pick, on device: Int, _ rules: PodRules, _ workspace: inout FitWorkspace) -> Bool {
        if workspace.flags[device].contains(.mig) {
            guard let chosen = migSelect(device, memoryMiB: pick.memoryMiB, workspace, also: []) else {
                workspace.failure = .migAllocationFailed
                return false
            }
            let profile = profiles(of: device, workspace)[chosen.profile]
            pick.memoryMiB = profile.memoryMB
            pick.cores = profile.cores
            pick.detail = Int32(chosen.profile) + 1
            pick.secondDetail = Int32(bitPattern: chosen.placement.start)
            pick.thirdDetail = Int32(bitPattern: chosen.placement.size)
            workspace.takeSlices(chosen.placement, of: device)
        }
        workspace.addStandardUsage(pick, on: device)
        return true
    }

    var hasResidentEffects: Bool { true }

    mutating func declareColumns(_ columns: inout VendorColumns) { instances = columns.intervals("MIG instances") }

    func residentEffects(
        of pick: Pick, device: Int, isFirstOnDevice: Bool, _ rules: PodRules, into effects: (DeviceEffect) -> Void
    ) {
        if pick.detail > 0, pick.thirdDetail != 0 {
            effects(.slices(instances, device: device, placement(of: pick)))
        }
    }

    /// MIG instances of a running pod, matched card by card as HAMi does; contradictions make cards unhealthy.
    ///
    /// - Source: hami-core.md 4.4
    func restoredEffects(_ restored: RestoredPod, into effects: (DeviceEffect) -> Void) {
        let table = restored.table
        let text = restored.pod.metadata.annotations["hami.io/vgpu-mig-allocations"] ?? ""
        var groups = migAllocations(text, parser: restored.parser)
        for device in restored.devices {
            let id = table.records[device].id
            if let group = groups.firstIndex(where: { $0.id == id }), !groups[group].placements.isEmpty {
                if table.flags[device].contains(.hamiCore) {
                    effects(.unhealthyVote(device: device))
                } else {
                    effects(.slices(instances, device: device, groups[group].placements.removeFirst()))
                }
            } else if table.flags[device].contains(.mig) {
                effects(.unhealthyVote(device: device))
            }
        }
        for group in groups where !group.placements.isEmpty {
            let devices = table.devices(of: restored.node)
            if let device = devices.first(where: { table.records[$0].id == group.id }) {
                if table.flags[device].contains(.mig) {
                    for placement in group.placements { effects(.slices(instances, device: device, placement)) }
                } else {
                    effects(.unhealthyVote(device: device))
                }
            } else {
                for device in devices where table.flags[device].contains(.mig) {
                    effects(.unhealthyVote(device: device))
                }
            }
        }
    }

    /// The annotation's placements per card, in order of first mention; empty when any element is invalid.
    private func migAllocations(_ text: String, parser: any JSONTextParser) -> [(
        id: String, placements: [SliceInterval]
    )] {
        if text.isEmpty { return [] }
        guard let root = try? parser.parse(text), root.kind == .array else { return [] }
        var groups: [(id: String, placements: [SliceInterval])] = []
        var seen: Set<[Int64]> = []
        for element in root.elements {
            guard element.kind == .object, let allocation = migAllocation(element),
                seen.insert([allocation.container, allocation.device]).inserted
            else { return [] }
            if let known = groups.firstIndex(where: { $0.id == allocation.id }) {
                groups[known].placements.append(allocation.placement)
            } else {
                groups.append((allocation.id, [allocation.placement]))
            }
        }
        return groups
    }

    private func migAllocation(
        _ element: JSONValue
    ) -> (container: Int64, device: Int64, id: String, placement: SliceInterval)? {
        var container: Int64 = 0
        var device: Int64 = 0
        var id = ""
        var profile = ""
        var placement = SliceInterval(start: 0, size: 0)
        var migUUID = ""
        var runtimeIDs = 0
        var isValid = true
        func set<Value>(_ value: Value?, _ assign: (Value) -> Void) {
            if let value { assign(value) } else { isValid = false }
        }
        element.forEachMember { key, value in
            if value.isNull { return }
            switch GoField(key) {
            case "containerindex": set(value.int64) { container = $0 }
            case "deviceindex": set(value.int64) { device = $0 }
            case "gpuuuid": set(value.string) { id = $0 }
            case "profile": set(value.string) { profile = $0 }
            case "placement": set(migPlacement(value)) { placement = $0 }
            case "miguuid": set(value.string) { migUUID = $0 }
            case "gpuinstanceid", "computeinstanceid": set(value.uint32) { _ in runtimeIDs += 1 }
            default: break
            }
        }
        let runtimeFields = runtimeIDs + (migUUID.isEmpty ? 0 : 1)
        guard isValid, container >= 0, device >= 0, !id.isEmpty, !profile.isEmpty, placement.size != 0,
            runtimeFields == 0 || runtimeFields == 3
        else { return nil }
        return (container, device, id, placement)
    }

    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord], symbols: SymbolTable) -> JSON? {
        guard pick.detail > 0 else { return nil }
        let placement = placement(of: pick)
        return [
            "migProfile": .string(record.migProfiles[Int(pick.detail) - 1].name),
            "migPlacement": ["start": .int(Int64(placement.start)), "size": .int(Int64(placement.size))],
        ]
    }

    private func placement(of pick: Pick) -> SliceInterval {
        SliceInterval(start: UInt32(bitPattern: pick.secondDetail), size: UInt32(bitPattern: pick.thirdDetail))
    }

    // MARK: Choosing a placement

    private func profiles(of device: Int, _ workspace: borrowing FitWorkspace) -> [MIGProfile] {
        workspace.table.records[workspace.firstDevice + device].migProfiles
    }

    /// Whether one more instance fits beside those in use and those tentatively picked on this card.
    func migHasRoom(_ device: Int, memoryMiB: Int32, _ workspace: borrowing FitWorkspace) -> Bool {
        var tentative: [SliceInterval] = []
        for pick in workspace.fitStart..<workspace.pickCount {
            let taken = Int(workspace.picks[pick].device)
            guard workspace.uuid[taken] == workspace.uuid[device] else { continue }
            guard
                let chosen = migSelect(device, memoryMiB: workspace.picks[pick].memoryMiB, workspace, also: tentative)
            else { return false }
            tentative.append(chosen.placement)
        }
        return migSelect(device, memoryMiB: memoryMiB, workspace, also: tentative) != nil
    }

    /// The first profile, smallest memory then fewest slices, that holds the memory and has a free placement.
    ///
    /// Profiles `1g.` and `3g.` fill from the highest start down, the others from the lowest up.
    func migSelect(
        _ device: Int, memoryMiB: Int32, _ workspace: borrowing FitWorkspace, also tentative: [SliceInterval]
    ) -> (profile: Int, placement: SliceInterval)? {
        let profiles = profiles(of: device, workspace)
        let inUse = workspace.table.slices(instances, of: workspace.firstDevice + device)
        func isFree(_ placement: SliceInterval) -> Bool {
            for other in inUse where other.overlaps(placement) { return false }
            for other in tentative where other.overlaps(placement) { return false }
            for other in workspace.slicesTaken where Int(other.device) == device && other.slices.overlaps(placement) {
                return false
            }
            return true
        }
        let byMemory = profiles.indices.sorted {
            let (a, b) = (profiles[$0], profiles[$1])
            return (a.memoryMB, a.slices, $0) < (b.memoryMB, b.slices, $1)
        }
        for candidate in byMemory where profiles[candidate].memoryMB >= memoryMiB {
            let name = profiles[candidate].name
            guard let profile = profiles.firstIndex(where: { $0.name == name }) else { continue }
            let placements = profiles[profile].placements
            let descends = name.hasPrefix("1g.") || name.hasPrefix("3g.")
            let order = placements.indices.sorted {
                let (a, b) = (placements[$0].start, placements[$1].start)
                return a == b ? $0 < $1 : (descends ? a > b : a < b)
            }
            for place in order where isFree(placements[place]) { return (profile, placements[place]) }
        }
        return nil
    }

    // MARK: The annotation

    /// `hami.io/vgpu-mig-allocations`, nil when no MIG instance was allocated.
    func migAnnotation(_ containers: [[PlacedDevice]]) -> String? {
        var writer = JSONWriter()
        var isEmpty = true
        writer.beginArray()
        for (container, devices) in containers.enumerated() {
            for (position, device) in devices.enumerated() where device.pick.detail > 0 && device.pick.thirdDetail != 0
            {
                isEmpty = false
                let placement = placement(of: device.pick)
                writer.beginObject()
                writer.key("containerIndex")
                writer.int(container)
                writer.key("deviceIndex")
                writer.int(position)
                writer.key("gpuUUID")
                writer.string(device.record.id)
                writer.key("profile")
                writer.string(device.record.migProfiles[Int(device.pick.detail) - 1].name)
                writer.key("placement")
                writer.beginObject()
                writer.key("start")
                writer.uint(placement.start)
                writer.key("size")
                writer.uint(placement.size)
                writer.endObject()
                writer.endObject()
            }
        }
        writer.endArray()
        return isEmpty ? nil : writer.text
    }
}
