import FleetTestSupport
import PlacementModel
import Testing

@testable import DeviceTable

/// The table's promises: what is applied can be taken back, bit for bit, and its sums always add up.
@Suite struct DeviceTableTests {
    /// What a vendor of the tests keeps.
    struct Columns {
        var declared = VendorColumns()
        let kind: SymbolColumn
        let pods: CountColumn
        let others: CountColumn
        let instances: IntervalColumn

        init() {
            kind = declared.symbol("kind")
            pods = declared.count("pods")
            others = declared.count("others")
            instances = declared.intervals("instances")
        }
    }

    static func table(nodes: Int, devicesEach: Int) -> DeviceTable {
        let table = DeviceTable(vendorCount: 2, columns: Columns().declared) { type in
            DeviceTypeTraits(words: type.hasPrefix("card") ? 1 : 0, exactVendor: type == "card" ? 0 : -1)
        }
        for node in 0..<nodes {
            table.addNode(
                Node(
                    metadata: ObjectMeta(name: "n\(node)"),
                    allocatable: ["cpu": Quantity(integer: 64), "example.com/port": Quantity(integer: 8)]),
                records: records(devicesEach, prefix: "n\(node)-"))
        }
        return table
    }

    static func records(_ count: Int, prefix: String) -> [(vendor: VendorID, record: DeviceRecord)] {
        var records: [(vendor: VendorID, record: DeviceRecord)] = []
        for number in 0..<count {
            let type = number % 2 == 0 ? "card" : "card-b"
            let mode = number % 3 == 0 ? "mig" : "hami-core"
            let record = DeviceRecord(
                id: "\(prefix)\(number)", index: UInt64(number), slots: 10, memoryMiB: 40960, cores: 100, type: type,
                mode: mode, vendorWord: "card")
            records.append((VendorID(0), record))
        }
        return records
    }

    static func randomEffect(_ random: inout SeededGenerator, devices: Int) -> DeviceEffect {
        let device = random.int(0...devices - 1)
        switch random.int(0...5) {
        case 0: return .unhealthyVote(device: device)
        case 1:
            return .slices(
                Columns().instances, device: device, SliceInterval(start: UInt32(random.int(0...3)), size: 1))
        case 2: return .count(random.chance(oneIn: 2) ? Columns().pods : Columns().others, device: device)
        default:
            // Now and then numbers that overflow: they wrap, and unwrap.
            let memory = random.chance(oneIn: 20) ? Int32.max : Int32(random.int(0...20000))
            return .usage(device: device, slots: 1, memoryMiB: memory, cores: Int32(random.int(0...100)))
        }
    }

    @Test(arguments: 1...20) func effectsAreTakenBackInAnyOrder(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let table = Self.table(nodes: 3, devicesEach: 5)
        let before = table.snapshot()
        let effects = (0..<200).map { _ in Self.randomEffect(&random, devices: 15) }
        for effect in effects { table.apply(effect) }
        #expect(table.brokenInvariant() == nil, "seed \(seed)")
        for effect in effects.shuffled(using: &random) { table.revert(effect) }
        #expect(table.snapshot() == before, "seed \(seed)")
    }

