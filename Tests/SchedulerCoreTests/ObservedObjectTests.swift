import BulkJSON
import KubernetesWire
import SchedulerCore
import Testing

/// What the core reads of an object besides what placement reads.
@Suite struct ObservedObjectTests {
    private func decode(_ text: String, kind: String? = nil) throws -> ObservedObject? {
        try ObservedObject.decode(JSON(try JSONParser().parse(text)), kind: kind)
    }

    @Test func versionAndAgeAreRead() throws {
        let text = #"""
            {"kind":"Pod","metadata":{"name":"p","namespace":"n","uid":"u","resourceVersion":"17",
            "creationTimestamp":"2026-01-01T00:00:10Z"},"spec":{"containers":[{"name":"c"}]}}
            """#
        let object = try #require(try decode(text))
        #expect(object.resourceVersion == "17")
        #expect(object.createdSeconds == 1_767_225_610)
        #expect(!object.hasStartedContainer)
        #expect(object.identity == ObjectIdentity(.pods, namespace: "n", name: "p", uid: "u"))
    }

    @Test(arguments: [
        (#"{"containerStatuses":[{"name":"c","state":{"waiting":{}}}]}"#, false),
        (#"{"containerStatuses":[{"name":"c","state":{"running":{}}}]}"#, true),
        (#"{"initContainerStatuses":[{"name":"c","state":{"terminated":{"exitCode":1}}}]}"#, true),
        (
            #"{"containerStatuses":[{"name":"c","state":{"waiting":{}},"lastState":{"terminated":{"exitCode":1}}}]}"#,
            true
        ),
    ])
    func startedContainers(status: String, hasStarted: Bool) throws {
        let text = #"{"kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[]},"status":"# + status + "}"
        #expect(try decode(text)?.hasStartedContainer == hasStarted)
    }

    @Test func itemsOfAListHaveTheListsKind() throws {
        #expect(try decode(#"{"metadata":{"name":"a"}}"#, kind: "Node")?.identity == ObjectIdentity(.nodes, name: "a"))
        #expect(throws: FieldProblem.self) { try decode(#"{"metadata":{"name":"a"}}"#) }
        #expect(try decode(#"{"kind":"ConfigMap","metadata":{"name":"a"}}"#) == nil)
    }
}
