import PlacementEngine
import PlacementModel
import SchedulerSession
import Testing
import VendorCatalog

/// A small text language for placements: a line an object, in order, with what must become of each pod.
///
/// ```
/// node blue gpu=2x40960 cpu=8 memory=16Gi pods=10 label=zone:a taint=dedicated:batch:NoSchedule unschedulable
/// running r on=blue gpu=1 holds=0:30000:50
/// pod share gpu=1 gpumem=8000 gpucores=30 -> blue 1:8000:30
/// pod giant gpu=1 gpumem=81920 -> rejected 0/1 nodes are available: 1 CardInsufficientMemory
/// ```
///
/// A placed pod's outcome is its node and a `place:MiB:cores` a device; every other outcome is its word and message.
struct Scenario {
    var options = PlacementOptions(now: WallClock(unixSeconds: 1_700_000_000, redaction: "<time>"))
    private var input = PlacementInput()
    private var expectations: [String: (text: String, line: Int)] = [:]

    init(_ text: String) throws {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2, words[0] != "#" else { continue }
            let arrow = words.firstIndex(of: "->") ?? words.count
            let settings = words[2..<arrow].map { Setting($0) }
            switch words[0] {
            case "node": input.nodes.append(.init(try Self.node(words[1], settings), source: "scenario"))
            case "running", "pod":
                let pod = try Self.pod(words[1], settings, isRunning: words[0] == "running")
                input.pods.append(.init(pod, source: "scenario"))
                if arrow < words.count {
                    expectations[pod.fullName] = (words[(arrow + 1)...].joined(separator: " "), number + 1)
                }
            case "quota":
                let hard = try Dictionary(
                    settings.map { ("limits.nvidia.com/" + $0.key, try Quantity(parsing: $0.value)) },
                    uniquingKeysWith: { $1 })
                input.quotas.append(ResourceQuota(metadata: ObjectMeta(name: words[1]), hard: hard))
            default: Issue.record("line \(number + 1): unknown word \(words[0])")
            }
        }
    }

    /// Runs the scenario and compares every outcome that is stated.
    @discardableResult
    func check(sourceLocation: SourceLocation = #_sourceLocation) throws -> PlacementSession {
        let session = PlacementSession(input, catalog: try VendorCatalog(), options: options)
        var met = 0
        session.placeAll { report in
            guard let expected = expectations[report.pod] else { return }
            met += 1
            let found = Self.text(of: report)
            #expect(found == expected.text, "line \(expected.line), \(report.pod)", sourceLocation: sourceLocation)
        }
        #expect(met == expectations.count, "a pod with an expectation was not queued", sourceLocation: sourceLocation)
        return session
    }

    /// All reports, for what the language has no words for.
    func reports() throws -> [PodReport] {
        let session = PlacementSession(input, catalog: try VendorCatalog(), options: options)
        var reports: [PodReport] = []
        session.placeAll { reports.append($0) }
        return reports
    }

    private static func text(of report: PodReport) -> String {
        switch report.verdict {
        case .placed(let placement):
            ([placement.node] + placement.devices.map { "\($0.place):\($0.memoryMiB):\($0.cores)" })
                .joined(separator: " ")
        case .rejected(let rejection):
            "rejected " + rejection.message + (rejection.prospect.map { ", \($0.text)" } ?? "")
        case .denied(let message): "denied " + message
        case .invalid(let message): "invalid " + message
        case .skipped(let message): "skipped " + message
        }
    }

    // MARK: Objects

    /// `key=value`, or a bare key.
    private struct Setting {
        var key: String
        var value: String

        init(_ word: String) {
            let equals = word.firstIndex(of: "=")
            key = String(word[..<(equals ?? word.endIndex)])
            value = equals.map { String(word[word.index(after: $0)...]) } ?? ""
        }

        var parts: [String] { value.split(separator: ":", omittingEmptySubsequences: false).map(String.init) }
    }

    private static func node(_ name: String, _ settings: [Setting]) throws -> Node {
        var node = Node(metadata: ObjectMeta(name: name))
        for setting in settings {
            let parts = setting.parts
            switch setting.key {
            case "gpu":
                let sizes = setting.value.split(separator: "x").compactMap { Int($0) }
                let devices = (0..<sizes[0]).map {
                    #"{"id":"\#(name)-\#($0)","index":\#($0),"count":10,"devmem":\#(sizes[1]),"devcore":100,"#
                        + #""type":"NVIDIA A100","mode":"hami-core","health":true}"#
                }
                node.metadata.annotations["hami.io/node-nvidia-register"] = "[\(devices.joined(separator: ","))]"
            case "label": node.metadata.labels[parts[0]] = parts[1]
            case "taint":
                let effect = try #require(TaintEffect(rawValue: parts[2]))
                node.taints.append(Taint(key: parts[0], value: parts[1], effect: effect))
            case "unschedulable": node.isUnschedulable = true
            default: node.allocatable[setting.key] = try Quantity(parsing: setting.value)
            }
        }
        return node
    }

    private static func pod(_ name: String, _ settings: [Setting], isRunning: Bool) throws -> Pod {
        var pod = Pod(metadata: ObjectMeta(name: name), containers: [Container(name: "main")])
        if isRunning { pod.phase = .running }
        for setting in settings {
            let parts = setting.parts
            switch setting.key {
            case "on": pod.nodeName = setting.value
            case "holds":
                let node = pod.nodeName
                pod.metadata.annotations["hami.io/vgpu-node"] = node
                pod.metadata.annotations["hami.io/vgpu-devices-allocated"] =
                    "\(node)-\(parts[0]),NVIDIA,\(parts[1]),\(parts[2]):;"
            case "phase": pod.phase = try #require(PodPhase(rawValue: setting.value))
            case "selector": pod.nodeSelector[parts[0]] = parts[1]
            case "affinity":
                // key:Operator:value,value; every setting is an alternative.
                let requirement = NodeSelectorRequirement(
                    key: parts[0], operator: try #require(.init(rawValue: parts[1])),
                    values: parts.count > 2 ? parts[2].split(separator: ",").map(String.init) : [])
                pod.requiredNodeAffinity =
                    (pod.requiredNodeAffinity ?? []) + [NodeSelectorTerm(matchExpressions: [requirement])]
            case "field":
                let requirement = NodeSelectorRequirement(key: "metadata.name", operator: .in, values: [setting.value])
                pod.requiredNodeAffinity = [NodeSelectorTerm(matchFields: [requirement])]
            case "tolerates":
                pod.tolerations.append(
                    Toleration(
                        key: parts[0], operator: parts.count > 1 ? .equal : .exists,
                        value: parts.count > 1 ? parts[1] : ""))
            case "annotation":
                pod.metadata.annotations[parts[0]] = parts.dropFirst().joined(separator: ":")
            case "scheduler": pod.schedulerName = setting.value
            case "privileged": pod.containers[0].isPrivileged = true
            case "hollow": pod.containers = []
            case "wishes": pod.notConsidered = [setting.value]
            case "gpu", "gpumem", "gpucores", "gpumem-percentage":
                pod.containers[0].limits["nvidia.com/" + setting.key] = try Quantity(parsing: setting.value)
            default:
                let amount = try Quantity(parsing: setting.value)
                pod.containers[0].requests[setting.key] = amount
                // What has a domain cannot be overcommitted: the API server wants the limit as well.
                if setting.key.contains("/") { pod.containers[0].limits[setting.key] = amount }
            }
        }
        return pod
    }
}
