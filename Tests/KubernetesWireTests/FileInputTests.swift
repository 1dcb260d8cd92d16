import Foundation
import KubernetesWire
import PlacementModel
import Testing

@Suite("Files") struct FileInputTests {
    @Test("Files are read in order; one that is not there is a problem")
    func files() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "berth-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let long = String(repeating: "x", count: 200_000)
        try Data(#"{"kind": "Node", "metadata": {"name": "n1", "annotations": {"a": "\#(long)"}}}"#.utf8)
            .write(to: folder.appending(path: "a.json"))
        try Data("kind: Pod\nmetadata: {name: p1}\n".utf8).write(to: folder.appending(path: "b.yaml"))
        let names = ["b.yaml", "missing", "a.json", ""].map { folder.appending(path: $0).path }

        let input = InputReader.read(files: names)
        #expect(input.pods.map(\.objectIndex) == [0])
        #expect(input.nodeObjectIndices == [1])
        #expect(input.nodes.first?.metadata.annotations["a"] == long)
        #expect(input.problems.map(\.source) == [names[1], names[3]])
        #expect(
            input.problems.first?.description == names[1] + ": cannot be read: No such file or directory")
    }
}
