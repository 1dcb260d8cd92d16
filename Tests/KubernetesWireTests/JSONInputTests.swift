import BulkJSON
import KubernetesWire
import PlacementModel
import Testing

@Suite("JSON input") struct JSONInputTests {
    private func read(_ text: String) -> DecodedInput {
        var reader = InputReader()
        reader.read(text, source: "in.json")
        return reader.input
    }

    private func object(_ kind: String, _ name: String) -> String {
        #"{"apiVersion": "v1", "kind": "\#(kind)", "metadata": {"name": "\#(name)"}}"#
    }

    @Test("A single object")
    func single() {
        let input = read("\n  " + object("Node", "n1") + "\n\n")
        #expect(input.nodes.map(\.name) == ["n1"])
        #expect(input.problems.isEmpty)
        #expect(input.objectCount == 1)
    }

    @Test("Lists: kinds of their own, kinds of the list, arrays, lists in lists")
    func lists() {
        let input = read(
            """
            {"items": [\(object("Node", "n1")), \(object("Pod", "p1")), {"kind": "PodList", "items": [
               {"metadata": {"name": "p2"}}, {"metadata": {"name": "p3", "namespace": "a"}}]}], "kind": "List"}
            {"kind": "NodeList", "items": [{"metadata": {"name": "n2"}}]}
            [\(object("ResourceQuota", "q")), null]
            {"kind": "DeploymentList", "apiVersion": "apps/v1", "items": [{"metadata": {"name": "d"}}]}
            {"kind": "List", "items": null}
            """)
        #expect(input.nodes.map(\.name) == ["n1", "n2"])
        #expect(input.nodeObjectIndices == [0, 4])
        #expect(input.pods.map(\.pod.fullName) == ["default/p1", "default/p2", "a/p3"])
        #expect(input.pods.map(\.objectIndex) == [1, 2, 3])
        #expect(input.quotas.map(\.metadata.name) == ["q"])
        #expect(input.ignoredKinds == ["Deployment": 1])
        #expect(input.problems.isEmpty)
    }

    @Test("One object a line, with CRLF, blank lines and a byte order mark")
    func lines() {
        let lines = [object("Node", "n1"), "", object("Pod", "p1"), "   ", object("Pod", "p2")]
        let input = read("\u{FEFF}" + lines.joined(separator: "\r\n"))
        #expect(input.nodes.count == 1)
        #expect(input.pods.map(\.pod.metadata.name) == ["p1", "p2"])
        #expect(input.problems.isEmpty)
    }

    @Test("Files one after another, indented or not, with and without line breaks between")
    func concatenated() {
        let indented = "{\n  \"kind\": \"Pod\",\n  \"metadata\": {\n    \"name\": \"NAME\"\n  }\n}"
        let text =
            indented.replacing("NAME", with: "p1") + "\n" + indented.replacing("NAME", with: "p2") + object("Pod", "p3")
            + object("Pod", "p4") + "\u{FEFF}\n" + indented.replacing("NAME", with: "p}5{")
        let input = read(text)
        #expect(input.pods.map(\.pod.metadata.name) == ["p1", "p2", "p3", "p4", "p}5{"])
        #expect(input.problems.isEmpty)
    }

    @Test("JSON documents between markers")
    func markers() {
        let input = read(
            object("Pod", "p1") + "\n---\n" + object("Pod", "p2") + "\n---\nkind: Pod\nmetadata: {name: p3}\n")
        #expect(input.pods.map(\.pod.metadata.name) == ["p1", "p2", "p3"])
        #expect(input.problems.isEmpty)
    }

    @Test("A broken line costs only itself")
    func brokenLines() {
        let input = read(
            """
            \(object("Pod", "p1"))
            {"kind": "Pod", "metadata": {"name": "p2"
            \(object("Pod", "p3"))
            {"kind": "Pod", "metadata": {"name": "p4
            \(object("Pod", "p5"))
            {"kind": "Pod", "metadata": {"name": tru}}
            {"kind": "Pod", "metadata": {"name": "p6"}]
            \(object("Pod", "p7"))
            nonsense
            """)
        #expect(input.pods.map(\.pod.metadata.name) == ["p1", "p3", "p5", "p7"])
        #expect(input.problems.map(\.line) == [3, 4, 6, 7, 9])
        #expect(input.problems.map(\.object) == [2, 4, 6, 7, 9].map { "document \($0)" })
        #expect(input.problems.allSatisfy { $0.message.hasPrefix("syntax error") && $0.source == "in.json" })
    }

    @Test(
        "A document with an error inside names line and column",
        arguments: [
            (
                "{\"kind\": \"Pod\",\n \"metadata\": {\"name\": nope}}",
                "in.json:2: document 1: syntax error at line 2, column 23: expected null"
            ),
            (
                "{\"kind\": \"Pod\"\n \"metadata\": {}}",
                "in.json:2: document 1: syntax error at line 2, column 2: expected a comma or }, found `\"`"
            ),
            ("{\"a\": 01}", "in.json:1: document 1: syntax error at line 1, column 7: a number with a leading zero"),
            ("{\"a\": \"\\x\"}", "in.json:1: document 1: syntax error at line 1, column 8: an unknown escape"),
            (
                "{\"a\": 1,}",
                "in.json:1: document 1: syntax error at line 1, column 9: expected a key in quotes, found `}`"
            ),
        ])
    func errorsInside(text: String, problem: String) {
        #expect(read(text).problems.map(\.description) == [problem])
    }

