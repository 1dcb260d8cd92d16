import SeededNumbers
import TraceModel
import VendorCatalog

extension TraceGenerator {
    /// What kinds of pods ask of devices, with frequencies in percent: mostly one device, often a part of it.
    private static let kinds: [(weight: Int, devices: Int, memoryShareMilli: ClosedRange<Int>)] = [
        (42, 1, 30...150), (28, 1, 150...400), (12, 1, 400...800), (12, 1, 1000...1000), (3, 2, 1000...1000),
        (2, 4, 1000...1000), (1, 8, 1000...1000),
    ]
    private static let corePercents = [0, 5, 10, 15, 20, 25, 30, 40, 50, 60]
    private static let cpuSteps: [Int64] = [500, 1000, 2000, 3000, 4000, 6000, 8000, 12_000]
    private static let memorySteps: [Int64] = [1024, 2048, 4096, 8192, 12_288, 16_384, 24_576, 32_768, 65_536]

    /// Distinct request classes, shared out over the vendors by weight.
    func classes(_ pools: [Pool]) throws(GeneratorError) -> [ClassDraft] {
        var generator = stream(.classes)
        var drafts: [ClassDraft] = []
        var seen: Set<ClassDraft> = []
        let shares = Self.apportion(options.classes, weights: pools.map(\.weight))
        for (place, pool) in pools.enumerated() {
            var attemptsLeft = shares[place] * 20 + 1000
            // A vendor too small to get a class of its own still gets one, so that its nodes are used.
            for number in 0..<max(shares[place], 1) {
                while true {
                    attemptsLeft -= 1
                    guard attemptsLeft > 0 else {
                        throw GeneratorError("cannot make \(shares[place]) distinct request classes for \(pool.key)")
                    }
                    let kind = pool.kinds[number % pool.kinds.count]
                    // Where device asks are few (whole cards), classes differ in CPU and memory, in finer steps.
                    let isFine = attemptsLeft < shares[place] * 17 + 1000
                    var draft = draft(catalog[kind.vendor], kind.model, pool: place, isFine: isFine, &generator)
                    if generator.isTrue(options.selectorShare) {
                        draft.nodeSelector = Self.zoneLabel + "=zone-\(generator.below(Self.zones) + 1)"
                    }
                    guard seen.insert(draft).inserted else { continue }
                    // Few classes are asked often, many seldom.
                    let popularity = generator.below(10) + 1
                    draft.weight = popularity * popularity
                    drafts.append(draft)
                    break
                }
            }
        }
        return balanced(drafts, pools)
    }

    private func draft(
        _ vendor: any Vendor, _ model: TraceDeviceModel, pool: Int, isFine: Bool,
        _ generator: inout SeededGenerator
    ) -> ClassDraft {
        let kind = Self.kinds[generator.choice(weights: Self.kinds.map(\.weight))]
        let range = kind.memoryShareMilli
        // Shares in steps of 1/100, so that sizes look chosen.
        let share = range.lowerBound + generator.below(range.count) / 10 * 10
        let percent = Self.corePercents[generator.below(Self.corePercents.count)]
        let ask = TraceAsk(
            devices: min(kind.devices, options.devicesPerNode ?? model.devicesPerNode), memoryShareMilli: share,
            corePercent: percent)
        let limits = vendor.traceLimits(for: ask, on: model)
        let devices = Int64(ask.devices)
        let steps = ask.isWhole ? 3..<Self.cpuSteps.count : 0..<5
        if isFine {
            return ClassDraft(
                cpuMilli: Int64(5 + generator.below(36)) * 100 * devices,
                memoryMiB: Int64(4 + generator.below(61)) * 256 * devices,
                limits: KeyValueList.text(limits.map { (key: $0.resource, value: String($0.amount)) }),
                nodeSelector: "", pool: pool, weight: 0)
        }
        return ClassDraft(
            cpuMilli: Self.cpuSteps[steps.lowerBound + generator.below(steps.count)] * devices,
            memoryMiB: Self.memorySteps[generator.below(ask.isWhole ? Self.memorySteps.count : 7)] * devices,
            limits: KeyValueList.text(limits.map { (key: $0.resource, value: String($0.amount)) }), nodeSelector: "",
            pool: pool, weight: 0)
    }

    /// Scales weights so that each vendor gets pods in proportion to its share of the fleet.
    private func balanced(_ drafts: [ClassDraft], _ pools: [Pool]) -> [ClassDraft] {
        var sums = Array(repeating: 0, count: pools.count)
        for draft in drafts { sums[draft.pool] += draft.weight }
        return drafts.map { draft in
            var draft = draft
            draft.weight = max(draft.weight * pools[draft.pool].weight * 100_000 / sums[draft.pool], 1)
            return draft
        }
    }
}
