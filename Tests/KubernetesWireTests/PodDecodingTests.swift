import BulkJSON
import KubernetesWire
import PlacementModel
import Testing

@Suite("Pods") struct PodDecodingTests {
    private func pod(_ json: String) throws -> Pod {
        let parser = JSONParser()
        return try withExtendedLifetime(parser) { try PodDecoder.decode(parser.parse(json)) }
    }

    private func problem(_ json: String) -> FieldProblem? {
        do {
            _ = try pod(json)
            return nil
        } catch {
            return error as? FieldProblem
        }
    }

    @Test("Every field placement reads")
    func allFields() throws {
        let pod = try pod(
            """
            {"metadata": {"name": "p", "namespace": "team", "uid": "u-1", "labels": {"a": "b"},
               "annotations": {"x/y": "z"}, "deletionTimestamp": "2024-01-01T00:00:00Z"},
             "spec": {"nodeName": "n1", "schedulerName": "hami-scheduler", "runtimeClassName": "nvidia",
               "nodeSelector": {"zone": "a"}, "overhead": {"cpu": "250m"},
               "tolerations": [{"operator": "Exists"}, {"key": "k", "value": "v", "effect": "NoExecute"},
                  {"key": "k2", "operator": "Equal", "effect": ""}],
               "initContainers": [{"name": "i", "restartPolicy": "Always"}, {"name": "j"}],
               "containers": [{"name": "c", "restartPolicy": "Always", "env": [{"name": "A", "value": "1"}, {"name": "B"}],
                  "securityContext": {"privileged": true},
                  "resources": {"limits": {"nvidia.com/gpu": "2"}, "requests": {"cpu": "1500m", "memory": "-1Gi"}}}]},
             "status": {"phase": "Running"}}
            """)
        #expect(pod.fullName == "team/p")
        #expect(pod.metadata.uid == "u-1")
        #expect(pod.metadata.labels == ["a": "b"])
        #expect(pod.metadata.annotations == ["x/y": "z"])
        #expect(pod.isTerminating)
        #expect(pod.nodeName == "n1")
        #expect(pod.schedulerName == "hami-scheduler")
        #expect(pod.runtimeClassName == "nvidia")
        #expect(pod.nodeSelector == ["zone": "a"])
        #expect(pod.overhead == ["cpu": try Quantity(parsing: "250m")])
        #expect(
            pod.tolerations == [
                Toleration(operator: .exists), Toleration(key: "k", value: "v", effect: .noExecute),
                Toleration(key: "k2"),
            ])
        #expect(pod.initContainers.map(\.isSidecar) == [true, false])
        let container = try #require(pod.containers.first)
        #expect(!container.isSidecar)
        #expect(container.environmentNames == ["A", "B"])
        #expect(container.isPrivileged)
        #expect(container.limits == ["nvidia.com/gpu": Quantity(integer: 2)])
        #expect(container.requests["cpu"]?.canonical == "1500m")
        #expect(container.requests["memory"]?.canonical == "-1Gi")
        #expect(pod.phase == .running)
        #expect(pod.notConsidered.isEmpty)
    }

    @Test("The least a pod can say")
    func minimal() throws {
        let pod = try pod(#"{"metadata": {"name": "p"}}"#)
        #expect(pod == Pod(metadata: ObjectMeta(name: "p", namespace: "default")))
    }

    @Test("Null counts as absent")
    func nulls() throws {
        let pod = try pod(
            """
            {"metadata": {"name": "p", "namespace": null, "labels": null, "annotations": {"a": null}, "uid": null,
               "deletionTimestamp": null},
             "spec": {"nodeName": null, "runtimeClassName": null, "affinity": null, "tolerations": null,
               "initContainers": null, "overhead": null, "topologySpreadConstraints": null,
               "containers": [null, {"name": "c", "env": null, "securityContext": null,
                  "resources": {"limits": null, "requests": {"cpu": null}}}]},
             "status": null}
            """)
        var expected = Pod(metadata: ObjectMeta(name: "p"))
        expected.containers = [Container(name: "c")]
        #expect(pod == expected)
    }

    @Test("Required node affinity, every operator")
    func affinity() throws {
        let operators = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]
        let expressions = operators.map { #"{"key": "k", "operator": "\#($0)", "values": ["1"]}"# }
        let pod = try pod(
            """
            {"metadata": {"name": "p"}, "spec": {"affinity": {"nodeAffinity": {
              "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                {"matchExpressions": [\(expressions.joined(separator: ","))]},
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n1"]}]}]}}}}}
            """)
        let terms = try #require(pod.requiredNodeAffinity)
        #expect(terms.count == 2)
        #expect(
            terms[0].matchExpressions.map(\.operator) == [.in, .notIn, .exists, .doesNotExist, .greaterThan, .lessThan])
        #expect(terms[0].matchExpressions.allSatisfy { $0.key == "k" && $0.values == ["1"] })
        #expect(terms[1].matches(labels: [:], nodeName: "n1"))
        #expect(!terms[1].matches(labels: [:], nodeName: "n2"))
    }

    @Test("Wishes that are not weighed are listed, unless empty")
    func notConsidered() throws {
        let wishes = try pod(
            """
            {"metadata": {"name": "p"}, "spec": {
              "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]},
                "podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]},
                "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]}},
              "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone"},
                {"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "ScheduleAnyway"}]}}
            """)
        #expect(
            wishes.notConsidered == [
                "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution",
                "spec.affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution",
                "spec.topologySpreadConstraints",
            ])
        let none = try pod(
            """
            {"metadata": {"name": "p"}, "spec": {"topologySpreadConstraints": [], "affinity": {"podAffinity": {},
              "nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}}}
            """)
        #expect(none.notConsidered.isEmpty)
    }

    @Test("Quantities: numbers, spaces, exponents")
    func quantities() throws {
        let pod = try pod(
            """
            {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "resources": {"limits":
              {"a": 2, "b": 1.5, "c": " 16000 ", "d": -3, "e": 9223372036854775808, "f": 1e3}}}]}}
            """)
        let limits = pod.containers[0].limits.mapValues(\.canonical)
        #expect(limits == ["a": "2", "b": "1500m", "c": "16k", "d": "-3", "e": "9223372036854775808", "f": "1k"])
    }

    @Test(
        "What is wrong is named with its path",
        arguments: [
            (#"{}"#, "metadata: missing, expected an object with a name"),
            (#"{"metadata": {"name": ""}}"#, "metadata.name: missing, expected a name"),
            (#"{"metadata": {"name": 5}}"#, "metadata.name: expected a string, found the number 5"),
            (#"{"metadata": []}"#, "metadata: expected an object, found a list"),
            (
                #"{"metadata": {"name": "p", "labels": {"a.b/c": true}}}"#,
                #"metadata.labels["a.b/c"]: expected a string, found the bool true"#
            ),
            (
                #"{"metadata": {"name": "p"}, "spec": {"containers": {}}}"#,
                "spec.containers: expected a list, found an object"
            ),
            (
                #"{"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}, {}]}}"#,
                "spec.containers[1].name: missing, expected the name of the container"
            ),
            (
                #"{"metadata": {"name": "p"}, "spec": {"tolerations": [{"key": 1, "operator": "Exists"}]}}"#,
                "spec.tolerations[0].key: expected a string, found the number 1"
            ),
            (
                #"{"metadata": {"name": "p"}, "status": {"phase": "Done"}}"#,
                #"status.phase: expected one of Pending, Running, Succeeded, Failed, Unknown, found "Done""#
            ),
        ])
    func problems(json: String, expected: String) {
        #expect(problem(json)?.description == expected)
    }

    @Test(
        "What the server refuses stays with the pod, in its words",
        arguments: [
            (
                #"{"key": "a", "operator": "Is"}"#,
                #"operator: Unsupported value: "Is": supported values: "Equal", "Exists", "Lt", "Gt""#
            ),
            (
                #"{"key": "a", "effect": "No"}"#,
                #"effect: Unsupported value: "No": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute""#
            ),
        ])
    func refusals(toleration: String, expected: String) throws {
        let pod = try pod(#"{"metadata": {"name": "p"}, "spec": {"tolerations": [\#(toleration)]}}"#)
        #expect(pod.scheduling.refusals.map(\.description) == ["spec.tolerations[0]." + expected])
    }

    @Test("A bad quantity is named with its resource")
    func badQuantity() {
        for (text, found) in [(#""1 Gi""#, #"the string "1 Gi""#), (#""""#, #"the string """#)] {
            let problem = problem(
                """
                {"metadata": {"name": "p"}, "spec": {"containers": [
                  {"name": "c", "resources": {"limits": {"cpu": \(text)}}}]}}
                """)
            #expect(problem?.field == #"spec.containers[0].resources.limits["cpu"]"#)
            #expect(problem?.message.hasPrefix(found + " is no quantity: quantities must match") == true)
        }
    }
}
