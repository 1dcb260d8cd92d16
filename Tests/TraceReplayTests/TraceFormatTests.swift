import Testing
@testable import TraceModel

@Suite struct TraceFormatTests {
    /// The error that a trace of these texts gives, with the folder cut off.
    private func problem(fleet: String = TraceText.oneNode, pods: String = TraceText.podHeader) throws -> String {
        let folder = TraceFolder()
        try folder.write(fleet: fleet, pods: pods)
        let error = try #require(throws: TraceError.self) { try Trace(folder: folder.path) }
        return error.description.replacing(folder.path + "/", with: "")
    }

    @Test func readsNodesPodsAndGroups() throws {
        let folder = TraceFolder()
        let fleet =
            TraceText.fleetHeader
            + "n1,8000,16384,10,NVIDIA,NVIDIA-A,2,10,1000,100,2,zone=a;k=v,dedicated=ml:NoSchedule;x:NoExecute\n"
            + "n1,8000,16384,10,MLU,MLU,1,100,2000,100,,zone=a;k=v,dedicated=ml:NoSchedule;x:NoExecute\n"
            + "n2,4000,8192,5,,,,,,,,,\n"
        let pods =
            TraceText.podHeader
            + "a,team,0,,100,64,nvidia.com/gpu=1,note=x,zone=a,g1,2,\n"
            + "b,team,5,7,100,64,nvidia.com/gpu=1,note=x,zone=a,g1,2,n2\n"
        try folder.write(fleet: fleet, pods: pods)
        let trace = try Trace(folder: folder.path)
        #expect(trace.nodes.count == 2)
        #expect(trace.nodes[0].groups.map(\.vendor) == ["NVIDIA", "MLU"])
        #expect(trace.nodes[0].labels == ["zone": "a", "k": "v"])
        #expect(trace.nodes[0].taints.map(\.key) == ["dedicated", "x"])
        #expect(trace.nodes[1].groups.isEmpty)
        #expect(trace.pods.count == 2)
        #expect(trace.pods.name(1) == "b")
        #expect(trace.pods.shapes.count == 1)
        #expect(trace.pods.durationMs == [-1, 7])
        #expect(trace.pods.placedOn == [-1, 1])
        #expect(trace.pods.arrivalOrder() == [0])
    }

    @Test func whatIsWrittenReadsBackTheSame() throws {
        let folder = TraceFolder()
        let pods =
            TraceText.podHeader + TraceText.pod("p1", durationMs: 5)
            + "p2,default,0,,1,1,nvidia.com/gpu=1,\"a=b,c;d=\\\\\",zone=a,gang,2,n1\n"
        try folder.write(fleet: TraceText.oneNode, pods: pods)
        let first = try Trace(folder: folder.path)
        let copy = TraceFolder()
        try first.write(folder: copy.path)
        let second = try Trace(folder: copy.path)
        #expect(second.podsCSV() == first.podsCSV())
        #expect(second.fleetCSV() == first.fleetCSV())
        #expect(String(decoding: second.fleetCSV(), as: UTF8.self) == TraceText.oneNode)
        #expect(second.metadata == first.metadata)
    }

