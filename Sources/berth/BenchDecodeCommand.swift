import ArgumentParser
import BulkJSON
import Foundation
import KubernetesWire
import PlacementModel
import Synchronization
import VendorCatalog

/// `berth bench decode`: nodes with devices, from JSON bytes to device records.
struct BenchDecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Measure how fast nodes are read.",
        discussion: """
            Makes nodes of 8 devices from a seed, as one List and as one object a line,
            and reads them from memory up to the device records: parsing, decoding,
            and the JSON in the register annotation. Prints the best and the median of
            the rounds, with the processor time of the best one.

            Example:
              berth bench decode --nodes 10000
            """)

    @Option(help: "Nodes to read.")
    var nodes = 10_000

    @Option(help: "Rounds for each form of the input.")
    var rounds = 5

    @Option(help: "Threads; without it, one for each processor.")
    var threads: Int?

    func validate() throws {
        guard nodes > 0, rounds > 0, threads ?? 1 > 0 else { throw ValidationError("numbers must be above 0") }
    }

    func run() throws {
        let parallelism = threads.map { Parallelism(threads: $0) } ?? .automatic
        let catalog = try VendorCatalog()
        guard let id = catalog.id(ofWord: "NVIDIA") else { throw InputFailure("the catalog has no NVIDIA devices") }
        var random = SampleNodes(seed: 1)
        let items = (0..<nodes).map { random.node($0) }
        let forms = [
            ("List", Array(#"{"apiVersion":"v1","items":[\#(items.joined(separator: ","))],"kind":"List"}"#.utf8)),
            ("NDJSON", Array(items.joined(separator: "\n").utf8)),
        ]
        var table = TextTable([
            ("input", .left), ("MB", .right), ("devices", .right), ("threads", .right), ("best MB/s", .right),
            ("median MB/s", .right), ("best ms", .right), ("processor ms", .right),
        ])
        for (name, bytes) in forms {
            var devices = 0
            var times: [(wall: Double, processor: Double)] = []
            for _ in 0..<rounds {
                let start = (wall: ContinuousClock.now, processor: processorSeconds())
                var reader = InputReader(parallelism: parallelism)
                reader.read(bytes, source: "memory")
                devices = Self.countDevices(of: reader.input.nodes, catalog[id], parallelism)
                let wall = (ContinuousClock.now - start.wall) / .seconds(1)
                times.append((wall, processorSeconds() - start.processor))
                // What was read is given up outside the measured time.
                withExtendedLifetime(reader) {}
            }
            times.sort { $0.wall < $1.wall }
            let megabytes = Double(bytes.count) / 1e6
            func rate(_ place: Int) -> String { String(Int(megabytes / times[place].wall)) }
            table.add([
                name, String(Int(megabytes)), NumberText.grouped(devices), String(parallelism.threads), rate(0),
                rate(rounds / 2), String(Int(times[0].wall * 1000)), String(Int(times[0].processor * 1000)),
            ])
        }
        print(table.text(), terminator: "")
    }

    /// Makes the device records of all nodes and counts them.
    private static func countDevices(of nodes: [Node], _ vendor: any Vendor, _ parallelism: Parallelism) -> Int {
        let devices = Atomic(0)
        Parallel.forEachChunk(of: nodes.indices, minimum: 64, parallelism) { _, range in
            let state = ProcessState()
            let parser = JSONParser()
            var count = 0
            for node in nodes[range] {
                count += (try? vendor.discover(on: node, state: state, parser: parser))?.count ?? 0
            }
            devices.add(count, ordering: .relaxed)
        }
        return devices.load(ordering: .relaxed)
    }

    /// Processor time of all threads so far.
    private func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}

/// Nodes as a cluster's API hands them out, about 7.4 kB each; the same for the same seed.
private struct SampleNodes {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func draw() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    private mutating func hexadecimal(_ digits: Int) -> String {
        let text = String(draw(), radix: 16) + String(draw(), radix: 16) + String(repeating: "0", count: 32)
        return String(text.prefix(digits))
    }

    private mutating func uuid() -> String {
        [8, 4, 4, 4, 12].map { hexadecimal($0) }.joined(separator: "-")
    }

    mutating func node(_ index: Int) -> String {
        let name = "gpu-node-\(index)"
        let devices = (0..<8).map { device in
            #"{\"id\":\"GPU-\#(uuid())\",\"index\":\#(device),\"count\":10,\"devmem\":81559,\"devcore\":100,"#
                + #"\"type\":\"NVIDIA-NVIDIA A100-SXM4-80GB\",\"numa\":\#(device / 4),\"mode\":\"hami-core\","#
                + #"\"health\":true}"#
        }.joined(separator: ",")
        let conditions = ["MemoryPressure", "DiskPressure", "PIDPressure", "Ready"].map { type in
            #"{"lastHeartbeatTime":"2026-01-15T08:\#(10 + draw() % 50):00Z","#
                + #""lastTransitionTime":"2026-01-02T03:04:05Z","message":"kubelet reports the state of \#(type)","#
                + #""reason":"Kubelet\#(type)","status":"\#(type == "Ready" ? "True" : "False")","type":"\#(type)"}"#
        }.joined(separator: ",")
        let images = (0..<17).map { image in
            #"{"names":["registry.example.com/team-\#(image % 5)/service-\#(image)@sha256:\#(hexadecimal(32))"#
                + #"\#(hexadecimal(32))","registry.example.com/team-\#(image % 5)/service-\#(image):v1.\#(image).0"],"#
                + #""sizeBytes":\#(draw() % 4_000_000_000)}"#
        }.joined(separator: ",")
        let resources =
            #""cpu":"128","ephemeral-storage":"\#(900_000_000 + draw() % 1000)Ki","hugepages-1Gi":"0","#
            + #""hugepages-2Mi":"0","memory":"\#(1_056_000_000 + draw() % 1000)Ki","pods":"110""#
        return #"{"apiVersion":"v1","kind":"Node","metadata":{"annotations":{"#
            + #""hami.io/node-handshake":"Requesting_2026-01-15 08:00:00","#
            + #""hami.io/node-nvidia-register":"[\#(devices)]","#
            + #""node.alpha.kubernetes.io/ttl":"0","#
            + #""volumes.kubernetes.io/controller-managed-attach-detach":"true"},"#
            + #""creationTimestamp":"2026-01-02T03:04:05Z","labels":{"beta.kubernetes.io/arch":"amd64","#
            + #""beta.kubernetes.io/os":"linux","gpu":"on","kubernetes.io/arch":"amd64","#
            + #""kubernetes.io/hostname":"\#(name)","kubernetes.io/os":"linux","#
            + #""node.kubernetes.io/instance-type":"gpu-8x80","nvidia.com/gpu.product":"NVIDIA-A100-SXM4-80GB","#
            + #""topology.kubernetes.io/region":"region-\#(draw() % 3)","#
            + #""topology.kubernetes.io/zone":"region-0-zone-\#(draw() % 9)"},"#
            + #""name":"\#(name)","resourceVersion":"\#(draw() % 1_000_000_000)","uid":"\#(uuid())"},"#
            + #""spec":{"podCIDR":"10.\#(index / 256 % 256).\#(index % 256).0/24","#
            + #""taints":[{"effect":"NoSchedule","key":"nvidia.com/gpu","value":"present"}]},"#
            + #""status":{"addresses":[{"address":"10.0.\#(index / 256 % 256).\#(index % 256)","type":"InternalIP"},"#
            + #"{"address":"\#(name)","type":"Hostname"}],"allocatable":{\#(resources)},"capacity":{\#(resources)},"#
            + #""conditions":[\#(conditions)],"images":[\#(images)],"#
            + #""nodeInfo":{"architecture":"amd64","bootID":"\#(uuid())","#
            + #""containerRuntimeVersion":"containerd://1.7.24","kernelVersion":"6.1.0-28-amd64","#
            + #""kubeletVersion":"v1.31.4","machineID":"\#(hexadecimal(32))","operatingSystem":"linux","#
            + #""osImage":"Debian GNU/Linux 12 (bookworm)"}}}"#
    }
}
