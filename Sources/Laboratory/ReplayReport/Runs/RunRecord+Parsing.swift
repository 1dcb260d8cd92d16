import BulkJSON

extension RunRecord {
    /// Reads a saved run.
    ///
    /// - Parameters:
    ///   - json: one document, as `berth replay --output json` prints it.
    ///   - file: named in errors.
    /// - Throws: ``RunFileError`` that names the member and what was expected there.
    public init(json: String, file: String) throws(RunFileError) {
        let document: JSON
        // All of 64 bits, which a tree of JSON does not keep apart from a double.
        let seed: UInt64?
        do {
            let parser = JSONParser()
            (document, seed) = try withExtendedLifetime(parser) {
                let value = try parser.parse(json)
                return (JSON(value), value["seed"]?.uint64)
            }
        } catch { throw RunFileError(file: file, problem: "is no JSON: \(error)") }
        let root = RunField(json: document, path: "", file: file)
        trace = try root.member("trace").text()
        isMilli = try root.member("deviceModel").text() == "milli"
        isVirtual = try root.member("clock").text() == "virtual"
        virtualMs = try root.optional("virtualMs")?.integer()
        settings = []
        for name in ["trace", "policy", "nodePolicy", "devicePolicy", "engine", "profile", "clock"] {
            settings.append((name, try root.member(name).text()))
        }
        guard let seed else {
            _ = try root.member("seed")
            throw RunFileError(file: file, problem: "seed must be a whole number from 0 to 2^64-1")
        }
        settings.append(("seed", String(seed)))
        if let interval = try root.optional("intervalMs")?.integer() {
            settings.append(("interval", NumberText.duration(microseconds: Double(interval) * 1000)))
        }
        nodes = try root.member("nodes").integer()
        devices = try root.member("devices").integer()
        residents = try root.member("residents").integer()
        requestClasses = try root.member("requestClasses").integer()
        pods = try root.member("pods").integer()
        placed = try root.member("placed").integer()
        rejected = try root.member("rejected").integer()
        rejectedByReason = []
        for (reason, pods) in try root.member("rejectedByReason").members() {
            rejectedByReason.append((reason, try pods.integer()))
        }
        decisionHash = try root.member("decisionHash").text()
        decisions = try root.member("decisions").integer()
        rounds = try root.member("rounds").integer()
        placementSeconds = try root.member("placementSeconds").number()
        placementsPerSecond = try root.member("placementsPerSecond").number()
        podLatency = try Latency(root.member("latency").member("pod"))
        roundLatency = try Latency(root.member("latency").member("round"))
        wait = nil
        if let field = root.optional("waitMs") { wait = try Latency(field) }
        peakMemoryMiB = try root.member("peakMemoryMiB").number()
        let allocation = try root.member("allocation")
        axis = try allocation.member("axis").text() == Axis.pods.rawValue ? .pods : .milliseconds
        at = try allocation.member("at").integers()
        vendors = []
        for vendor in try allocation.member("vendors").elements() {
            vendors.append(try Vendor(vendor, samples: at.count))
        }
        series = nil
        if let metrics = root.optional("metrics") { series = try Series(metrics, samples: at.count) }
        ceiling = nil
        if let field = root.optional("ceiling") { ceiling = try RunCeiling(field) }
    }
}

extension RunField {
    /// - Throws: when a list is not as long as the list of positions.
    fileprivate func sampled<Element>(
        _ values: [Element], _ samples: Int
    ) throws(RunFileError) -> [Element] {
        guard values.count == samples else {
            throw RunFileError(
                file: file, problem: "\(path) must have \(samples) values as allocation.at has, not \(values.count)")
        }
        return values
    }

    fileprivate func integers(samples: Int) throws(RunFileError) -> [Int64] { try sampled(try integers(), samples) }
    fileprivate func numbers(samples: Int) throws(RunFileError) -> [Double?] { try sampled(try numbers(), samples) }
}