    @Test func namesMissingColumns() throws {
        let fleet = "node,cpu_milli,memory_mib,pods_max,vendor,model,devices,slots,device_cores,numa_nodes,labels\n"
        #expect(
            try problem(fleet: fleet) == "fleet.csv:1: missing columns device_memory_mib, taints in the header")
        #expect(
            try problem(pods: TraceText.podHeader.replacing("arrival_ms,", with: ""))
                == "pods.csv:1: missing column arrival_ms in the header")
    }

    @Test(arguments: [
        ("n1,8000x,1,1,,,,,,,,,", "fleet.csv:2:4: cpu_milli: \"8000x\" is no whole number"),
        ("n1,-1,1,1,,,,,,,,,", "fleet.csv:2:4: cpu_milli: -1 is outside 0...1099511627776"),
        (",1,1,1,,,,,,,,,", "fleet.csv:2:1: node: is empty"),
        ("n1,1,1,1,,X,3,1,1,1,1,,", "fleet.csv:2:10: vendor: is empty, but the row has 3 devices"),
        ("n1,1,1,1,V,X,129,1,1,1,1,,", "fleet.csv:2:14: devices: 129 is outside 0...128"),
        (
            "n1,1,1,1,V,X,1,1,2147483648,1,1,,",
            "fleet.csv:2:18: device_memory_mib: 2147483648 is outside 0...2147483647"
        ),
        ("n1,1,1,1,,,,,,,,zone,", "fleet.csv:2:17: labels: \"zone\" is no key=value entry"),
        ("n1,1,1,1,,,,,,,,,k=v:Never", "fleet.csv:2:18: taints: \"k=v:Never\" is no key=value:effect taint"),
        ("n1,1,1,1,,,,,,,,,\nn2,1,1,1,,,,,,,,,\nn1,1,1,1,,,,,,,,,", "fleet.csv:4:1: node: n1 stands twice"),
        ("n1,1,1,1,V,X,1,1,1,1,1,,\nn1,2,1,1,V,X,1,1,1,1,1,,", "fleet.csv:3:1: node: n1 has other values"),
        ("n1,1,1,1,V,X,100,1,1,1,1,,\nn1,1,1,1,V,X,100,1,1,1,1,,", "fleet.csv:3:14: devices: node n1 has 200 devices"),
    ])
    func namesBadFleetFields(_ rows: String, _ expected: String) throws {
        let found = try problem(fleet: TraceText.fleetHeader + rows + "\n")
        #expect(found.hasPrefix(expected), "\(found)")
    }

    @Test(arguments: [
        (",d,0,,1,1,,,,,,", "pods.csv:2:1: name: is empty"),
        ("p,d,x,,1,1,,,,,,", "pods.csv:2:5: arrival_ms: \"x\" is no whole number"),
        ("p,d,0,-5,1,1,,,,,,", "pods.csv:2:7: duration_ms: -5 is outside"),
        ("p,d,0,,1,1,nvidia.com/gpu,,,,,", "pods.csv:2:12: limits: \"nvidia.com/gpu\" is no key=value entry"),
        ("p,d,0,,1,1,nvidia.com/gpu=1x,,,,,", "pods.csv:2:12: limits: nvidia.com/gpu: \"1x\": "),
        ("p,d,0,,1,1,,note,,,,", "pods.csv:2:13: annotations: \"note\" is no key=value entry"),
        ("p,d,0,,1,1,,,,,,n9", "pods.csv:2:17: placed_on: fleet.csv has no node n9"),
        ("p,d,0,,1,1,,,,,,\np,d,0,,1,1,,,,,,", "pods.csv:3:1: name: pod p stands twice"),
        ("p,d,0,,1,1,,,,,", "pods.csv:2:16: has 11 fields, the header has 12"),
    ])
    func namesBadPodFields(_ rows: String, _ expected: String) throws {
        let found = try problem(pods: TraceText.podHeader + rows + "\n")
        #expect(found.hasPrefix(expected), "\(found)")
    }

    @Test func refusesFilesChangedAfterwards() throws {
        let folder = TraceFolder()
        try folder.write(fleet: TraceText.oneNode, pods: TraceText.podHeader + TraceText.pod("p1"))
        try TraceFiles.write(Array((TraceText.podHeader + TraceText.pod("p2")).utf8), to: folder.file("pods.csv"))
        let error = try #require(throws: TraceError.self) { try Trace(folder: folder.path) }
        #expect(error.file == folder.file("pods.csv"))
        #expect(error.problem.hasPrefix("SHA-256 is "), "\(error)")
    }

    @Test(arguments: [
        ("{", "pods"), ("[]", "format"), (#"{"format":"other"}"#, "format must be"),
        (#"{"format":"berth-trace","formatVersion":2}"#, "formatVersion must be 1"),
        (#"{"format":"berth-trace","formatVersion":1,"deviceModel":"gpu"}"#, "deviceModel must be"),
        (#"{"format":"berth-trace","formatVersion":1,"deviceModel":"hami","seed":-1}"#, "seed must be"),
        (
            #"{"format":"berth-trace","formatVersion":1,"deviceModel":"hami","name":"n","origin":"o","licence":"l"}"#,
            "checksums must give the SHA-256 of fleet.csv"
        ),
    ])
    func refusesBadDescriptions(_ json: String, _ expected: String) throws {
        let folder = TraceFolder()
        try folder.write(fleet: TraceText.oneNode, pods: TraceText.podHeader)
        try TraceFiles.write(Array(json.utf8), to: folder.file("trace.json"))
        let error = try #require(throws: TraceError.self) { try Trace(folder: folder.path) }
        #expect(error.file == folder.file("trace.json"))
        if expected != "pods" { #expect(error.problem.contains(expected), "\(error)") }
    }

    @Test func refusesFoldersWithoutATrace() throws {
        let folder = TraceFolder()
        #expect(throws: TraceError.self) { try Trace(folder: folder.path) }
        try TraceFiles.makeFolder(folder.path)
        let error = try #require(throws: TraceError.self) { try Trace(folder: folder.path) }
        #expect(error.problem.contains("has no trace.json"))
    }
}
