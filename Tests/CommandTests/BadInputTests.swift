import Foundation
import Testing

/// Bad input names its file and object, costs nothing else, and ends with 2 only where nothing can be done.
@Suite struct BadInput {
    private static let pod = """
        {"kind":"Pod","metadata":{"name":"good"},"spec":{"containers":[{"name":"c"}]}}
        """

    private static func pod(_ name: String, limits: String) -> String {
        """
        {"kind":"Pod","metadata":{"name":"\(name)"},"spec":{"containers":[{"name":"c","resources":{"limits":{\(limits)}}}]}}
        """
    }

    private static func node(_ name: String, annotations: String = "", allocatable: String = "") -> String {
        """
        {"kind":"Node","metadata":{"name":"\(name)","annotations":{\(annotations)}},"status":{"allocatable":{\(allocatable)}}}
        """
    }

    /// Places `pods` and then one good pod, which must be placed whatever came before.
    private func place(
        nodes: String = node("a"), pods: String, options: [String] = []
    ) throws -> BerthProcess.Result {
        let result = try BerthProcess.run(
            ["place", "--nodes", "n.json", "--pods", "bad.json", "good.json"] + options,
            files: ["n.json": nodes, "bad.json": pods, "good.json": Self.pod])
        #expect(result.status == 0)
        let isPlaced = result.output.split(separator: "\n").contains {
            $0.split(separator: " ") == ["default/good", "a", "-", "-", "-"]
        }
        #expect(isPlaced, "the good pod is placed")
        return result
    }

    @Test func truncatedPods() throws {
        let result = try place(pods: String(Self.pod("cut", limits: "").dropLast(20)))
        #expect(result.errors.contains("warning: bad.json:1: document 1: syntax error"))
    }

