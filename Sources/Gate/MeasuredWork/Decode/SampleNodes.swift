/// Nodes as a cluster's API hands them out, about 7.4 kB each; the same for the same seed.
public struct SampleNodes: Sendable {
    /// Common word of the vendor whose devices they have.
    public static let vendorWord = "NVIDIA"
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

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

    /// As one list, and as one object a line.
    public static func documents(count: Int, seed: UInt64 = 1) -> (list: [UInt8], lines: [UInt8]) {
        var sample = SampleNodes(seed: seed)
        let items = (0..<count).map { sample.node($0) }
        return (
            Array(#"{"apiVersion":"v1","items":[\#(items.joined(separator: ","))],"kind":"List"}"#.utf8),
            Array(items.joined(separator: "\n").utf8)
        )
    }

    /// The JSON of a node.
    public mutating func node(_ index: Int) -> String {
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
