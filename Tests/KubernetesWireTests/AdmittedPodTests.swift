import BulkJSON
import JSONComparisonSupport
import KubernetesWire
import PlacementModel
import Testing

@Suite("Pods after admission") struct AdmittedPodTests {
    private func admitted(_ manifest: JSON, _ change: (inout Pod) throws -> Void = { _ in }) throws -> (JSON, JSON?) {
        var pod = try PodDecoder.decode(manifest)
        try change(&pod)
        return AdmittedPodEncoder.encode(manifest: manifest, pod: pod)
    }

    @Test("Quantities come back canonical, numbers as text, empty maps not at all")
    func quantities() throws {
        let (spec, annotations) = try admitted([
            "metadata": ["name": "p", "annotations": [:]],
            "spec": [
                "overhead": ["memory": "2048Mi"], "restartPolicy": "Never", "volumes": .null,
                "initContainers": [["name": "i", "resources": ["limits": [:]]], ["name": "j"]],
                "containers": [
                    [
                        "name": "c", "image": "x",
                        "resources": [
                            "limits": ["nvidia.com/gpumem": "16000", "cpu": 2], "requests": .null,
                            "claims": [["name": "d"]],
                        ],
                    ]
                ],
            ],
        ])
        let expected: JSON = [
            "overhead": ["memory": "2Gi"], "restartPolicy": "Never",
            "initContainers": [["name": "i", "resources": [:]], ["name": "j", "resources": [:]]],
            "containers": [
                [
                    "name": "c", "image": "x",
                    "resources": ["limits": ["nvidia.com/gpumem": "16k", "cpu": "2"], "claims": [["name": "d"]]],
                ]
            ],
        ]
        #expect(JSONDifference.first(between: spec, and: expected) == nil)
        #expect(annotations == nil)
    }

    @Test("What admission adds is there")
    func additions() throws {
        let manifest: JSON = [
            "metadata": ["name": "p", "annotations": ["z": "1"]],
            "spec": [
                "schedulerName": "",
                "containers": [
                    ["name": "c", "env": [["name": "A", "valueFrom": [:]]], "resources": [:]], ["name": "d"],
                ],
            ],
        ]
        let (spec, annotations) = try admitted(manifest) { pod in
            pod.schedulerName = "hami-scheduler"
            pod.runtimeClassName = "nvidia"
            pod.metadata.annotations["b"] = "2"
            pod.containers[0].limits["nvidia.com/gpu"] = Quantity(integer: 1)
            pod.containers[0].requests["cpu"] = Quantity(integer: 1000)
            pod.containers[0].addedEnvironment = [EnvironmentVariable(name: "B", value: "1")]
            pod.containers[1].addedEnvironment = [EnvironmentVariable(name: "C", value: "")]
        }
        let expected: JSON = [
            "schedulerName": "hami-scheduler", "runtimeClassName": "nvidia",
            "containers": [
                [
                    "name": "c", "env": [["name": "A", "valueFrom": [:]], ["name": "B", "value": "1"]],
                    "resources": ["limits": ["nvidia.com/gpu": "1"], "requests": ["cpu": "1k"]],
                ],
                ["name": "d", "resources": [:], "env": [["name": "C"]]],
            ],
        ]
        #expect(JSONDifference.first(between: spec, and: expected) == nil)
        #expect(annotations == ["z": "1", "b": "2"])
        let untouched = try admitted(manifest)
        #expect(untouched.0["schedulerName"] == nil)
    }

    @Test("Differences are found by path, whatever the order of keys and the spelling of numbers")
    func differences() {
        func difference(_ left: JSON, _ right: JSON) -> String? { JSONDifference.first(between: left, and: right) }
        #expect(difference(["a": 1, "b": [1, 2.0]], ["b": [1.0, 2], "a": 1]) == nil)
        #expect(difference(["a": ["b": [1, 2]]], ["a": ["b": [1, 3]]]) == "a.b[1]: 2 ≠ 3")
        #expect(difference(["a": [1]], ["a": [1, "x"]]) == #"a[1]: absent ≠ "x""#)
        #expect(difference([:], ["a": .null]) == "a: absent ≠ null")
        #expect(difference(1, "1") == #"1 ≠ "1""#)
    }
}
