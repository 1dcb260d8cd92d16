import BulkJSON
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
            workspace.takeMIG(device: device, chosen.placement)
        }
        workspace.addStandardUsage(pick, on: device)
        return true
    }

    var hasResidentEffects: Bool { true }

    func residentEffects(
        of pick: Pick, device: Int, isFirstOnDevice: Bool, _ rules: PodRules, into effects: (DeviceEffect) -> Void
    ) {
        if pick.detail > 0, pick.thirdDetail != 0 {
            effects(.migPlacement(device: device, placement(of: pick)))
        }
    }

    func info(of pick: Pick, record: DeviceRecord, bucket: [DeviceRecord]) -> JSON? {
        guard pick.detail > 0 else { return nil }
        let placement = placement(of: pick)
        return [
            "migProfile": .string(record.migProfiles[Int(pick.detail) - 1].name),
            "migPlacement": ["start": .int(Int64(placement.start)), "size": .int(Int64(placement.size))],
        ]
    }

    private func placement(of pick: Pick) -> MIGPlacement {
        MIGPlacement(start: UInt32(bitPattern: pick.secondDetail), size: UInt32(bitPattern: pick.thirdDetail))
    }

    // MARK: Choosing a placement

    private func profiles(of device: Int, _ workspace: borrowing FitWorkspace) -> [MIGProfile] {
        workspace.table.records[workspace.firstDevice + device].migProfiles
    }

    /// Whether one more instance fits beside those in use and those tentatively picked on this card.
    func migHasRoom(_ device: Int, memoryMiB: Int32, _ workspace: borrowing FitWorkspace) -> Bool {
        var tentative: [MIGPlacement] = []
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
        _ device: Int, memoryMiB: Int32, _ workspace: borrowing FitWorkspace, also tentative: [MIGPlacement]
    ) -> (profile: Int, placement: MIGPlacement)? {
        let profiles = profiles(of: device, workspace)
        let inUse = workspace.table.migPlacementsInUse(of: workspace.firstDevice + device)
        func isFree(_ placement: MIGPlacement) -> Bool {
            for other in inUse where other.overlaps(placement) { return false }
            for other in tentative where other.overlaps(placement) { return false }
            for other in workspace.migTaken where Int(other.device) == device && other.placement.overlaps(placement) {
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
