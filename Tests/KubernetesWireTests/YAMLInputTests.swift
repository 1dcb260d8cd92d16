import BulkJSON
import KubernetesWire
import PlacementModel
import Testing

@Suite("YAML input") struct YAMLInputTests {
    private func read(_ text: String) -> DecodedInput {
        var reader = InputReader()
        reader.read(text, source: "in.yaml")
        return reader.input
    }

    private func limits(_ entries: [String]) -> [String: String] {
        let input = read(
            """
            kind: Pod
            metadata: {name: p}
            spec:
              containers:
              - name: c
                resources:
                  limits:

            """ + entries.map { "        " + $0 + "\n" }.joined())
        #expect(input.problems.isEmpty)
        return input.pods.first?.pod.containers.first?.limits.mapValues(\.canonical) ?? [:]
    }

    @Test("Documents of a stream, with comments, directives, CRLF and a byte order mark")
    func documents() {
        let text = """
            # first
            %YAML 1.1
            ---
            kind: Node
            metadata: {name: n1}
            ...
            ---
            # nothing here
            --- # a comment
            kind: Pod
            metadata:
              name: p1
              annotations:
                text: |
                  --- not a marker, indented
                  ...
            ---
            {"kind": "Pod", "metadata": {"name": "p2", "annotations": {"face": "\\ud83d\\ude00"}}}
            ---
            """
        for input in [read(text), read("\u{FEFF}" + text.replacing("\n", with: "\r\n"))] {
            #expect(input.problems.isEmpty)
            #expect(input.nodes.map(\.name) == ["n1"])
            #expect(input.pods.map(\.pod.metadata.name) == ["p1", "p2"])
            #expect(input.pods.first?.pod.metadata.annotations["text"] == "--- not a marker, indented\n...\n")
            #expect(input.pods.last?.pod.metadata.annotations["face"] == "😀")
        }
    }

    @Test("Quantities arrive as they are written, quoted or not")
    func quantities() {
        #expect(
            limits(["cpu: 2", "memory: 1Gi", "nvidia.com/gpu: 1", "a: 010", "b: 1.500", "c: 1e3", "d: '1.50'", "e: -1"])
                == [
                    "cpu": "2", "memory": "1Gi", "nvidia.com/gpu": "1", "a": "010", "b": "1.500", "c": "1e3",
                    "d": "1500m", "e": "-1",
                ])
        #expect(limits(["a: ~", "b: null", "c:", "d: \" 16000 \""]) == ["d": "16k"])
    }

    @Test("A list, lists in lists, anchors and merge keys")
    func lists() {
        let input = read(
            """
            kind: List
            items:
            - kind: NodeList
              items:
              - metadata: &meta
                  name: n1
                  labels: {zone: a}
              - metadata:
                  <<: *meta
                  name: n2
              - metadata:
                  <<: [{labels: {zone: b}}, *meta]
                  name: n3
            - {kind: Secret}
            """)
        #expect(input.problems.isEmpty)
        #expect(input.nodes.map(\.name) == ["n1", "n2", "n3"])
        #expect(input.nodes.map { $0.metadata.labels["zone"] } == ["a", "a", "b"])
        #expect(input.ignoredKinds == ["Secret": 1])
    }

    @Test("Scalars without quotes have types")
    func scalarTypes() {
        let input = read(
            """
            kind: Pod
            metadata:
              name: p
              labels:
                a: "1"
                b: !!str 2
                c: 1.2.3
                d: 2024-01-01
                e: n
            ---
            kind: Pod
            metadata: {name: q}
            spec:
              containers:
              - name: c
                securityContext: {privileged: yes}
            ---
            kind: Pod
            metadata:
              name: r
              labels:
                version: 1
            """)
        #expect(input.pods.map(\.pod.metadata.name) == ["p", "q"])
        #expect(input.pods[0].pod.metadata.labels == ["a": "1", "b": "2", "c": "1.2.3", "d": "2024-01-01", "e": "n"])
        #expect(input.pods[1].pod.containers[0].isPrivileged)
        #expect(
            input.problems.map(\.description) == [
                #"in.yaml:22: Pod default/r: metadata.labels["version"]: expected a string, found the number 1"#
            ])
    }

    @Test("A document with a syntax error costs only itself")
    func syntaxErrors() {
        let input = read(
            """
            kind: Pod
            metadata: {name: p1}
            ---
            kind: Pod
            metadata: {name: p2
            ---
            kind: Pod
            metadata: {name: p3, name: p3}
            ---
            kind: Pod
            \tmetadata: x
            ---
            kind: Pod
            metadata: {name: p4}
            """)
        #expect(input.pods.map(\.pod.metadata.name) == ["p1", "p4"])
        #expect(input.problems.map(\.object) == ["document 2", "document 3", "document 4"])
        #expect(input.problems.map { $0.line ?? 0 }.allSatisfy { (4...12).contains($0) })
        #expect(input.problems.allSatisfy { $0.message.hasPrefix("syntax error: ") && !$0.message.contains("\n") })
    }

    @Test("Text that is no object")
    func scalars() {
        let input = read("just words\n---\nkind: Pod\nmetadata: {name: p}\n")
        #expect(input.pods.count == 1)
        #expect(
            input.problems.map(\.description) == [
                #"in.yaml:1: document 1: expected an object with a kind, found the string "just words""#
            ])
    }

    @Test("Aliases that unfold without end are refused")
    func aliases() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        var reader = InputReader(keepsManifests: true)
        reader.read("kind: Pod\nmetadata: {name: p}\n" + text, source: "bomb")
        #expect(reader.input.pods.isEmpty)
        #expect(reader.input.problems.first?.message.contains("unfold") == true)
    }
}