    @Test("A truncated document is a problem that names line and column")
    func truncated() {
        let text = "{\n \"kind\": \"List\",\n \"items\": [\n  {\"kind\": \"Pod\"},\n"
        let input = read(text)
        #expect(input.pods.isEmpty)
        #expect(
            input.problems.map(\.description) == [
                "in.json:5: document 1: syntax error at line 5, column 1: the text ends inside a list"
            ])
    }

    @Test("Elements of a broken array that stand on lines of their own are read")
    func brokenArray() {
        let input = read("[\n\(object("Pod", "p1")),\n\(object("Pod", "p2")),\n{\"kind\" \n]\n")
        #expect(input.pods.map(\.pod.metadata.name) == ["p1", "p2"])
        #expect(input.problems.count == 2)
    }

    @Test("Text that is not UTF-8")
    func notUTF8() {
        var reader = InputReader()
        reader.read(Array(object("Pod", "p").utf8) + [0x0A, 0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], source: "x")
        reader.read([0xFF, 0xFE, 0x7B, 0x00], source: "y")
        #expect(reader.input.pods.count == 1)
        #expect(reader.input.problems.map(\.source) == ["x", "y"])
        #expect(reader.input.problems[0].message.contains("not UTF-8"))
        #expect(reader.input.problems[1].message.contains("UTF-16"))
    }

    @Test("Problems name the object and cost no other")
    func objectProblems() {
        let input = read(
            """
            \(object("Pod", "p1"))
            {"kind": "Pod", "metadata": {"name": "p2", "namespace": "a"}, "spec": {"containers": [
            {"name": "c", "resources": {"limits": {"cpu": "x"}}}]}}
            {"kind": "List", "items": [{"kind": "Node"}, {"metadata": {"name": "m"}}, 5, \(object("Node", "n1"))]}
            """)
        #expect(input.pods.count == 1)
        #expect(input.nodes.count == 1)
        #expect(input.problems.map(\.line) == [2, 4, 4, 4])
        #expect(
            input.problems.map { "\($0.object): \($0.field)" } == [
                #"Pod a/p2: spec.containers[0].resources.limits["cpu"]"#, "document 3, item 1: metadata",
                "document 3, item 2: kind", "document 3, item 3: ",
            ])
    }

    @Test("Names stand for one object; the first one is kept")
    func duplicates() {
        var reader = InputReader()
        reader.read(object("Node", "a") + object("Pod", "a") + object("ResourceQuota", "a"), source: "one")
        reader.read(object("Node", "a") + object("Pod", "a") + object("ResourceQuota", "a"), source: "two")
        reader.read(#"{"kind": "Pod", "metadata": {"name": "a", "namespace": "other"}}"#, source: "two")
        #expect(reader.input.nodes.count == 1)
        #expect(reader.input.pods.count == 2)
        #expect(reader.input.quotas.count == 1)
        #expect(
            reader.input.problems.map { $0.source + " " + $0.object } == [
                "two Node a", "two Pod default/a", "two ResourceQuota default/a",
            ])
        #expect(reader.input.problems.allSatisfy { $0.field == "metadata.name" })
    }

    @Test("Other kinds, and the same kinds of other groups, are counted")
    func ignored() {
        let input = read(
            """
            {"kind": "Service", "apiVersion": "v1"}
            {"kind": "Service", "apiVersion": "v1", "metadata": 5}
            {"kind": "Deployment", "apiVersion": "apps/v1"}
            {"kind": "Node", "apiVersion": "management.cattle.io/v3", "metadata": {"name": "n"}}
            """)
        #expect(input.nodes.isEmpty)
        #expect(input.problems.isEmpty)
        #expect(
            input.ignoredKinds == ["Service": 2, "apps/v1 Deployment": 1, "management.cattle.io/v3 Node": 1])
        #expect(input.objectCount == 4)
    }

    @Test("Manifests are kept when asked for")
    func manifests() throws {
        var reader = InputReader(keepsManifests: true)
        reader.read(#"{"kind": "Pod", "metadata": {"name": "a"}, "spec": {"x": [1, null]}}"#, source: "one")
        reader.read("kind: Pod\nmetadata: {name: b}\nspec: {x: [1, null]}\n", source: "two")
        let trees = reader.input.pods.map { $0.manifest?["spec"]?["x"] }
        #expect(trees == [[1, .null], [1, .null]])
        let withoutManifest = try #require(read(object("Pod", "p")).pods.first)
        if case .some = withoutManifest.manifest { Issue.record("the manifest was kept") }
    }

    @Test("Nothing in, nothing out")
    func empty() {
        for text in ["", "  \n ", "\u{FEFF}", "null\n", "# only words\n", "---\n---\n"] {
            let input = read(text)
            #expect(input.objectCount == 0)
            #expect(input.problems.isEmpty)
        }
    }
}
