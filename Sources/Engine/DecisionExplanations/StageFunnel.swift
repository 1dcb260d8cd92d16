import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// Counts how many nodes each check lets through, in the order in which the checks are made.
struct StageFunnel {
    private(set) var nodes = 0
    private var fitting = 0
    private var failed: [Step: Int] = [:]
    private var reasons: [Step: [String: Int]] = [:]
    private let requestClass: RequestClass
    private let cluster: Fleet

    /// The checks in order; node filters as ``Fleet/firstFailingFilter(_:node:)`` makes them.
    private enum Step: CaseIterable {
        case nodeName, unschedulable, nodeSelector, nodeAffinity, taints, hostPorts
        case pods, cpu, memory, ephemeralStorage, extendedResources
        case volumes, topologySpread, podAffinity
        case deviceType, devices
    }

    init(_ requestClass: RequestClass, cluster: Fleet) {
        self.requestClass = requestClass
        self.cluster = cluster
    }

    mutating func countFit() {
        nodes += 1
        fitting += 1
    }

    mutating func count(_ failure: NodeFailure, node row: Int) {
        nodes += 1
        let step = Self.step(of: failure)
        failed[step, default: 0] += 1
        // HAMi says "node unregistered" of nodes that hold no device at all.
        let words =
            step == .deviceType && cluster.table.deviceCount[row] == 0 ? ["node unregistered"] : failure.words
        for word in words { reasons[step, default: [:]][word, default: 0] += 1 }
    }

    private static func step(of failure: NodeFailure) -> Step {
        switch failure {
        case .filter(let filter):
            switch filter {
            case .nodeName: .nodeName
            case .unschedulable: .unschedulable
            case .nodeSelector: .nodeSelector
            case .nodeAffinity: .nodeAffinity
            case .taint: .taints
            case .pods: .pods
            case .cpu: .cpu
            case .memory: .memory
            case .ephemeralStorage: .ephemeralStorage
            case .extendedResource: .extendedResources
            case .hostPorts: .hostPorts
            case .availableDisk, .claimInUse, .volumeLimit, .volumeAffinity, .availableVolume, .freeStorage,
                .boundVolume, .volumeZone, .claims, .features:
                .volumes
            case .topologyLabel, .topologySpread: .topologySpread
            case .podAffinity, .podAntiAffinity, .residentsAntiAffinity: .podAffinity
            }
        case .nodeInsufficientDevice: .deviceType
        case .devices, .migAllocationFailed: .devices
        }
    }

    /// Checks that the pod asks for, and those that some node fails.
    var stages: [DecisionExplanation.Stage] {
        var entered = nodes
        var stages: [DecisionExplanation.Stage] = []
        for step in Step.allCases {
            let refused = failed[step] ?? 0
            let asked = asked(step)
            if refused == 0 && asked == nil { continue }
            let words = (reasons[step] ?? [:]).sorted {
                $0.value != $1.value ? $0.value > $1.value : $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
            }
            stages.append(
                DecisionExplanation.Stage(
                    name: Self.name(step), asked: asked ?? "", entered: entered, passed: entered - refused,
                    reasons: words.map { (word: $0.key, nodes: $0.value) }))
            entered -= refused
        }
        return stages
    }

    private static func name(_ step: Step) -> String {
        switch step {
        case .nodeName: "node name"
        case .unschedulable: "schedulable"
        case .nodeSelector: "node selector"
        case .nodeAffinity: "node affinity"
        case .taints: "taints"
        case .pods: "pod count"
        case .cpu: "cpu"
        case .memory: "memory"
        case .ephemeralStorage: "ephemeral storage"
        case .extendedResources: "extended resources"
        case .hostPorts: "host ports"
        case .volumes: "volumes and features"
        case .topologySpread: "topology spread"
        case .podAffinity: "pod affinity"
        case .deviceType: "devices of the type"
        case .devices: "devices"
        }
    }

    /// What the pod asks of a check; nil = nothing.
    private func asked(_ step: Step) -> String? {
        let resources = requestClass.resources
        let constraints = requestClass.constraints
        switch step {
        case .nodeName: return constraints.nodeName.isEmpty ? nil : constraints.nodeName
        case .unschedulable: return nil
        case .nodeSelector:
            if constraints.nodeSelector.isEmpty { return nil }
            return constraints.nodeSelector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: ", ")
        case .nodeAffinity: return constraints.requiredAffinity.map { "\($0.count) term\($0.count == 1 ? "" : "s")" }
        case .taints:
            return cluster.table.constrainedNodeCount == 0
                ? nil : "tolerates \(constraints.tolerations.isEmpty ? "none" : "\(constraints.tolerations.count)")"
        case .pods: return nil
        case .cpu: return resources.cpuMilli > 0 ? AmountText.cpu(resources.cpuMilli) : nil
        case .memory: return resources.memoryBytes > 0 ? AmountText.bytes(resources.memoryBytes) : nil
        case .ephemeralStorage: return resources.ephemeralBytes > 0 ? AmountText.bytes(resources.ephemeralBytes) : nil
        case .extendedResources:
            if requestClass.extended.isEmpty { return nil }
            return requestClass.extended.map { "\($0.amount) \(cluster.table.resources[$0.resource])" }
                .joined(separator: ", ")
        case .hostPorts, .volumes, .topologySpread, .podAffinity: return nil
        case .deviceType: return typesAsked
        case .devices: return devicesAsked
        }
    }

    private var allRequests: [DeviceRequest] {
        (0..<requestClass.containerCount).flatMap { Array(requestClass.requests(of: $0)) }
    }

    private var typesAsked: String? {
        var counts: [(word: String, devices: Int32)] = []
        for request in allRequests {
            let word = cluster.catalog[request.vendor].commonWord
            if let place = counts.firstIndex(where: { $0.word == word }) {
                counts[place].devices = max(counts[place].devices, request.devices)
            } else {
                counts.append((word, request.devices))
            }
        }
        return counts.isEmpty ? nil : counts.map { "\($0.devices) \($0.word)" }.joined(separator: ", ")
    }

    private var devicesAsked: String? {
        let texts = allRequests.map { AmountText.request($0) }
        return texts.isEmpty ? nil : texts.joined(separator: "; ")
    }
}
