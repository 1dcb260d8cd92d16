import PlacementModel
import Testing

@testable import KubernetesWire

/// What kube-scheduler's filters read of pods and of the objects around them.
@Suite struct ClusterObjects {
    private func input(_ text: String) -> DecodedInput {
        var reader = InputReader()
        reader.read(text, source: "objects")
        return reader.input
    }

    @Test func podsTellWhatFewOfThemHave() throws {
        let input = input(
            """
            {"kind": "Pod", "metadata": {"name": "p", "labels": {"app": "web"}}, "spec": {
              "priority": 7, "preemptionPolicy": "Never", "schedulingGates": [{"name": "b"}, {"name": "a"}],
              "containers": [{"name": "c", "ports": [
                {"containerPort": 80, "hostPort": 8080, "hostIP": "10.0.0.1", "protocol": "UDP"},
                {"containerPort": 81}]}],
              "initContainers": [{"name": "i", "ports": [{"containerPort": 1, "hostPort": 1}]},
                {"name": "s", "restartPolicy": "Always", "ports": [{"containerPort": 2, "hostPort": 2}]}],
              "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [
                {"labelSelector": {}, "topologyKey": "zone", "namespaceSelector": {"matchLabels": {"a": "b"}}}]}},
              "topologySpreadConstraints": [
                {"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"},
                {"maxSkew": 3, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule",
                 "nodeTaintsPolicy": "Honor"}],
              "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "e", "emptyDir": {}}]},
             "status": {"nominatedNodeName": "n1", "startTime": "1970-01-01T00:01:00Z", "conditions": [
               {"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"}]}}
            """)
        #expect(input.problems.isEmpty)
        let scheduling = try #require(input.pods.first).pod.scheduling
        #expect(input.pods[0].pod.schedulingGates == ["b", "a"])
        #expect(scheduling.priority == 7 && scheduling.neverPreempts && scheduling.isPreempted)
        #expect(
            Set(scheduling.hostPorts) == [
                HostPort(address: "10.0.0.1", transport: "UDP", port: 8080), HostPort(port: 2),
            ])
        #expect(scheduling.antiAffinity.first?.selector?.isEmpty == true)
        #expect(scheduling.antiAffinity.first?.namespaceSelector?.matches(["a": "b"]) == true)
        #expect(scheduling.spread.map(\.topologyKey) == ["rack"])
        #expect(scheduling.spread.first?.selector == nil && scheduling.spread.first?.honorsTaints == true)
        #expect(scheduling.volumes == [PodVolume(name: "v", source: .claim(name: "data"))])
        #expect(scheduling.nominatedNodeName == "n1" && scheduling.startSeconds == 60)
    }

    @Test func onTheHostsNetworkEveryPortIsThePodsOwn() throws {
        let input = input(
            """
            {"kind": "Pod", "metadata": {"name": "p"}, "spec": {
              "containers": [{"name": "c", "ports": [{"containerPort": 80}]}], "hostNetwork": true}}
            """)
        #expect(try #require(input.pods.first).pod.scheduling.hostPorts == [HostPort(port: 80)])
    }

    @Test func objectsOfAllKindsAreTaken() throws {
        let input = input(
            """
            {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "a", "labels": {"team": "red"}}}
            {"kind": "PersistentVolume", "apiVersion": "v1", "metadata": {"name": "v"}, "spec": {
              "capacity": {"storage": "5Gi"}, "awsElasticBlockStore": {"volumeID": "aws://z/vol-1"},
              "claimRef": {"namespace": "default", "name": "data"}}, "status": {"phase": "Available"}}
            {"kind": "PersistentVolumeClaim", "apiVersion": "v1", "metadata": {"name": "data", "annotations":
              {"volume.beta.kubernetes.io/storage-class": "old"}}, "spec": {"storageClassName": "new"}}
            {"kind": "StorageClass", "apiVersion": "storage.k8s.io/v1", "metadata": {"name": "old"},
              "provisioner": "x", "volumeBindingMode": "WaitForFirstConsumer"}
            {"kind": "CSINode", "apiVersion": "storage.k8s.io/v1", "metadata": {"name": "n"}, "spec": {"drivers":
              [{"name": "d", "allocatable": {"count": 0}}, {"name": "free"}]}}
            {"kind": "CSIDriver", "apiVersion": "storage.k8s.io/v1", "metadata": {"name": "d"},
              "spec": {"storageCapacity": true}}
            {"kind": "CSIStorageCapacity", "apiVersion": "storage.k8s.io/v1", "metadata": {"name": "k"},
              "storageClassName": "old", "capacity": "1Gi"}
            {"kind": "VolumeAttachment", "apiVersion": "storage.k8s.io/v1", "metadata": {"name": "t"},
              "spec": {"attacher": "d", "nodeName": "n", "source": {"persistentVolumeName": "v"}}}
            {"kind": "PodDisruptionBudget", "apiVersion": "policy/v1", "metadata": {"name": "b"},
              "spec": {"selector": {}}, "status": {"disruptionsAllowed": 2, "disruptedPods": {"p": "t"}}}
            {"kind": "PriorityClass", "apiVersion": "scheduling.k8s.io/v1", "metadata": {"name": "high"}, "value": 9}
            {"kind": "StorageClass", "apiVersion": "storage.k8s.io/v1beta1", "metadata": {"name": "beta"}}
            """)
        #expect(input.problems.isEmpty)
        let cluster = input.cluster
        #expect(cluster.namespaces.first?.metadata.labels == ["team": "red"])
        #expect(cluster.volumes.first?.source == .migrated(plugin: .awsElasticBlockStore, handle: "vol-1"))
        #expect(cluster.claims.first?.storageClassName == "old")
        #expect(cluster.storageClasses.map(\.waitsForConsumer) == [true])
        #expect(cluster.csiNodes.first?.limits == ["d": 0])
        #expect(cluster.csiDrivers.first?.tellsCapacity == true)
        #expect(cluster.storageCapacities.first?.capacity?.roundedUp == 1 << 30)
        #expect(cluster.attachments.first?.volumeName == "v")
        #expect(cluster.disruptionBudgets.first?.disruptedPods == ["p"])
        #expect(cluster.priorityClasses.first?.value == 9)
        #expect(input.ignoredKinds == ["storage.k8s.io/v1beta1 StorageClass": 1])
    }

    @Test(
        "Problems name object and field",
        arguments: [
            (
                #"{"kind": "PersistentVolume", "metadata": {"name": "v"}, "spec": {"capacity": {"storage": "big"}}}"#,
                "PersistentVolume v", #"spec.capacity["storage"]"#
            ),
            (
                #"{"kind": "PersistentVolumeClaim", "metadata": {"name": "c", "namespace": "a"}, "spec": {"volumeMode": 1}}"#,
                "PersistentVolumeClaim a/c", "spec.volumeMode"
            ),
            (
                #"{"kind": "PodDisruptionBudget", "metadata": {"name": "b"}, "spec": {"selector": {"matchExpressions": [{"key": "k", "operator": "Gt"}]}}}"#,
                "PodDisruptionBudget default/b", "spec.selector.matchExpressions[0].operator"
            ),
            (
                #"{"kind": "Pod", "metadata": {"name": "p"}, "status": {"startTime": "yesterday"}}"#, "Pod default/p",
                "status.startTime"
            ),
            (
                #"{"kind": "Pod", "metadata": {"name": "p"}, "spec": {"priority": 3000000000}}"#, "Pod default/p",
                "spec.priority"
            ),
        ])
    func problems(text: String, object: String, field: String) throws {
        let problem = try #require(input(text).problems.first)
        #expect(problem.object == object)
        #expect(problem.field == field)
    }
}
