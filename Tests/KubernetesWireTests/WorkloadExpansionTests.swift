import Testing

@testable import KubernetesWire

/// Workloads given instead of pods: what their controllers would make.
@Suite struct WorkloadExpansionTests {
    private func read(_ text: String) -> DecodedInput {
        var reader = InputReader()
        reader.read(text, source: "w.yaml")
        return reader.input
    }

    private static let template =
        "template: {metadata: {labels: {app: a}}, spec: {nodeSelector: {zone: b}, containers: [{name: c, resources: "
        + "{limits: {nvidia.com/gpu: 1.0}}}]}}"

    @Test(arguments: [
        ("apps/v1", "Deployment", "replicas: 2, \(template)", ["w-0", "w-1"]),
        ("apps/v1", "Deployment", template, ["w-0"]), ("apps/v1", "StatefulSet", "replicas: 0, \(template)", []),
        ("apps/v1", "ReplicaSet", "replicas: 1, \(template)", ["w-0"]),
        ("batch/v1", "Job", "parallelism: 3, \(template)", ["w-0", "w-1", "w-2"]),
        ("batch/v1", "Job", "parallelism: 3, completions: 2, \(template)", ["w-0", "w-1"]),
        ("batch/v1", "Job", "suspend: true, \(template)", []),
        (
            "leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet",
            "replicas: 2, leaderWorkerTemplate: {size: 2, worker\(template.replacing("template:", with: "Template:"))}",
            ["w-0", "w-0-1", "w-1", "w-1-1"]
        ),
        (
            "jobset.x-k8s.io/v1alpha2", "JobSet",
            "replicatedJobs: [{name: j, replicas: 2, template: {spec: {parallelism: 2, \(template)}}}]",
            ["w-j-0-0", "w-j-0-1", "w-j-1-0", "w-j-1-1"]
        ),
        (
            "batch.volcano.sh/v1alpha1", "Job",
            "tasks: [{name: ps, \(template)}, {name: worker, replicas: 2, \(template)}]",
            ["w-ps-0", "w-worker-0", "w-worker-1"]
        ),
    ])
    func isExpanded(version: String, kind: String, spec: String, names: [String]) {
        let input = read(
            "apiVersion: \(version)\nkind: \(kind)\nmetadata: {name: w, namespace: n}\nspec: {\(spec)}\n")
        #expect(input.problems.isEmpty)
        #expect(input.pods.map(\.pod.metadata.name) == names)
        #expect(input.expanded.map(\.workload) == ["\(kind) n/w"])
        #expect(input.expanded.map(\.pods) == [names.count])
        for pod in input.pods.map(\.pod) {
            #expect(pod.metadata.namespace == "n" && pod.metadata.labels["app"] == "a")
            #expect(pod.metadata.controller?.kind == kind && pod.nodeSelector == ["zone": "b"])
            // As the API server stores it: 1.0 is 1.
            #expect(pod.containers.first?.limits["nvidia.com/gpu"]?.exactInt64 == 1)
        }
    }

    @Test func indexesOfAJob() {
        let input = read(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: w}\n"
                + "spec: {completionMode: Indexed, parallelism: 2, \(Self.template)}\n")
        let key = "batch.kubernetes.io/job-completion-index"
        #expect(input.pods.map { $0.pod.metadata.labels[key] } == ["0", "1"])
    }

    @Test(arguments: [
        ("replicas: -1, \(template)", "spec.replicas: expected a whole number from 0 to 100000, found the number -1"),
        ("replicas: 200000, \(template)", "spec.replicas: expected a whole number"),
        ("template: {spec: {containers: 3}}", "spec.template.spec.containers: expected a list, found the number 3"),
    ])
    func whatCannotBeRead(spec: String, words: String) {
        let input = read("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: {\(spec)}\n")
        #expect(input.pods.isEmpty)
        #expect(input.problems.count == 1)
        #expect(input.problems.first?.description.contains(words) == true, "\(input.problems)")
        #expect(input.problems.first?.object == "Deployment default/w")
    }

    /// Without a template there is nothing to expand.
    @Test func withoutATemplate() {
        let input = read("apiVersion: batch/v1\nkind: Job\nmetadata: {name: w}\nspec: {}\n")
        #expect(input.pods.isEmpty && input.problems.isEmpty)
        #expect(input.ignoredKinds == ["batch/v1 Job": 1])
    }

    /// An empty list says that there is nothing; an empty file says nothing.
    @Test(arguments: [
        (#"{"kind": "PodList", "items": []}"#, 1), (#"{"kind": "List", "items": null}"#, 1), ("kind: NodeList", 1),
        ("[]", 1),
        ("", 0),
        ("# nothing", 0),
    ])
    func lists(text: String, count: Int) {
        let input = read(text)
        #expect(input.listCount == count && input.objectCount == 0 && input.problems.isEmpty)
        #expect(input.ignoredKinds.isEmpty)
    }

    @Test func theAnswerOfTheAPIServer() {
        let input = read(#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods is forbidden"}"#)
        #expect(input.answers == ["pods is forbidden"])
    }
}