    @Test(arguments: 1...20) func rollingBackRestoresEveryBit(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let table = Self.table(nodes: 3, devicesEach: 5)
        let port = table.resourceSymbol("example.com/port")
        var applied: [DeviceEffect] = []
        func step() {
            switch random.int(0...9) {
            case 0: table.reserve(Self.resources, on: random.int(0...2))
            case 1: table.release(Self.resources, on: random.int(0...2))
            case 2: table.reserveExtended(port, amount: Int64(random.int(-3...3)), on: random.int(0...2))
            case 3: table.set(Columns().kind, Int32(random.int(-1...4)), device: random.int(0...14))
            case 4, 5:
                if let gone = applied.indices.randomElement(using: &random) {
                    table.revert(applied.remove(at: gone))
                }
            default:
                let effect = Self.randomEffect(&random, devices: 15)
                table.apply(effect)
                applied.append(effect)
            }
        }
        for _ in 0..<100 { step() }
        let outer = table.snapshot()
        let outerPoint = table.checkpoint()
        let kept = applied
        for _ in 0..<100 { step() }
        let inner = table.snapshot()
        let innerPoint = table.checkpoint()
        for _ in 0..<100 { step() }
        table.rollBack(to: innerPoint)
        #expect(table.snapshot() == inner, "seed \(seed)")
        table.rollBack(to: outerPoint)
        #expect(table.snapshot() == outer, "seed \(seed)")
        #expect(table.brokenInvariant() == nil)
        table.forgetJournal()
        for effect in kept { table.revert(effect) }
        #expect(table.brokenInvariant() == nil)
    }

    private static let resources = NodeResources(cpuMilli: 500, memoryBytes: 1 << 30, ephemeralBytes: 0, pods: 1)

    @Test func snapshotsGoBack() {
        var random = SeededGenerator(seed: 3)
        let table = Self.table(nodes: 2, devicesEach: 4)
        for _ in 0..<50 { table.apply(Self.randomEffect(&random, devices: 8)) }
        let snapshot = table.snapshot()
        for _ in 0..<50 { table.apply(Self.randomEffect(&random, devices: 8)) }
        table.reserve(Self.resources, on: 1)
        table.restore(snapshot)
        #expect(table.snapshot() == snapshot)
        #expect(table.brokenInvariant() == nil)
    }

    @Test func replacedDevicesLeaveNothingBehind() {
        let table = Self.table(nodes: 2, devicesEach: 3)
        table.replaceDevices(of: 0, with: Self.records(2, prefix: "new-"), cordoned: ["new-1"])
        #expect(table.devices(of: 0).map { table.records[$0].id } == ["new-0", "new-1"])
        #expect(table.sums[0].slots == 20)
        #expect(table.flags[table.devices(of: 0).last!].contains(.cordoned))
        #expect(table.devices(of: 1).map { table.records[$0].id } == ["n1-0", "n1-1", "n1-2"])
        #expect(table.brokenInvariant() == nil)
        table.removeNode(0)
        #expect(table.node(named: "n0") == nil)
        #expect(table.sums[0] == NodeSums())
        #expect(table.brokenInvariant() == nil)
    }

    @Test func duplicateIDsAreMarked() {
        let table = Self.table(nodes: 1, devicesEach: 2)
        #expect(!table.nodeFlags[0].contains(.duplicateIDs))
        let twice = Self.records(1, prefix: "x") + Self.records(1, prefix: "x")
        table.replaceDevices(of: 0, with: twice)
        #expect(table.nodeFlags[0].contains(.duplicateIDs))
        table.replaceDevices(of: 0, with: Self.records(2, prefix: "x"))
        #expect(!table.nodeFlags[0].contains(.duplicateIDs))
    }

    @Test func votesAndHealth() {
        let table = Self.table(nodes: 1, devicesEach: 1)
        #expect(table.isHealthy(0))
        table.apply(.unhealthyVote(device: 0))
        #expect(!table.isHealthy(0))
        table.revert(.unhealthyVote(device: 0))
        #expect(table.isHealthy(0))
    }

    @Test func brokenSumsAreFound() {
        let table = Self.table(nodes: 1, devicesEach: 2)
        table.used.base[0] = 3
        #expect(table.brokenInvariant()?.contains("sums of node n0") == true)
    }

    @Test func changesAreLogged() {
        let table = Self.table(nodes: 2, devicesEach: 1)
        let position = table.changeLog.end
        table.apply(.usage(device: 1, slots: 1, memoryMiB: 1, cores: 1))
        let start = table.changeLog.index(of: position)!
        #expect(Array(table.changeLog.entries[start...]) == [1])
    }
}
