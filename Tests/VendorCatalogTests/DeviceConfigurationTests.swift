import KubernetesWire
import Testing
import VendorCatalog

/// A device configuration is checked as HAMi checks it, and for slips besides.
@Suite struct DeviceConfigurationTests {
    private func problem(_ yaml: String) throws -> String {
        try #require(throws: ConfigurationError.self) {
            try VendorCatalog(configuration: DeviceConfiguration(yaml: yaml))
        }.description
    }

    private static let nvidia = "nvidia: {resourceCountName: n/c, resourceMemoryName: n/m, defaultGPUNum: 2}\n"

    @Test(arguments: [
        ("", "the device configuration is empty; expected a mapping of vendor sections"),
        ("[a]", "the device configuration is empty; expected a mapping of vendor sections"),
        ("nvidia: {}", "all configurations are empty; expected vendor sections such as nvidia"),
        ("nvidia: null\niluvatars: []\nvnpus: {configs: []}", "all configurations are empty"),
        ("Nvidia: {resourceCountName: a}", "Nvidia: no device type has a section of this name; did you mean nvidia?"),
        ("hygonn: {resourceCountName: a}", "hygonn: no device type has a section of this name; did you mean hygon?"),
        (
            "accelerators: {resourceCountName: a}",
            "accelerators: no device type has a section of this name; known are amd, awsneuron"
        ),
        ("nvidia: [{resourceCountName: a}]", "nvidia: expected a mapping"),
        ("iluvatars: {commonWord: a}", "iluvatars: expected a list, found a mapping"),
        ("iluvatars: [a]", "iluvatars[0]: expected a mapping, found \"a\""),
        ("vnpus: {configs: [{templates: 3}]}", "vnpus.configs[0].templates: expected a list, found 3"),
        (
            "vnpus: {configs: [{templates: [{memory: big}]}]}",
            "vnpus.configs[0].templates[0].memory: expected a whole number"
        ),
        ("nvidia: {defaultGPUNum: one}", "nvidia.defaultGPUNum: expected a whole number, found \"one\""),
        ("nvidia: {memoryFactor: 1.5}", "nvidia.memoryFactor: expected a whole number, found 1.5"),
        ("nvidia: {overwriteEnv: perhaps}", "nvidia.overwriteEnv: expected true or false, found \"perhaps\""),
        ("nvidia: {resourceCountName: [a]}", "nvidia.resourceCountName: expected a text, found a list"),
        (
            "nvidia: {resourceCuntName: a, resourceMemoryName: b}",
            "nvidia.resourceCuntName: is read by no device type; did you mean resourceCountName?"
        ), ("a: [", "syntax error: line 2, column 1"),
        ("kind: ConfigMap\ndata: {other: text}", "a ConfigMap without data[\"device-config.yaml\"]"),
        (
            "kind: ConfigMap\ndata:\n  device-config.yaml: |\n    nvidia: {defaultGPUNum: one}\n",
            "nvidia.defaultGPUNum: expected a whole number"
        ),
    ])
    func isRefused(yaml: String, words: String) throws {
        let text = try problem(yaml)
        #expect(text.contains(words), "\(text)")
    }

    @Test(arguments: [
        nvidia, "kind: ConfigMap\ndata:\n  device-config.yaml: |\n    " + nvidia, nvidia + "hygon: {}\namd: null\n",
        // Keys that the device plugin alone reads.
        "nvidia: {resourceCountName: n/c, deviceSplitCount: 10, libCudaLogLevel: 1}\n",
    ])
    func isRead(yaml: String) throws {
        let catalog = try VendorCatalog(configuration: DeviceConfiguration(yaml: yaml))
        #expect(catalog.managedResources.contains("n/c"))
    }
}