extension RunRecord.Latency {
    init(_ field: RunField) throws(RunFileError) {
        count = try field.optional("count")?.integer() ?? 0
        p50 = try field.member("p50").number()
        p90 = try field.member("p90").number()
        p99 = try field.member("p99").number()
        p999 = try field.member("p999").number()
        max = try field.member("max").number()
        curvePercent = try field.optional("curve")?.member("percent").numbers().compactMap { $0 } ?? []
        curveValue = try field.optional("curve")?.member("value").numbers().compactMap { $0 } ?? []
        guard curvePercent.count == curveValue.count else {
            throw RunFileError(file: field.file, problem: "\(field.path).curve must have a value for every percent")
        }
        guard curvePercent.allSatisfy((0...100).contains) else {
            throw RunFileError(file: field.file, problem: "\(field.path).curve.percent must be from 0 to 100")
        }
    }
}

extension RunRecord.Vendor {
    init(_ field: RunField, samples: Int) throws(RunFileError) {
        name = try field.member("vendor").text()
        devices = try field.member("devices").integer()
        slots = try Use(field.member("slots"), samples)
        memoryMiB = try Use(field.member("memoryMiB"), samples)
        cores = try Use(field.member("cores"), samples)
    }
}

extension RunRecord.Vendor.Use {
    init(_ field: RunField, _ samples: Int) throws(RunFileError) {
        total = try field.member("total").integer()
        used = try field.member("used").integers(samples: samples)
    }
}

extension RunRecord.Series {
    init(_ field: RunField, samples: Int) throws(RunFileError) {
        func numbers(_ name: String) throws(RunFileError) -> [Double?] {
            try field.member(name).numbers(samples: samples)
        }
        arrivedPods = try field.member("arrivedPods").integers(samples: samples)
        unplacedPods = try field.member("unplacedPods").integers(samples: samples)
        arrivedPercent = try numbers("arrivedPercent")
        wantedPercent = try numbers("wantedPercent")
        runningPercent = try numbers("runningPercent")
        strandedMemoryPercent = try numbers("strandedMemoryPercent")
        strandedCoresPercent = try numbers("strandedCoresPercent")
        fragmentationPercent = try numbers("fragmentationPercent")
        fragmentedMilli = try numbers("fragmentedMilli")
        imbalance = try numbers("imbalance")
        fairness = try numbers("fairness")
        let waits = try field.member("waitsMs")
        waitP50Ms = try waits.member("p50").numbers(samples: samples)
        waitP99Ms = try waits.member("p99").numbers(samples: samples)
        refusedByReason = []
        for (reason, pods) in try field.member("refusedByReason").members() {
            refusedByReason.append((reason, try pods.integers(samples: samples)))
        }
        namespaces = []
        for element in try field.member("namespaces").elements() { namespaces.append(try .init(element)) }
        snapshots = []
        for element in try field.member("snapshots").elements() { snapshots.append(try .init(element)) }
    }
}

extension RunRecord.Namespace {
    init(_ field: RunField) throws(RunFileError) {
        name = try field.member("name").text()
        pods = try field.member("pods").integer()
        placed = try field.member("placed").integer()
        askedMilli = try field.member("askedMilli").integer()
        placedMilli = try field.member("placedMilli").integer()
        guard let wait = field.optional("waitMs") else { return }
        waitP50Ms = try wait.member("p50").number()
        waitP99Ms = try wait.member("p99").number()
        waitMaxMs = try wait.member("max").number()
    }
}

extension RunRecord.Snapshot {
    init(_ field: RunField) throws(RunFileError) {
        at = try field.member("at").integer()
        bins = []
        for bin in try field.member("bins").elements() {
            bins.append(
                Bin(
                    vendor: try bin.member("vendor").text(), firstNode: try bin.member("firstNode").text(),
                    nodes: try bin.member("nodes").integer(),
                    devicePercent: try bin.member("devicePercent").integers()))
        }
    }
}
