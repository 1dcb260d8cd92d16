import Testing

/// Pods that wait: what is obeyed, what is named, and what never reaches a scheduler.
@Suite struct QueuedPods {
    private typealias Batch = ManifestBatch

    @Test(
        "pods that no scheduler looks at",
        arguments: [
            ("", "schedulingGates: [{name: a.example/x}, {name: b}]", "waiting for scheduling gates: [a.example/x b]"),
            ("deletionTimestamp: \"2024-01-01T00:00:00Z\"", "", "it is being deleted"),
        ])
    func skipped(metadata: String, spec: String, reason: String) throws {
        let batch = try Batch(
            Batch.node("a") + Batch.pod("p", metadata: metadata, spec: spec, container: Batch.gpu(5000)))
        #expect(batch.outcome("p") == "skipped " + reason)
    }

    @Test func aPodAsAWholeAsks() throws {
        let batch = try Batch(
            Batch.node("a", cpu: 8)
                + Batch.pod("more", spec: "resources: {requests: {cpu: 100}}")
                + Batch.pod(
                    "less", spec: "resources: {requests: {cpu: 2}}", container: "resources: {requests: {cpu: 1}}")
                + Batch.pod("limit", spec: "resources: {limits: {cpu: 7}}")
                + Batch.pod(
                    "asked", spec: "resources: {limits: {cpu: 70}}", container: "resources: {requests: {cpu: 3}}"))
        #expect(batch.outcome("more") == "rejected 0/1 nodes are available: 1 Insufficient cpu")
        #expect(batch.outcome("less") == "a")
        // Two are taken, and the limit of seven is what it asks.
        #expect(batch.outcome("limit") == "rejected 0/1 nodes are available: 1 Insufficient cpu")
        #expect(batch.outcome("asked") == "a")
    }

    @Test(
        "the webhook's selectors",
        arguments: [
            ("labels: {hami.io/webhook: ignore}", "", 0), ("", "labels: {hami.io/webhook: ignore}", 0), ("", "", 100),
            ("labels: {hami.io/webhook: other}", "labels: {team: a}", 100),
        ])
    func webhook(pod: String, namespace: String, cores: Int) throws {
        let batch = try Batch(
            Batch.node("a") + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: default, \(namespace)}\n"
                + Batch.pod("p", metadata: pod, container: "resources: {limits: {nvidia.com/gpu: 1}}"))
        #expect(batch.outcome("p") == "a GPU-a:8000:\(cores)")
        let notes = batch.notes("p")
        #expect(notes.count == (cores == 0 ? 1 : 0))
        if cores == 0 { #expect(notes[0].hasPrefix("admission did not see the pod (label hami.io/webhook: ignore")) }
    }

    /// The API server stores `1.0` as `1` and `1000000m` as `1k` before anybody reads it.
    @Test(
        "amounts as the API server stores them",
        arguments: [
            ("1.0", "1000"), ("1000m", "1000000m"), ("\"1\"", "1k"), ("1e0", "1.0e3"), ("1", "1000.000"),
        ])
    func quantities(count: String, memory: String) throws {
        let batch = try Batch(
            Batch.node("a")
                + Batch.pod(
                    "p", container: "resources: {limits: {nvidia.com/gpu: \(count), nvidia.com/gpumem: \(memory)}}"))
        #expect(batch.outcome("p") == "a GPU-a:1000:0")
        #expect(batch.notes("p").isEmpty)
    }

