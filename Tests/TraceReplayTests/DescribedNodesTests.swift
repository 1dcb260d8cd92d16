import Testing
@testable import TraceModel

@Suite struct DescribedNodesTests {
    @Test func readsDescriptions() throws {
        let parsed = try DescribedNodes.parse("16x(8x NVIDIA V100 32G), 2 x( 4x MLU MLU370 X8 512M )")
        #expect(
            parsed == [
                DescribedNodes(nodes: 16, devicesPerNode: 8, vendor: "NVIDIA", model: "V100", memoryMiB: 32_768),
                DescribedNodes(nodes: 2, devicesPerNode: 4, vendor: "MLU", model: "MLU370 X8", memoryMiB: 512),
            ])
    }

    @Test(arguments: [("80G", 81_920), ("80GB", 81_920), ("80Gi", 81_920), ("80gib", 81_920), ("1T", 1_048_576)])
    func readsMemory(_ word: String, _ memoryMiB: Int32) {
        #expect(DescribedNodes.memoryMiB(word[...]) == memoryMiB)
    }

    @Test(arguments: [
        ("", "\"\" is not of the form"), ("8x NVIDIA A100 80G", "is not of the form"),
        ("8(8x NVIDIA A100 80G)", "is not of the form"), ("8x(8x NVIDIA 80G)", "is not of the form"),
        ("8x(8 NVIDIA A100 80G)", "is not of the form"), ("0x(8x NVIDIA A100 80G)", "\"0x\" is no number of nodes"),
        ("ax(8x NVIDIA A100 80G)", "\"ax\" is no number of nodes"),
        ("8x(129x NVIDIA A100 80G)", "\"129x\" is no number of devices from 1 to 128"),
        ("8x(8x NVIDIA A100 80)", "\"80\" is no device memory"),
        ("8x(8x NVIDIA A100 0G)", "\"0G\" is no device memory"),
        ("8x(8x NVIDIA A100 9999999999G)", "is no device memory"),
        ("8x(8x NVIDIA A100 80G),", "\"\" is not of the form"),
    ])
    func saysWhatIsWrong(_ text: String, _ expected: String) throws {
        let problem = try #require(throws: DescribedNodes.Problem.self) { try DescribedNodes.parse(text) }
        #expect(problem.description.contains(expected), "\(problem)")
    }

    @Test func vendorsComeFromTheCatalogue() throws {
        let catalog = try traceCatalog()
        let node = try DescribedNodes.parse("1x(4x nvidia A100 SXM4 80G)")[0]
        let group = try node.deviceGroup(catalog: catalog)
        #expect(group.vendor == "NVIDIA" && group.model == "NVIDIA-A100-SXM4" && group.devices == 4)
        #expect(group.memoryMiB == 81_920 && group.slots > 0 && group.cores == 100)
        let unknown = try DescribedNodes.parse("1x(4x ACME A1 8G)")[0]
        let problem = try #require(throws: DescribedNodes.Problem.self) { try unknown.deviceGroup(catalog: catalog) }
        #expect(problem.description.hasPrefix("vendor \"ACME\" is unknown; known are"))
    }
}
