import DeviceTable
import PlacementKernels
import PlacementModel
import VendorCatalog

/// Tries a request class on a node, container by container, exactly as HAMi does.
///
/// The one implementation of "does it fit, on which devices, with what score": the reference engine calls it for every
/// node, the indexed engine for the few it has to look at. Allocates nothing per call.
/// - Source: hami-core.md 4.5
public struct NodeEvaluator: ~Copyable {
    public var workspace: FitWorkspace
    private let vendors: UnsafeMutablePointer<Unmanaged<HeldVendor>>
    private let vendorCount: Int
    /// Vendors with a node score of their own.
    private let scoringVendors: UInt64
    /// Those that may score pods which take none of their devices.
    private let foreignScorers: UInt64
    private let noRules = Unmanaged.passRetained(HeldRules(PodRules()))
    /// Trials so far: the exact checks of the work counters.
    public private(set) var trials = 0

    public init(cluster: Fleet) {
        workspace = FitWorkspace(
            table: cluster.table, quotas: cluster.quotas, profile: cluster.profile,
            devicesMax: cluster.devicesPerNodeMax)
        vendorCount = cluster.catalog.vendors.count
        vendors = .allocate(capacity: max(vendorCount, 1))
        var scoring: UInt64 = 0
        var foreign: UInt64 = 0
        for (id, vendor) in cluster.catalog.vendors.enumerated() {
            (vendors + id).initialize(to: .passRetained(HeldVendor(vendor)))
            if vendor.nodeScoreShape != .none { scoring |= 1 << UInt64(id) }
            if vendor.nodeScoreShape == .dependsOnRequest { foreign |= 1 << UInt64(id) }
        }
        scoringVendors = scoring
        foreignScorers = foreign
    }

    /// Makes room for the largest node that there is now, and keeps the count of trials.
    ///
    /// - Complexity: O(1) while nodes have not grown
    public mutating func follow(_ cluster: Fleet) {
        if cluster.devicesPerNodeMax <= workspace.capacity { return }
        var larger = NodeEvaluator(cluster: cluster)
        larger.trials = trials
        self = larger
    }

    deinit {
        for vendor in 0..<vendorCount { vendors[vendor].release() }
        vendors.deallocate()
        noRules.release()
    }

    /// Fits the class onto the node; picks and entries are then in the workspace, or the failure and its reasons.
    public mutating func fits(_ requestClass: RequestClass, node: Int) -> Bool {
        var observer = NoObserver()
        return fits(requestClass, node: node, observer: &observer)
    }

    /// The same, with somebody who looks on before each vendor chooses.
    @inline(__always)
    package mutating func fits<Observer: FitObserver>(
        _ requestClass: RequestClass, node: Int, observer: inout Observer
    ) -> Bool {
        trials += 1
        workspace.load(node: node)
        workspace.initContainerCount = requestClass.initContainerCount
        workspace.namespace = requestClass.namespace
        if requestClass.requestCount == 0 { return true }
        let inits = requestClass.initContainerCount
        workspace.isInitPass = true
        for container in 0..<inits {
            if container > 0 { workspace.resetUsage() }
            if !fit(container, of: requestClass, &observer) { return false }
        }
        if inits > 0 { workspace.resetUsage() }
        workspace.isInitPass = false
        for container in inits..<requestClass.containerCount where !fit(container, of: requestClass, &observer) {
            return false
        }
        return true
    }

    @inline(__always)
    private mutating func fit<Observer: FitObserver>(
        _ container: Int, of requestClass: RequestClass, _ observer: inout Observer
    ) -> Bool {
        let requests = requestClass.requests(of: container)
        if requests.isEmpty { return true }
        scoreDevices(requests, requestClass.weights)
        workspace.runningContainer = container
        for request in requests {
            let vendor = request.vendor.index
            let (held, rules) = (vendors[vendor], requestClass.heldRules[vendor])
            workspace.sort(by: requestClass.devicePolicy)
            workspace.fillBucket(vendor: request.vendor)
            lending(held, rules) {
                observer.willFit(request, $0.vendor, $1.rules, requestClass.devicePolicy, &workspace)
            }
            if Int(request.devices) > workspace.bucketCount
                && !lending(held, rules, { $0.vendor.allowsRepeatedDevices($1.rules, workspace) })
            {
                workspace.failure = .nodeInsufficientDevice
                return false
            }
            workspace.beginFit()
            let isMet = lending(held, rules) {
                $0.vendor.fit(request, $1.rules, requestClass.devicePolicy, &workspace)
            }
            if !isMet { return false }
            for place in workspace.fitStart..<workspace.pickCount {
                var pick = workspace.picks[place]
                let device = workspace.chargedDevice(for: Int(pick.device))
                let isCharged = lending(held, rules) {
                    $0.vendor.addUsage(&pick, on: device, $1.rules, &workspace)
                }
                if !isCharged { return false }
                workspace.picks[place] = pick
            }
            workspace.endFit(container: container, vendor: request.vendor)
        }
        return true
    }

