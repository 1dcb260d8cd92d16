import BulkJSON
import KubernetesWire
import PlacementModel
import Testing

@Suite("Nodes and quotas") struct NodeDecodingTests {
    private func node(_ json: String) throws -> Node { try NodeDecoder.decode(JSON(parsing: json)) }

    @Test("Every field placement reads")
    func allFields() throws {
        let node = try node(
            """
            {"metadata": {"name": "n1", "labels": {"zone": "a"}, "annotations": {"hami.io/node-nvidia-register": "[]"}},
             "spec": {"unschedulable": true, "podCIDR": "10.0.0.0/24", "taints": [
               {"key": "gpu", "value": "yes", "effect": "NoSchedule", "timeAdded": null},
               {"key": "k", "effect": "PreferNoSchedule"}]},
             "status": {"capacity": {"cpu": 8, "memory": "32Gi"}, "allocatable": {"cpu": "7500m"},
               "conditions": [{"type": "Ready"}]}}
            """)
        #expect(node.name == "n1")
        #expect(node.metadata.labels == ["zone": "a"])
        #expect(node.metadata.annotations == ["hami.io/node-nvidia-register": "[]"])
        #expect(node.isUnschedulable)
        #expect(
            node.taints == [
                Taint(key: "gpu", value: "yes", effect: .noSchedule), Taint(key: "k", effect: .preferNoSchedule),
            ])
        #expect(node.capacity.mapValues(\.canonical) == ["cpu": "8", "memory": "32Gi"])
        #expect(node.allocatable.mapValues(\.canonical) == ["cpu": "7500m"])
    }

    @Test("A node of nothing but a name")
    func minimal() throws {
        let node = try node(#"{"metadata": {"name": "n1"}, "spec": {"taints": null, "unschedulable": null}}"#)
        #expect(node == Node(metadata: ObjectMeta(name: "n1")))
    }

    @Test(
        "What is wrong is named with its path",
        arguments: [
            (#"{"spec": {}}"#, "metadata: missing, expected an object with a name"),
            (
                #"{"metadata": {"name": "n"}, "spec": {"unschedulable": "yes"}}"#,
                #"spec.unschedulable: expected true or false, found the string "yes""#
            ),
            (
                #"{"metadata": {"name": "n"}, "spec": {"taints": [{"key": "a"}]}}"#,
                "spec.taints[0].effect: missing, expected NoSchedule, PreferNoSchedule, NoExecute"
            ),
            (
                #"{"metadata": {"name": "n"}, "status": {"allocatable": {"cpu": []}}}"#,
                #"status.allocatable["cpu"]: expected a quantity, found a list"#
            ),
        ])
    func problems(json: String, expected: String) {
        do {
            _ = try node(json)
            Issue.record("\(json) was read")
        } catch {
            #expect("\(error)" == expected)
        }
    }

    @Test("A quota and its hard limits")
    func quota() throws {
        let quota = try ResourceQuotaDecoder.decode(
            JSON(
                parsing: """
                    {"metadata": {"name": "q", "namespace": "team"},
                     "spec": {"hard": {"limits.nvidia.com/gpu": "4", "pods": 10}, "scopes": []}}
                    """))
        #expect(quota.metadata.name == "q")
        #expect(quota.metadata.namespace == "team")
        #expect(quota.hard == ["limits.nvidia.com/gpu": Quantity(integer: 4), "pods": Quantity(integer: 10)])
    }
}