    @Test func truncatedNodes() throws {
        let result = try BerthProcess.run(
            ["place", "--nodes", "n.json", "--pods", "pods.yaml"], files: ["n.json": #"{"kind":"NodeList","items":[{"#])
        #expect(result.status == 2)
        #expect(result.errors.contains("n.json:1: document 1: syntax error"))
        #expect(result.errors.contains("Error: no node could be read from n.json"))
        #expect(result.output.isEmpty)
    }

    @Test func wrongTypes() throws {
        let result = try place(
            pods: #"{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":"two"}}"# + "\n"
                + #"{"kind":"Pod","metadata":{"name":7}}"#)
        #expect(
            result.errors == """
                warning: bad.json:1: Pod default/p: spec.containers: expected a list, found the string "two"
                warning: bad.json:2: document 2: metadata.name: expected a string, found the number 7

                """)
    }

    @Test func unknownResourceNames() throws {
        let result = try place(pods: Self.pod("typo", limits: #""nvidia.com/gpuu":1"#))
        #expect(
            result.output.contains("default/typo  rejected: 0/1 nodes are available: 1 Insufficient nvidia.com/gpuu\n"))
        #expect(result.output.contains("note: no node offers nvidia.com/gpuu; did you mean nvidia.com/gpu?"))
    }

    @Test func negativeQuantities() throws {
        let result = try place(
            nodes: Self.node("a", allocatable: #""memory":"-1Gi""#), pods: Self.pod("minus", limits: #""cpu":"-2""#))
        #expect(result.errors.contains(#"warning: n.json: Node a: status.allocatable["memory"]: -1Gi is negative"#))
        #expect(
            result.errors.contains(
                #"warning: bad.json: Pod default/minus: spec.containers[0].resources.limits[cpu]: Invalid value: "-2": must be "#
                    + "greater than or equal to 0"))
        #expect(result.output.contains("default/minus  invalid: "))
    }

    @Test func hugeQuantities() throws {
        let result = try place(
            nodes: Self.node("a", allocatable: #""cpu":"8""#),
            pods: Self.pod("huge", limits: #""cpu":"1e40""#) + "\n" + Self.pod("odd", limits: #""cpu":"much""#))
        #expect(result.output.contains("default/huge  rejected: 0/1 nodes are available: 1 Insufficient cpu"))
        #expect(result.errors.contains(#"Pod default/odd: spec.containers[0].resources.limits["cpu"]"#))
    }

    @Test func duplicates() throws {
        let twice =
            #"[{\"id\":\"G\",\"count\":1,\"devmem\":100,\"type\":\"NVIDIA\",\"health\":true},"#
            + #"{\"id\":\"G\",\"count\":1,\"devmem\":100,\"type\":\"NVIDIA\",\"health\":true}]"#
        let node = Self.node("a", annotations: #""hami.io/node-nvidia-register":""# + twice + #"""#)
        let result = try place(nodes: node + "\n" + node, pods: Self.pod("p", limits: "") + Self.pod("p", limits: ""))
        let expected = [
            "n.json:2: Node a: metadata.name: a node of this name was read before",
            "bad.json:1: Pod default/p: metadata.name: a pod of this name was read before",
            "n.json: Node a: device G: the id stands twice",
        ]
        for text in expected { #expect(result.errors.contains(text)) }
    }

    @Test func podWithoutContainers() throws {
        let hollow = #"{"kind":"Pod","metadata":{"name":"hollow"},"spec":{}}"#
        let result = try place(pods: hollow)
        #expect(result.output.contains("default/hollow  denied by admission: pod has no containers"))
        let bare = try place(pods: hollow, options: ["--no-admit"])
        #expect(bare.output.contains("default/hollow  invalid: spec.containers: Required value"))
        #expect(bare.errors == "warning: bad.json: Pod default/hollow: spec.containers: Required value\n")
    }

    @Test func emptyFleet() throws {
        let result = try BerthProcess.run(
            ["place", "--nodes", "n.json", "--pods", "p.json"],
            files: ["n.json": #"{"kind":"NodeList","items":[]}"#, "p.json": Self.pod])
        #expect(result.status == 0)
        #expect(result.output.contains("default/good  rejected: 0/0 nodes are available"))
        #expect(result.errors == "warning: fleet: there is no node; no pod can be placed\n")
    }

    @Test func badDeviceRegister() throws {
        let register = #""hami.io/node-nvidia-register":"[{\"id\":\"G\",\"devmem\":\"much\"}]""#
        let result = try place(
            nodes: Self.node("a", annotations: register), pods: Self.pod("p", limits: #""nvidia.com/gpu":1"#))
        #expect(
            result.errors.contains(
                #"warning: n.json: Node a: metadata.annotations["hami.io/node-nvidia-register"]: device G: field devmem"#
            ))
        #expect(result.output.contains("default/p     rejected: 0/1 nodes are available: 1 node unregistered"))
    }

    @Test func badRunningPod() throws {
        let pod =
            #"{"kind":"Pod","metadata":{"name":"r","annotations":{"hami.io/vgpu-node":"a","#
            + #""hami.io/vgpu-devices-allocated":"G,NVIDIA,x,0:;"}},"spec":{"nodeName":"a","containers":[{"name":"c"}]}}"#
        let result = try place(pods: pod)
        #expect(
            result.errors.contains(
                #"bad.json: Pod default/r: metadata.annotations["hami.io/vgpu-devices-allocated"]: the allocation"#))
    }

    @Test func problemsStandInJSON() throws {
        let result = try BerthProcess.run(
            ["place", "--nodes", "n.json", "--pods", "p.json", "missing.json", "--output", "json"],
            files: ["n.json": Self.node("a"), "p.json": Self.pod])
        #expect(result.status == 0)
        #expect(result.output.contains(#""missing.json: cannot be read: No such file or directory""#))
    }

    @Test(
        "nothing can be done",
        arguments: [
            ["--nodes", "missing.json", "--pods", "pods.yaml"], ["--nodes", "nodes.yaml", "--pods", "missing.json"],
            ["--nodes", "nodes.yaml", "--pods", "pods.yaml", "--device-config", "missing.json"],
            ["--nodes", "nodes.yaml", "--pods", "pods.yaml", "--device-config", "empty.yaml"],
        ])
    func hopeless(arguments: [String]) throws {
        let result = try BerthProcess.run(["place"] + arguments, files: ["empty.yaml": "{}"])
        #expect(result.status == 2)
        #expect(result.errors.contains(arguments.contains("empty.yaml") ? "empty.yaml" : "missing.json"))
        #expect(result.output.isEmpty)
    }

    @Test func traceWithoutAColumn() throws {
        let smoke = BerthProcess.fixtures.appending(path: "../../../traces/smoke")
        let berth = try BerthProcess()
        defer { berth.remove() }
        let trace = berth.folder.appending(path: "trace")
        try FileManager.default.copyItem(at: smoke, to: trace)
        let fleet = trace.appending(path: "fleet.csv")
        let text = try String(contentsOf: fleet, encoding: .utf8)
        try Data(text.replacing("node,", with: "name,", maxReplacements: 1).utf8).write(to: fleet)
        let result = try berth.run(["replay", "trace"])
        #expect(result.status == 2)
        #expect(result.errors.hasPrefix("Error: trace/fleet.csv"))
        #expect(result.output.isEmpty)
    }

    @Test func noTrace() throws {
        let result = try BerthProcess.run(["replay", "nowhere"])
        #expect(result.status == 2)
        #expect(result.errors.contains("nowhere"))
    }
}