    /// Scores every device of the node once for a container; the vendors of the container share the scores.
    ///
    /// - Source: hami-core.md 4.7
    private mutating func scoreDevices(
        _ requests: UnsafeBufferPointer<DeviceRequest>, _ weights: DeviceScoringWeights
    ) {
        let matchesWord = workspace.profile.scoresRequestByWordMatch
        for device in 0..<workspace.deviceCount {
            var used = workspace.used[device]
            var cores = workspace.usedCores[device]
            var memoryMiB = workspace.usedMemoryMiB[device]
            let exact = workspace.exactVendor[device]
            if exact >= 0 || matchesWord {
                for request in requests {
                    let counts =
                        matchesWord
                        ? workspace.words[device] & request.vendor.bit != 0 : Int16(request.vendor.rawValue) == exact
                    if !counts { continue }
                    // What is asked is any 31 bits; sums wrap as HAMi's do.
                    used &+= 1
                    cores &+= request.cores
                    if request.memoryPercent != 0 && request.memoryPercent != DeviceRequest.notGivenPercent {
                        let share = Int64(workspace.totalMemoryMiB[device]) * Int64(request.memoryPercent) / 100
                        memoryMiB &+= Int32(truncatingIfNeeded: share)
                    } else {
                        memoryMiB &+= request.memoryMiB
                    }
                }
            }
            workspace.score[device] = deviceScore(
                used: used, slots: workspace.slots[device], usedCores: cores,
                totalCores: workspace.totalCores[device], usedMemoryMiB: memoryMiB,
                totalMemoryMiB: workspace.totalMemoryMiB[device], slotWeight: weights.slot, coreWeight: weights.core,
                memoryWeight: weights.memory)
        }
    }

    /// The part of the node score that no request changes: usage before the pod, and what vendors add for pods that ask
    /// nothing of them.
    public mutating func baseScore(node: Int, policy: NodePolicy, policyText: String) -> Float {
        let base = workspace.table.heads.base[node].sums.score
        var padded = workspace.table.heads.base[node].exactWords & foreignScorers
        if padded == 0 { return base }
        workspace.load(node: node)
        var extra: Float = 0
        while padded != 0 {
            let vendor = padded.trailingZeroBitCount
            padded &= padded - 1
            extra += lending(vendors[vendor], noRules) {
                let part = $0.vendor.nodeScore(vendor: VendorID(vendor), $1.rules, nodePolicy: policyText, workspace)
                return $0.vendor.isPolicyNeutralScorer ? part * (policy == .spread ? -10000 : 10000) : part
            }
        }
        return base + extra
    }

    /// Vendors that have a part in the class's score on a node.
    private func scorers(of requestClass: RequestClass, on node: Int) -> UInt64 {
        workspace.table.heads.base[node].exactWords & foreignScorers | requestClass.requestedVendors & scoringVendors
    }

    /// Node score of the class on the node just fitted: HAMi's default over the usage before the pod, plus what the
    /// vendors add.
    ///
    /// - Source: hami-core.md 4.9
    public func score(_ requestClass: RequestClass) -> Float {
        let base = workspace.table.heads.base[workspace.node].sums.score
        var asked = scorers(of: requestClass, on: workspace.node)
        if asked == 0 { return base }
        if requestClass.containerCount == 0 { return base }
        var extra: Float = 0
        while asked != 0 {
            let vendor = asked.trailingZeroBitCount
            asked &= asked - 1
            extra += lending(vendors[vendor], requestClass.heldRules[vendor]) {
                let part = $0.vendor.nodeScore(
                    vendor: VendorID(vendor), $1.rules, nodePolicy: requestClass.nodePolicyText, workspace)
                return $0.vendor.isPolicyNeutralScorer
                    ? part * (requestClass.nodePolicy == .spread ? -10000 : 10000) : part
            }
        }
        return base + extra
    }

    /// Bounds of what vendors add to the class's node score on nodes like this one with a largest group of idle devices,
    /// whatever else is used there; infinite where none are known.
    ///
    /// - Complexity: O(devices)
    public mutating func vendorScoreBounds(
        _ requestClass: RequestClass, node: Int, largestIdleGroup: Int
    ) -> ClosedRange<Float> {
        let none = -Float.infinity...Float.infinity
        let asked = scorers(of: requestClass, on: node)
        if asked == 0 { return 0...0 }
        let vendor = asked.trailingZeroBitCount
        // What a pod gets from several containers, or nodes with a second scoring vendor, is left to the trial.
        guard asked == requestClass.requestedVendors, requestClass.requestCount == 1,
            requestClass.initContainerCount == 0
        else { return none }
        workspace.load(node: node)
        return lending(vendors[vendor], requestClass.heldRules[vendor]) {
            if $0.vendor.isPolicyNeutralScorer { return nil }
            return $0.vendor.nodeScoreBounds(
                requestClass.requests[0], $1.rules, nodePolicy: requestClass.nodePolicyText,
                largestIdleGroup: largestIdleGroup, workspace)
        } ?? none
    }
}

extension NodeEvaluator {
    /// Whether one request of the class chooses by group on the node and nothing else is added to its score, see
    /// `Vendor.choosesByGroup`.
    ///
    /// - Complexity: O(devices)
    mutating func choosesByGroup(_ requestClass: RequestClass, node: Int) -> Bool {
        let asked = scorers(of: requestClass, on: node)
        guard asked != 0, asked == requestClass.requestedVendors, requestClass.requestCount == 1 else { return false }
        let vendor = asked.trailingZeroBitCount
        workspace.load(node: node)
        return lending(vendors[vendor], requestClass.heldRules[vendor]) { held, _ in
            held.vendor.choosesByGroup(requestClass.requests[0], workspace)
        }
    }

    /// What a vendor adds to the score for one request whose devices share groups.
    func groupScore(_ vendor: UInt8, largest: Int, of devices: Int) -> Float {
        vendors[Int(vendor)]._withUnsafeGuaranteedRef { $0.vendor.groupScore(largest: largest, of: devices) }
    }
}

extension NodeSums {
    /// HAMi's default node score.
    @inline(__always)
    var score: Float {
        nodeScore(
            used: used, slots: slots, usedCores: usedCores, totalCores: totalCores, usedMemoryMiB: usedMemoryMiB,
            totalMemoryMiB: totalMemoryMiB)
    }
}
