import Testing
@testable import TraceImport
@testable import TraceModel

/// Which file is which, and what the user has to say besides.
@Suite struct ImportOptionTests {
    private func problem(_ name: String, _ options: ImportOptions) throws -> String {
        let golden = try #require(GoldenImport.named(name))
        return try #require(throws: TraceError.self) { try golden.run(in: TraceFolder(), options: options) }.description
    }

    @Test func asksForAFleet() throws {
        let dlrm = try problem("alibaba-dlrm-2025", ImportOptions())
        #expect(dlrm.hasPrefix("alibaba-dlrm-2025: the files name no machines; give the fleet with --nodes"))
        // The first job already names a GPU type, which no node has.
        let slurm = try problem("slurm", ImportOptions())
        #expect(slurm.hasSuffix("sacct.txt:2:90: ReqTRES: no node of --nodes has GPUs of the type v100"))
    }

    @Test func azureAsksForMachines() throws {
        #expect(try problem("azure-packing-2020", ImportOptions()).contains("give --cpu-nodes"))
        let described = GoldenImport.nodes("1x(1x NVIDIA A10 24G)")
        #expect(try problem("azure-packing-2020", described).contains("machines are measured in shares"))
    }

    @Test func azureSaysWhatIsNoDatabase() throws {
        let folder = TraceFolder()
        try TraceFiles.makeFolder(folder.path)
        let path = folder.file("packing_trace_zone_a_v1.sqlite")
        try TraceFiles.write(Array(repeating: 65, count: 4096), to: path)
        let source = try #require(TraceSources.named("azure-packing-2020"))
        let catalog = try traceCatalog()
        func problem(_ paths: [String]) throws -> String {
            try #require(throws: TraceError.self) {
                try source.read(
                    SourceFiles(paths, of: source), options: GoldenImport.machines(1), catalog: catalog)
            }.description
        }
        #expect(try problem([path]) == path + ": SQLite: file is not a database")
        #expect(
            try problem([folder.file("none.sqlite")]) == folder.file("none.sqlite") + ": cannot be read: no such file")
    }

    @Test func azureTakesTheMachineAskedFor() throws {
        let golden = try #require(GoldenImport.named("azure-packing-2020"))
        var options = golden.options
        options.machineType = "0"
        let imported = try golden.run(in: TraceFolder(), options: options)
        #expect(imported.trace.metadata.name == "azure-packing-machine-0")
        #expect(imported.trace.pods.count == 3)
        options.machineType = "7"
        #expect(try problem("azure-packing-2020", options).contains("table vmType has no machineId 7; it has 0, 1"))
    }

    @Test func unpublishedDeviceMemoryIsNotMadeUp() throws {
        var options = ImportOptions()
        options.deviceModel = .hami
        #expect(try problem("helios-2020", options).contains("the device memory of GPU is not published"))
        #expect(try problem("alibaba-spot-gpu-2026", options).hasSuffix("--device-model hami"))
    }

    @Test func sharesOfDevicesInHAMisWords() throws {
        let golden = try #require(GoldenImport.named("alibaba-pai-2020"))
        var options = GoldenImport.nodes("2x(8x NVIDIA V100 32G)", cpus: 96, memoryGiB: 512)
        options.deviceModel = .hami
        let pods = try golden.run(in: TraceFolder(), options: options).trace.pods
        let limits = (0..<pods.count).map { pods.texts[pods.shapes[Int(pods.shape[$0])].limits] }
        #expect(limits[1] == "nvidia.com/gpu=1;nvidia.com/gpumem=16384;nvidia.com/gpucores=50")
        #expect(limits[0] == "nvidia.com/gpu=2;nvidia.com/gpucores=100")
    }

    @Test func openbIsTakenAsItIs() throws {
        #expect(try problem("openb", GoldenImport.machines(1)).hasPrefix("openb: is imported as it is published"))
    }

    @Test func oneVendorAtATime() throws {
        let options = GoldenImport.nodes("1x(1x NVIDIA A10 24G), 1x(1x MLU MLU370 24G)")
        #expect(try problem("helios-2020", options).contains("give devices of one vendor"))
    }

    @Test func filesAreKnownByName() throws {
        let helios = try #require(TraceSources.named("helios-2020"))
        let files = try SourceFiles(["x/cluster_gpu_number.csv", "jobs=odd.csv"], of: helios)
        #expect(files.path("jobs") == "odd.csv" && files.optionalPath("gpus") == "x/cluster_gpu_number.csv")
        func problem(_ paths: [String]) throws -> String {
            try #require(throws: TraceError.self) { try SourceFiles(paths, of: helios) }.description
        }
        #expect(
            try problem(["odd.csv"]) == "odd.csv: is none of the files of helios-2020 by its name; "
                + "say jobs=odd.csv or gpus=odd.csv")
        #expect(try problem(["gpus=a"]) == "helios-2020: needs its file jobs (cluster_log)")
        #expect(try problem(["jobs=a", "jobs=b"]) == "b: and a are both given as jobs")
        #expect(try problem([GoldenImport.folder]).contains("holds no file of helios-2020"))
        let slurm = try #require(TraceSources.named("slurm"))
        #expect(try SourceFiles(["any.txt"], of: slurm).path("jobs") == "any.txt")
    }
}
