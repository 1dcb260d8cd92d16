/// Device models and asks of the known device types, by common word; a vendor may state its own instead.
///
/// Sizes are those of the public data sheets, rounded to what device plugins report.
enum TraceProfileTable {
    static func profile(word: String) -> TraceProfile? { entries[word] }

    private static let entries: [String: TraceProfile] = {
        var entries: [String: TraceProfile] = [
            "NVIDIA": TraceProfile(
                key: "nvidia",
                models: [
                    TraceDeviceModel("NVIDIA-NVIDIA A100-SXM4-80GB", memoryMiB: 81_920),
                    TraceDeviceModel("NVIDIA-NVIDIA H100 80GB HBM3", memoryMiB: 81_559),
                    TraceDeviceModel("NVIDIA-Tesla T4", devicesPerNode: 4, memoryMiB: 15_360),
                ]),
            "MLU": TraceProfile(
                key: "cambricon", models: [TraceDeviceModel("MLU", slots: 100, memoryMiB: 49_152)]),
            "DCU": TraceProfile(
                key: "hygon",
                models: [
                    TraceDeviceModel("DCU-Z100", slots: 4, memoryMiB: 16_384),
                    TraceDeviceModel("DCU-K100_AI", slots: 4, memoryMiB: 65_520),
                ]),
            "Mthreads": TraceProfile(
                key: "mthreads",
                models: [TraceDeviceModel("Mthreads", slots: 100, memoryMiB: 49_152, cores: 16)],
                memorySteps: [2, 4, 8, 16, 32, 64, 96], coresPerDevice: 16, statesTotals: true),
            "Metax-GPU": TraceProfile(
                key: "metax", models: [TraceDeviceModel("Metax-GPU", slots: 1, memoryMiB: 65_536)], sharedCountMax: 0),
            "Metax-SGPU": TraceProfile(
                key: "metax-sgpu", models: [TraceDeviceModel("Metax-SGPU", slots: 16, memoryMiB: 65_536)]),
            "kunlun": TraceProfile(
                key: "kunlun", models: [TraceDeviceModel("kunlun", slots: 100, memoryMiB: 98_304)], sharedCountMax: 0),
            "XPU": TraceProfile(key: "xpu", models: [TraceDeviceModel("XPU", slots: 4, memoryMiB: 98_304)]),
            "GCU": TraceProfile(
                key: "enflame", models: [TraceDeviceModel("GCU", slots: 1, memoryMiB: 100)], sharedCountMax: 0),
            "Enflame": TraceProfile(
                key: "enflame-drs", models: [TraceDeviceModel("Enflame", slots: 6, memoryMiB: 40_960)],
                slices: [1, 2, 3, 6]),
            "AMD": TraceProfile(
                key: "amd",
                models: [TraceDeviceModel("AMD Instinct MI300X", slots: 8, memoryMiB: 196_592, cores: 304)]),
            "AWSNeuron": TraceProfile(
                key: "awsneuron",
                models: [
                    TraceDeviceModel(
                        "trn1.32xlarge", devicesPerNode: 16, slots: 2, memoryMiB: 0, cores: 3, numaNodes: 1)
                ],
                deviceCounts: [1, 4, 8, 16], sharedCountMax: 0, coresPerDevice: 0),
            "Vastai": TraceProfile(
                key: "vastai", models: [TraceDeviceModel("Vastai", slots: 1, memoryMiB: 32_768)], sharedCountMax: 0),
            "Biren": TraceProfile(
                key: "biren", models: [TraceDeviceModel("Biren", slots: 4, memoryMiB: 65_536)], sharedCountMax: 0),
            "gpu-milli": TraceProfile(
                key: "gpu-milli", models: [TraceDeviceModel("GPU", slots: 1000, memoryMiB: 1, cores: 1000)],
                coresPerDevice: 1000),
        ]
        for (word, memoryMiB) in [("MR-V100", 32_768), ("MR-V50", 16_384), ("BI-V150", 65_536), ("BI-V100", 32_768)] {
            entries[word] = TraceProfile(
                key: "iluvatar", models: [TraceDeviceModel(word, slots: 16, memoryMiB: Int32(memoryMiB))])
        }
        let ascend: [(word: String, memoryMiB: Int32, cores: Int32, templates: [Int64])] = [
            ("Ascend910A", 32_768, 30, [2184, 4369, 8738, 17_476]),
            ("Ascend910B2", 65_536, 24, [8192, 16_384, 32_768]),
            ("Ascend910B3", 65_536, 20, [16_384, 32_768]),
            ("Ascend910B4-1", 65_536, 20, [16_384, 32_768]),
            ("Ascend910B4", 32_768, 20, [8192, 16_384]),
            ("Ascend310P", 21_527, 8, [3072, 6144, 12_288]),
            ("Ascend910C", 65_536, 20, []),
        ]
        for chip in ascend {
            entries[chip.word] = TraceProfile(
                key: "ascend",
                models: [TraceDeviceModel(chip.word, slots: 4, memoryMiB: chip.memoryMiB, cores: chip.cores)],
                deviceCounts: chip.templates.isEmpty ? [2, 4, 8] : [1, 2, 4, 8],
                sharedCountMax: chip.templates.isEmpty ? 0 : 1, memorySteps: chip.templates, coresPerDevice: 0)
        }
        return entries
    }()
}
