import DeviceTable
import PlacementEngine
import PlacementModel
import VendorCatalog

/// Prices of device types: what is asked by many pods that no other type serves becomes dear, so that pods with a choice go
/// elsewhere.
///
/// Types that some pods can choose between are balanced against each other (``ModelBalance``), as if the pods seen so far
/// came until all those types were full.
struct ShareBalance {
    /// Types that prices can tell apart; a fleet with more has none.
    private static let typesMax = 64

    /// Price of a whole device by type symbol, in millionths of a device.
    private(set) var priceMicro: [Int64]

    /// - Parameters:
    ///   - counts: pods by class.
    ///   - examples: a device of each type.
    init(counts: [Int], examples: [(type: Int, device: Int)], _ cluster: Fleet) {
        let table = cluster.table
        priceMicro = Array(repeating: 0, count: table.types.count)
        if examples.isEmpty || table.types.count > Self.typesMax { return }
        var supply = Array(repeating: Int64(0), count: table.types.count)
        for device in 0..<table.deviceRowCount { supply[Int(table.type[device])] += ForesightStatistics.deviceMicro }
        let demands = Self.demands(counts, examples, cluster)
        var balance = ModelBalance(models: table.types.count)
        // Types of one pool are balanced at a time; a fleet has a few pools.
        for pool in Self.pools(demands) where pool.nonzeroBitCount > 1 {
            var own = demands.filter { $0.models & pool != 0 }
            let offered = supply.enumerated().map { pool & (1 << UInt64($0.offset)) != 0 ? $0.element : 0 }
            let asked = max(own.reduce(0) { $0 + $1.micro }, 1)
            let whole = offered.reduce(0, +)
            for place in own.indices {
                own[place].micro = asked.dividingFullWidth(own[place].micro.multipliedFullWidth(by: whole)).quotient
            }
            balance.search(steps: ModelBalance.longSearch, demands: own, supply: offered)
            for type in supply.indices where pool & (1 << UInt64(type)) != 0 {
                priceMicro[type] =
                    balance.prices[type] * ForesightPolicy.priceWeight * ForesightStatistics.deviceMicro
                    / ModelBalance.unit
            }
        }
    }

    /// What is asked under each set of types that would do, in millionths of a device, on the type where it takes least.
    private static func demands(
        _ counts: [Int], _ examples: [(type: Int, device: Int)], _ cluster: Fleet
    ) -> [ModelBalance.Demand] {
        let table = cluster.table
        var demands: [ModelBalance.Demand] = []
        for (id, count) in counts.enumerated() where count > 0 {
            let requestClass = cluster.classes[id]
            for place in 0..<requestClass.requestCount where requestClass.requests[place].devices > 0 {
                let request = requestClass.requests[place]
                var demand = ModelBalance.Demand(models: 0)
                var least = Int64.max
                for (type, device) in examples
                where table.words[device] & request.vendor.bit != 0
                    && requestClass.rules(of: request.vendor).allows(type: table.types[Symbol(type)])
                {
                    let memoryMiB = request.memory(ofTotal: table.totalMemoryMiB[device])
                    let part = DeviceShares.part(memoryMiB: memoryMiB, cores: request.cores, of: device, table)
                    if part > 1000 { continue }
                    demand.models |= 1 << UInt64(type)
                    least = min(least, Int64(part))
                }
                if demand.models == 0 { continue }
                // Less than 2^27 pods of less than 2^14 devices of at most 10^6 millionths: below 2^61.
                demand.micro = least * 1000 * Int64(request.devices) * Int64(count)
                if let known = demands.firstIndex(where: { $0.models == demand.models }) {
                    demands[known].micro += demand.micro
                } else {
                    demands.append(demand)
                }
            }
        }
        return demands
    }

    /// Types that are joined by pods which can choose, as bit sets.
    private static func pools(_ demands: [ModelBalance.Demand]) -> [UInt64] {
        var pools: [UInt64] = []
        for demand in demands {
            let joined = pools.filter { $0 & demand.models != 0 }.reduce(demand.models, |)
            pools.removeAll { $0 & demand.models != 0 }
            pools.append(joined)
        }
        return pools
    }
}
