import BulkJSON
import Foundation
import Testing

/// `berth doctor`: each thing that can be wrong with a cluster, and what it says to do.
@Suite struct Doctor {
    private static let example = BerthProcess.fixtures.deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "examples/snapshot.json").path

    @Test func theExample() throws {
        let result = try BerthProcess.run(["doctor", Self.example])
        #expect(result.status == 1)
        try Snapshot.expect(result.output, matches: "doctor.txt")
    }

    private static func node(_ name: String, annotations: String = "", offers: String = "", spec: String = "") -> String
    {
        #"{"kind":"Node","metadata":{"name":"\#(name)","annotations":{\#(annotations)}},"spec":{\#(spec)},"status":{"allocatable":{\#(offers)}}}"#
    }

    private static func register(_ device: String) -> String {
        #""hami.io/node-nvidia-register":"[{\"id\":\"\#(device)\",\"count\":10,\"devmem\":1000,\"devcore\":100,\"type\":\"NVIDIA-T4\",\"health\":true}]""#
    }

    private static let gpu = #""nvidia.com/gpu":"10""#
    private static let healthy = node("good", annotations: register("GPU-1"), offers: gpu)
    private static func pod(_ name: String, _ spec: String, phase: String = "Pending", metadata: String = "") -> String
    {
        #"{"kind":"Pod","metadata":{"name":"\#(name)"\#(metadata)},"spec":{\#(spec)},"status":{"phase":"\#(phase)"}}"#
    }
    private static func container(_ limits: String, image: String = "a:1") -> String {
        #""containers":[{"name":"c","image":"\#(image)","resources":{"limits":{\#(limits)}}}]"#
    }
    private static let hami = pod(
        "scheduler", #""nodeName":"good","# + container("", image: "registry.example.com/hami/hami:v2.10.0"),
        phase: "Running")
    private static let whole = [
        #"{"kind":"Namespace","metadata":{"name":"default"}}"#,
        #"{"kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"limits.nvidia.com/gpumem":"9000"}}}"#,
    ]

    @Test func nothingIsWrong() throws {
        let objects = [Self.healthy, Self.hami] + Self.whole
        let result = try BerthProcess.run(["doctor", "s"], files: ["s": objects.joined(separator: "\n")])
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(result.output.hasSuffix("0 problems, 0 notes\n"), "\(result.output)")
        #expect(result.output.hasPrefix("1 node, 1 device, 1 pod running, 0 waiting; HAMi v2.10.0\n"))
    }

    @Test(
        "each fault with its remedy",
        arguments: [
            (
                [node("bare", offers: gpu)],
                "problem: bare: nvidia.com/gpu is offered, but the annotation hami.io/node-nvidia-register is missing",
                "Its device plugin writes the annotation"
            ),
            (
                [
                    node(
                        "old", annotations: #""hami.io/node-nvidia-register":"GPU-9,10,1000,100,NVIDIA-T4,0,true:""#,
                        offers: gpu)
                ], "problem: old: metadata.annotations[\"hami.io/node-nvidia-register\"]: written by HAMi before 2.8",
                "compare its version"
            ),
            (
                [node("own", annotations: register("GPU-2"), offers: #""example.com/card":"10""#)],
                "problem: own: NVIDIA devices are registered, but no nvidia.com/gpu is offered; instead there is example.com/card",
                "--device-config"
            ),
            (
                [pod("lost", #""nodeName":"good","# + container(#""nvidia.com/gpu":"1""#), phase: "Running")],
                "problem: default/lost: it runs on good and asks for devices, but no annotation says which",
                "Restart the pod under HAMi"
            ),
            (
                [pod("typo", container(#""nvidia.com/gpuu":"1""#))],
                "problem: default/typo: nvidia.com/gpuu is asked for, and no node offers it; did you mean nvidia.com/gpu?",
                "Correct the name"
            ),
            (
                [
                    node(
                        "sick", annotations: register("GPU-3").replacingOccurrences(of: "true", with: "false"),
                        offers: gpu)
                ], "problem: sick/GPU-3: devices are registered as unhealthy", "see the plugin's log"
            ),
            ([node("away", spec: #""unschedulable":true"#)], "note: away: nodes are cordoned", "kubectl uncordon"),
            (
                [
                    #"{"kind":"ResourceQuota","metadata":{"name":"r"},"spec":{"hard":{"requests.nvidia.com/gpumem":"9"}}}"#
                ], "problem: default/r: spec.hard[\"requests.nvidia.com/gpumem\"]: HAMi does not count it",
                "limits.RESOURCE"
            ),
            (
                [
                    pod(
                        "elder", #""nodeName":"good","# + container("", image: "projecthami/hami:v2.6.1"),
                        phase: "Running")
                ], "problem: HAMi v2.6.1 runs; Berth decides as HAMi 2.10.0", "docs/hami-compatibility.md"
            ),
        ] as [([String], String, String)])
    func fault(objects: [String], message: String, remedy: String) throws {
        let all = [Self.healthy, Self.hami] + Self.whole + objects
        let result = try BerthProcess.run(["doctor", "s"], files: ["s": all.joined(separator: "\n")])
        #expect(result.output.contains(message), "\(result.output)")
        #expect(result.output.contains(remedy), "\(result.output)")
        #expect(result.status == (message.hasPrefix("problem") ? 1 : 0))
        #expect(result.output.contains("1 \(message.prefix { $0 != ":" })"), "nothing else is found: \(result.output)")
    }

    @Test func whatIsAbsent() throws {
        let result = try BerthProcess.run(
            ["doctor", "-"], input: Self.healthy + "\n" + Self.pod("p", Self.container("")))
        #expect(result.status == 0)
        for words in ["no resourcequotas", "no namespaces", "no pod of HAMi", "kubectl get nodes,pods"] {
            #expect(result.output.contains(words), "\(result.output)")
        }
    }

    @Test func json() throws {
        let result = try BerthProcess.run(["doctor", Self.example, "--output", "json"])
        let report = try JSON(parsing: result.output)
        #expect(report["hamiVersions"] == ["v2.10.0"] && report["nodes"] == 8 && report["waiting"] == 8)
        let findings = try #require(report["findings"]?.array)
        #expect(findings.count == 2 && findings[0]["objects"] == ["t4-3"])
        #expect(findings.allSatisfy { $0["weight"]?.string != nil && $0["remedy"]?.string?.isEmpty == false })
    }

    /// Images without a name, a tag or anything.
    @Test(arguments: ["", "@", "@@x", "/", ":", "hami:", "hami@sha256:0", " "])
    func imagesOfAnyForm(image: String) throws {
        let pod = """
            apiVersion: v1
            kind: Pod
            metadata: {name: p}
            spec: {containers: [{name: c, image: "\(image)"}]}

            """
        let node = "apiVersion: v1\nkind: Node\nmetadata: {name: n}\n---\n"
        for line in [["doctor", "s.yaml"], ["snapshot", "redact", "s.yaml"]] {
            let result = try BerthProcess.run(line, files: ["s.yaml": node + pod])
            #expect([0, 1].contains(result.status), "\(line): \(result.status) \(result.errors)")
        }
    }

    @Test func badInput() throws {
        for (arguments, words) in [
            (["doctor"], "give a snapshot; this makes one: kubectl get nodes,pods,"),
            (["doctor", "none.json"], "no such file or folder"),
        ] {
            let result = try BerthProcess.run(arguments)
            #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
        }
    }
}
