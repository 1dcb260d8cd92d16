import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// Asks every device of every request alone, while a node is tried, and measures what refused devices lack.
///
/// Amounts come from the vendor's own rule: usage is taken off the device until the rule no longer objects, and the
/// smallest amount that does it is what the device lacks. So they hold for every vendor, without knowing its rule.
/// - Complexity: O(devices x fits x log amount); nothing of the workspace is changed in the end.
struct DeviceInspector: FitObserver {
    private(set) var asks: [DeviceAsk] = []

    mutating func willFit(
        _ request: DeviceRequest, _ vendor: any Vendor, _ rules: PodRules, _ policy: DevicePolicy,
        _ workspace: inout FitWorkspace
    ) {
        let bucket = workspace.bucketInTryingOrder
        var ask = DeviceAsk(
            container: workspace.runningContainer, vendor: vendor.commonWord, request: request, devices: [])
        for device in bucket {
            var verdict = Self.facts(of: Int(device), workspace)
            let trial = DeviceTrial(device: device, request: request, vendor: vendor, rules: rules, policy: policy)
            verdict.lacks = trial.lacks(&workspace)
            ask.devices.append(verdict)
        }
        asks.append(ask)
        workspace.fillBucket(vendor: request.vendor)
        workspace.clearReasons()
    }

    private static func facts(of device: Int, _ workspace: borrowing FitWorkspace) -> DeviceVerdict {
        let record = workspace.table.records[workspace.firstDevice + device]
        return DeviceVerdict(
            place: device, id: record.id, type: record.type, usedSlots: workspace.used[device],
            slots: workspace.slots[device], usedMemoryMiB: workspace.usedMemoryMiB[device],
            totalMemoryMiB: workspace.totalMemoryMiB[device], usedCores: workspace.usedCores[device],
            totalCores: workspace.totalCores[device], score: workspace.score[device], lacks: [], granted: nil)
    }

    /// Notes which devices each request got. - Precondition: `workspace` holds the trial that was looked at.
    mutating func noteGrants(of workspace: borrowing FitWorkspace) {
        for entry in 0..<min(workspace.entryCount, asks.count) {
            let own = workspace.entries[entry]
            for place in Int(own.firstPick)..<Int(own.firstPick + own.pickCount) {
                let pick = workspace.picks[place]
                guard let row = asks[entry].devices.firstIndex(where: { $0.place == Int(pick.device) }) else {
                    continue
                }
                let before = asks[entry].devices[row].granted
                // Vendors that hand out groups of devices may take one that alone would not do.
                asks[entry].devices[row].lacks = []
                // A device that serves a request several times grants the sum.
                asks[entry].devices[row].granted = DeviceVerdict.Grant(
                    memoryMiB: (before?.memoryMiB ?? 0) &+ pick.memoryMiB, cores: (before?.cores ?? 0) &+ pick.cores)
            }
        }
    }
}

/// One device and the request it is asked for.
private struct DeviceTrial {
    var device: Int32
    var request: DeviceRequest
    var vendor: any Vendor
    var rules: PodRules
    var policy: DevicePolicy

    /// Checks in a row that are looked behind.
    private static let lacksMax = 5

    private func refusal(_ workspace: inout FitWorkspace) -> RejectionReason? {
        workspace.refusalAlone(of: device, request, vendor, rules, policy)
    }

    /// What the device lacks, check by check: each lack is mended on the working copy, then the next check is asked.
    func lacks(_ workspace: inout FitWorkspace) -> [DeviceVerdict.Lack] {
        let place = Int(device)
        let saved = (
            workspace.used[place], workspace.usedMemoryMiB[place], workspace.usedCores[place],
            workspace.vendorLane[place]
        )
        var lacks: [DeviceVerdict.Lack] = []
        while lacks.count < Self.lacksMax, let reason = refusal(&workspace) {
            let lack = lack(reason, &workspace)
            lacks.append(lack)
            // Behind a rule without an amount nothing can be mended, so nothing more can be asked.
            if lack.isPermanent || lack.kind == .rule { break }
        }
        (workspace.used[place], workspace.usedMemoryMiB[place], workspace.usedCores[place]) = (
            saved.0, saved.1, saved.2
        )
        workspace.vendorLane[place] = saved.3
        return lacks
    }

    private func lack(_ reason: RejectionReason, _ workspace: inout FitWorkspace) -> DeviceVerdict.Lack {
        let place = Int(device)
        switch reason {
        case .cardInsufficientMemory:
            let asked = request.memory(ofTotal: workspace.totalMemoryMiB[place])
            return amountLack(
                .memoryMiB, reason, workspace.usedMemoryMiB + place, total: workspace.totalMemoryMiB[place],
                asked: asked, &workspace)
        case .cardInsufficientCore, .cardComputeUnitsExhausted:
            return amountLack(
                .cores, reason, workspace.usedCores + place, total: workspace.totalCores[place], asked: request.cores,
                &workspace)
        case .cardTimeSlicingExhausted:
            return amountLack(
                .slots, reason, workspace.used + place, total: workspace.slots[place], asked: 1, &workspace)
        case .exclusiveDeviceAllocateConflict:
            let shares = workspace.used[place]
            (workspace.used[place], workspace.usedMemoryMiB[place], workspace.usedCores[place]) = (0, 0, 0)
            return DeviceVerdict.Lack(
                kind: .idle, reason: reason, amount: Int64(shares), asked: 0, isPermanent: refusal(&workspace) == reason
            )
        case .cardTypeMismatch, .cardUuidMismatch, .modeNotFit, .cardNotHealth, .cardUnhealthy, .cardCordoned:
            return DeviceVerdict.Lack(kind: .rule, reason: reason, amount: 0, asked: 0, isPermanent: true)
        default:
            return DeviceVerdict.Lack(kind: .rule, reason: reason, amount: 0, asked: 0, isPermanent: false)
        }
    }

    /// The smallest amount of usage whose release silences the reason; it is then released.
    private func amountLack(
        _ kind: DeviceVerdict.Lack.Kind, _ reason: RejectionReason, _ usage: UnsafeMutablePointer<Int32>,
        total: Int32, asked: Int32, _ workspace: inout FitWorkspace
    ) -> DeviceVerdict.Lack {
        let used = usage.pointee
        usage.pointee = min(used, 0)
        if refusal(&workspace) == reason {
            let missing = max(Int64(asked) - Int64(total), 0)
            return DeviceVerdict.Lack(
                kind: kind, reason: reason, amount: missing, asked: Int64(asked), isPermanent: true)
        }
        var (enough, tooLittle) = (max(used, 0), Int32(0))
        while enough - tooLittle > 1 {
            let middle = tooLittle + (enough - tooLittle) / 2
            usage.pointee = used - middle
            if refusal(&workspace) == reason { tooLittle = middle } else { enough = middle }
        }
        usage.pointee = used - enough
        return DeviceVerdict.Lack(
            kind: kind, reason: reason, amount: Int64(enough), asked: Int64(max(asked, enough)), isPermanent: false)
    }
}
