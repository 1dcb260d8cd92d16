import PlacementModel
import TraceModel
import VendorCatalog

/// How the devices of a data set and the asks for them are put, in thousandths or in HAMi's words.
struct ImportedDevices {
    private let vendor: any Vendor
    private let isMilli: Bool
    /// Memory of the smallest device of the fleet: a share of a device is a share of this, so that it fits everywhere.
    private var smallestMemoryMiB = Int32.max

    /// - Throws: ``TraceError`` when the fleet described has devices of several vendors, or unknown ones.
    init(_ options: ImportOptions, catalog: VendorCatalog, source: String) throws(TraceError) {
        isMilli = options.deviceModel == .milli
        var words: Set<String> = []
        do throws(DescribedNodes.Problem) {
            for description in options.fleet { words.insert(try description.deviceGroup(catalog: catalog).vendor) }
        } catch { throw TraceError(file: source, problem: "--nodes: \(error)") }
        guard words.count <= 1 else {
            throw TraceError(
                file: source,
                problem: "--nodes: the data set does not say which pods want which of "
                    + words.sorted().joined(separator: ", ") + "; give devices of one vendor")
        }
        let word = isMilli ? VendorCatalog.milliWord : words.first ?? VendorCatalog.publicTraceWord
        guard let id = catalog.id(ofWord: word) else {
            throw TraceError(file: source, problem: "the catalogue has no device type \(word)")
        }
        vendor = catalog[id]
    }

    /// Equal devices of a node. - Parameter memoryMiB: of one device; nil = not published.
    mutating func group(
        model: String, devices: Int64, memoryMiB: Int32?, file: String, line: Int
    ) throws(TraceError) -> TraceDeviceGroup {
        if isMilli {
            return TraceDeviceGroup(
                vendor: vendor.commonWord, model: model, devices: Int(devices), slots: 1000, memoryMiB: 1, cores: 1000,
                line: line)
        }
        guard let memoryMiB else {
            throw TraceError(
                file: file, line: line,
                problem: "the device memory of \(model) is not published; give the fleet with --nodes, or leave out "
                    + "--device-model hami")
        }
        smallestMemoryMiB = min(smallestMemoryMiB, memoryMiB)
        let likeness = vendor.traceProfile.models[0]
        return TraceDeviceGroup(
            vendor: vendor.commonWord, model: vendor.commonWord + "-" + model, devices: Int(devices),
            slots: likeness.slots, memoryMiB: memoryMiB, cores: likeness.cores, numaNodes: 1, line: line)
    }

    /// What a pod asks. More than one device is asked as whole ones, rounded up.
    ///
    /// - Parameters:
    ///   - milli: thousandths of devices.
    ///   - model: the only model that will do; empty = any.
    func ask(milli: Int64, model: String = "") -> DeviceAsk {
        if milli <= 0 { return DeviceAsk() }
        let devices = max((milli + 999) / 1000, 1)
        let share = devices > 1 ? 1000 : milli
        var ask = DeviceAsk()
        if isMilli {
            ask.limits = vendor.milliLimits(devices: devices, milli: share)
        } else {
            let likeness = TraceDeviceModel("", memoryMiB: smallestMemoryMiB)
            let percent = share < 1000 ? Int(max(share / 10, 1)) : 100
            let limits = vendor.traceLimits(
                for: TraceAsk(devices: Int(clamping: devices), memoryShareMilli: Int(share), corePercent: percent),
                on: likeness)
            ask.limits = KeyValueList.text(
                limits.map { limit in
                    // A vendor's usual counts are for made-up pods; a data set's are facts.
                    let isCount = limit.resource == vendor.resources.count
                    return (key: limit.resource, value: String(isCount ? devices : limit.amount))
                })
        }
        if !model.isEmpty, !vendor.annotations.useType.isEmpty {
            ask.annotations = KeyValueList.text([(key: vendor.annotations.useType, value: model)])
        }
        return ask
    }
}