    @Test(
        "what the API server refuses",
        arguments: [
            ("requests: {nvidia.com/gpu: 1}", ["limits: Required value: Limit must be set for non overcommitable"]),
            (
                "limits: {nvidia.com/gpu: 2}, requests: {nvidia.com/gpu: 1}",
                ["requests: Invalid value: \"1\": must be equal to nvidia.com/gpu limit of 2"]
            ),
            (
                "limits: {nvidia.com/gpu: 1}, requests: {nvidia.com/gpumem: 1000}",
                ["limits: Required value: Limit must be set for non overcommitable resources"]
            ),
            (
                "limits: {cpu: 1}, requests: {cpu: 2}",
                ["requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1"]
            ),
            (
                "limits: {memory: 1Gi}, requests: {memory: 1.5Gi}",
                ["requests: Invalid value: \"1536Mi\": must be less than or equal to memory limit of 1Gi"]
            ),
            (
                "requests: {hugepages-2Mi: 4Mi, cpu: 1}",
                ["limits: Required value: Limit must be set for non overcommitable resources"]
            ),
            // What is limited is asked for: both are told.
            (
                "limits: {nvidia.com/gpu: 1.5}",
                [
                    "limits[nvidia.com/gpu]: Invalid value: \"1500m\": must be an integer",
                    "requests[nvidia.com/gpu]: Invalid value: \"1500m\": must be an integer",
                ]
            ),
            (
                "limits: {cpu: -1}",
                [
                    "limits[cpu]: Invalid value: \"-1\": must be greater than or equal to 0",
                    "requests[cpu]: Invalid value: \"-1\": must be greater than or equal to 0",
                ]
            ),
        ])
    func refused(resources: String, words: [String]) throws {
        let batch = try Batch(Batch.node("a") + Batch.pod("p", container: "resources: {\(resources)}"))
        let field = "spec.containers[0].resources."
        let head = words.count == 1 ? "invalid " : "invalid ["
        #expect(batch.outcome("p").hasPrefix(head + field + words[0]), "\(batch.outcome("p"))")
        #expect(batch.problems.count == words.count)
        for (problem, words) in zip(batch.problems, words) { #expect(problem.contains(field + words)) }
    }

    @Test(
        "what the API server takes",
        arguments: [
            "limits: {nvidia.com/gpu: 1}", "limits: {nvidia.com/gpu: 1}, requests: {nvidia.com/gpu: 1.0}",
            "requests: {cpu: 2}", "limits: {cpu: 2}, requests: {cpu: 2000m}", "limits: {cpu: 2}",
        ])
    func taken(resources: String) throws {
        let batch = try Batch(Batch.node("a") + Batch.pod("p", container: "resources: {\(resources)}"))
        #expect(batch.outcome("p").hasPrefix("a"), "\(batch.outcome("p"))")
        #expect(batch.problems.isEmpty)
    }

    @Test func wishesThatMeanNothing() throws {
        let annotations = [
            "hami.io/gpu-scheduler-policy: pack", "hami.io/node-scheduler-policy: Spread", "nvidia.com/gpumem: '2000'",
            "nvidia.com/numa-bind: 'yes'", "nvidia.com/use-gputyp: A10",
        ]
        let batch = try Batch(
            Batch.node("a")
                + "---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {"
                + "limits.nvidia.com/gpu: 1, requests.nvidia.com/gpumemory: 6000, requests.nvidia.com/gpumem: 1, cpu: 4}}\n"
                + Batch.pod(
                    "p", metadata: "annotations: {\(annotations.joined(separator: ", "))}", container: Batch.gpu(5000)))
        #expect(batch.outcome("p") == "a GPU-a:5000:0")
        #expect(
            batch.notes("p") == [
                "hami.io/node-scheduler-policy: Spread is no policy; nodes are packed (binpack)",
                "hami.io/gpu-scheduler-policy: pack is no policy; devices are spread",
                "nvidia.com/numa-bind: yes is neither true nor false; it has no effect",
                "annotation nvidia.com/gpumem has no effect; amounts are asked for in resources.limits",
                "annotation nvidia.com/use-gputyp has no effect; did you mean nvidia.com/use-gputype?",
            ])
        #expect(
            batch.problems == [
                "m.yaml: ResourceQuota default/q: spec.hard[\"limits.nvidia.com/gpu\"]: HAMi does not count it; it counts "
                    + "memory and cores",
                "m.yaml: ResourceQuota default/q: spec.hard[\"requests.nvidia.com/gpumem\"]: HAMi does not count it; it "
                    + "counts limits.nvidia.com/gpumem",
                "m.yaml: ResourceQuota default/q: spec.hard[\"requests.nvidia.com/gpumemory\"]: HAMi does not count it; "
                    + "did you mean limits.nvidia.com/gpumem?",
            ])
    }

    /// A register that is there and not used is said, with the reason.
    @Test(
        "registers that are not used",
        arguments: [
            (
                "hami.io/node-handshake: Requesting_2023-11-14 22:00:00",
                "the handshake of 2023-11-14 22:00:00 was not answered and nvidia.com/gpu is not allocatable"
            ), ("hami.io/node-handshake: Requesting_2023-11-14 22:13:00", nil), ("x: y", nil),
        ])
    func registers(annotation: String, reason: String?) throws {
        let node = Batch.node("a", annotations: annotation).replacing(", nvidia.com/gpu: \"10\"", with: "")
        let problems = try Batch(node).problems
        #expect(problems.count == (reason == nil ? 0 : 1))
        if let reason {
            #expect(problems.first?.contains("\(reason); the node's NVIDIA devices are left out") == true)
        }
    }

    @Test func aCountThatIsAllocatableOnly() throws {
        let problems = try Batch(
            "apiVersion: v1\nkind: Node\nmetadata: {name: a}\nstatus: {allocatable: {amd.com/gpu: 8}}\n"
        ).problems
        #expect(
            problems == [
                "m.yaml: Node a: metadata.annotations[\"hami.io/node-amd-register\"]: amd.com/gpu is in status.allocatable "
                    + "but not in status.capacity; the node's AMD devices are left out"
            ])
    }

    @Test func aRegisterOfAnOlderHAMi() throws {
        let node = """
            apiVersion: v1
            kind: Node
            metadata: {name: a, annotations: {hami.io/node-nvidia-register: "GPU-0,10,143771,100,NVIDIA H20,1,true,3,hami-core:"}}
            """
        #expect(
            try Batch(node).problems == [
                "m.yaml: Node a: metadata.annotations[\"hami.io/node-nvidia-register\"]: written by HAMi before 2.8 (commas "
                    + "and colons); 2.10.0 reads JSON; the node's NVIDIA devices are left out"
            ])
    }

    /// Every resource that a node is short of is named, not only the first.
    @Test func everyLackingResource() throws {
        let batch = try Batch(
            Batch.node("a", cpu: 8) + Batch.node("b", cpu: 200)
                + Batch.pod("both", container: "resources: {requests: {cpu: 100, memory: 512Gi}}")
                + Batch.pod(
                    "extended",
                    container: "resources: {limits: {cpu: 100, x.example/a: 1, x.example/b: 1}}"))
        #expect(batch.outcome("both") == "rejected 0/2 nodes are available: 1 Insufficient cpu, 2 Insufficient memory")
        #expect(
            batch.outcome("extended")
                == "rejected 0/2 nodes are available: 1 Insufficient cpu, 2 Insufficient x.example/a, "
                + "2 Insufficient x.example/b")
    }
}
