import Testing

/// `berth whatif`: pods and properties that come and go with nodes, and what stands in the way of a drain.
@Suite struct NodePods {
    private static func node(_ name: String, spec: String = "", labels: String = "") -> String {
        """
        ---
        apiVersion: v1
        kind: Node
        metadata:
          name: \(name)
          labels: {kubernetes.io/hostname: \(name)\(labels)}
          annotations:
            hami.io/node-nvidia-register: '[{"id":"GPU-\(name)","count":10,"devmem":81920,"devcore":100,"type":"NVIDIA A100-SXM4-80GB","mode":"hami-core","health":true}]'
        spec: {\(spec)}
        status: {allocatable: {cpu: "8", memory: 64Gi, pods: "110", nvidia.com/gpu: "10"}}

        """
    }

    private static func pod(
        _ name: String, on node: String = "", owner: String = "", metadata: String = "",
        spec: String = "",
        resources: String = "limits: {nvidia.com/gpu: 1}"
    ) -> String {
        let owners =
            owner.isEmpty ? "" : "ownerReferences: [{kind: \(owner), name: o, controller: true}], "
        let home = node.isEmpty ? "" : "nodeName: \(node), "
        return """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: \(name), \(owners)\(metadata)}
            spec: {\(home)\(spec)containers: [{name: c, resources: {\(resources)}}]}
            status: {phase: \(node.isEmpty ? "Pending" : "Running")}

            """
    }

    private func whatIf(_ snapshot: String, _ arguments: [String]) throws -> BerthProcess.Result {
        let result = try BerthProcess.run(
            ["whatif", "s"] + arguments,
            files: ["s": snapshot, "p.csv": "node,price,max\n1x NVIDIA A100 80G,10,\n"])
        #expect(result.status == 0, "\(result.errors)")
        return result
    }

    /// Pods of DaemonSets and static pods go with their node; nobody looks for a new place for them.
    @Test func podsThatBelongToTheirNode() throws {
        let text = try whatIf(
            Self.node("a") + Self.node("b")
                + Self.pod("proxy", on: "a", owner: "DaemonSet", resources: "requests: {cpu: 100m}")
                + Self.pod(
                    "mirror", on: "a", metadata: "annotations: {kubernetes.io/config.mirror: x}",
                    resources: "")
                + Self.pod("static", on: "a", owner: "Node", resources: "")
                + Self.pod("web", on: "a", owner: "ReplicaSet", resources: "requests: {cpu: 1}")
                + Self.pod("bare", on: "a", resources: "requests: {cpu: 1}"),
            ["--drain", "a"]
        ).output
        #expect(
            text.contains("2 pods ran on the node that goes: 2 with a new place, 0 without"), "\(text)")
        #expect(
            text.contains(
                "3 pods (default/proxy, default/mirror, default/static) of DaemonSets and static pods go with the node."
            ))
        #expect(
            text.contains("1 pod (default/bare) has no controller: nothing makes it anew elsewhere.")
                || text.contains("default/bare"))
        #expect(!text.contains("Left over then"))
    }

    @Test(arguments: [(0, true), (1, false)])
    func disruptionBudgets(allowed: Int, isBlocked: Bool) throws {
        let budget =
            "---\napiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: web}}}\nstatus: {disruptionsAllowed: \(allowed)}\n"
        let snapshot =
            Self.node("a") + Self.node("b") + budget
            + Self.pod(
                "web-0", on: "a", owner: "ReplicaSet", metadata: "labels: {app: web}", resources: "")
            + Self.pod("other", on: "a", owner: "ReplicaSet", metadata: "labels: {app: x}", resources: "")
        let text = try whatIf(snapshot, ["--drain", "a"]).output
        let words =
            "Blocked: PodDisruptionBudget default/web allows 0 disruptions and covers 1 pod (default/web-0)"
        #expect(text.contains(words) == isBlocked, "\(text)")
        let json = try whatIf(snapshot, ["--drain", "a", "--output", "json"]).output
        #expect(json.contains("\"budget\": \"default/web\"") == isBlocked)
        #expect(try !whatIf(snapshot, ["--drain", "b"]).output.contains("Blocked"))
    }

    /// New nodes have the labels and taints that all nodes with such devices have.
    @Test func likeTheirPool() throws {
        let taint =
            "taints: [{key: gpu, value: only, effect: NoSchedule}, {key: node.kubernetes.io/not-ready, effect: NoSchedule}]"
        let pool =
            Self.node("a", spec: taint, labels: ", pool: big, zone: x")
            + Self.node("b", spec: taint, labels: ", pool: big, zone: y")
        let add = ["--add", "1x(1x NVIDIA A100 80G)"]
        let tainted = try whatIf(pool + Self.pod("p"), add).output
        #expect(tainted.contains("With 1 more node, no more pending pod fits: 0 of 1."), "\(tainted)")
        #expect(
            tainted.contains(
                "has what all 2 nodes with such devices have: taints gpu=only:NoSchedule; labels pool=big"))
        let tolerating = Self.pod(
            "p", spec: "tolerations: [{key: gpu, operator: Exists}], nodeSelector: {pool: big}, ")
        #expect(try whatIf(pool + tolerating, add).output.contains("1 more pending pod fit"))
        #expect(
            try whatIf(pool + Self.pod("p"), ["--add", "1x(1x NVIDIA A100 80G; taints=none)"]).output
                .contains("1 more pending pod fit"))
        // No node of the list helps, so none is to be bought.
        let bought = try whatIf(pool + Self.pod("p"), ["--prices", "p.csv", "--output", "json"]).output
        #expect(bought.contains("\"unreachable\": 1"), "\(bought)")
    }

    /// The DaemonSets' pods take their part of a new node before anybody else comes.
    @Test(arguments: [("", 0), ("nodeSelector: {kubernetes.io/hostname: a}, ", 1)])
    func daemonSets(spec: String, fitting: Int) throws {
        let text = try whatIf(
            Self.node("a")
                + Self.pod("agent", on: "a", owner: "DaemonSet", spec: spec, resources: "limits: {cpu: 2}")
                + Self.pod("p", resources: "limits: {nvidia.com/gpu: 1, cpu: 7}"),
            ["--add", "1x(1x NVIDIA A100 80G)"]
        ).output
        let words = fitting == 1 ? "1 more pending pod fits: 1 of 1." : "no more pending pod fits: 0 of 1."
        #expect(text.hasPrefix("With 1 more node, \(words)\n"), "\(text)")
    }
}
