import FleetTestSupport
import PlacementKernels
import PlacementModel
import Testing

/// The scan of eight like devices side by side equals the scan device by device.
@Suite struct StandardScanTests {
    /// Eight devices whose totals are given once (stride 0) or for each (stride 1).
    private final class Node {
        private let numbers = UnsafeMutablePointer<Int32>.allocate(capacity: 7 * 8)
        private let words = UnsafeMutablePointer<UInt64>.allocate(capacity: 8)
        private let exactVendor = UnsafeMutablePointer<Int16>.allocate(capacity: 8)

        init(_ random: inout SeededGenerator) {
            let slots = Int32(random.int(0...4))
            let totalMemoryMiB = Int32(random.int(0...4) * 1000)
            let totalCores: Int32 = [0, 50, 100, 100, 200][random.int(0...4)]
            let least = random.int(0...9) == 0 ? -2 : 0
            for device in 0..<8 {
                let isUsable = random.int(0...5) > 0
                let values = [
                    Int32(random.int(least...4)), Int32(random.int(least...4) * 1000),
                    Int32(random.int(least...4) * 25),
                    (isUsable ? Int32.min : 0) | Int32(0x4000 + device % 3), slots, totalMemoryMiB, totalCores,
                ]
                for (column, value) in values.enumerated() { (numbers + column * 8 + device).initialize(to: value) }
            }
            words.initialize(repeating: 0b110, count: 8)
            exactVendor.initialize(repeating: 1, count: 8)
        }

        deinit {
            numbers.deallocate()
            words.deallocate()
            exactVendor.deallocate()
        }

        func scan(_ request: StandardScanRequest, stride: Int) -> [ScanCandidate] {
            let room = UnsafeMutablePointer<ScanCandidate>.allocate(capacity: 2 * standardScanDevicesMax)
            defer { room.deallocate() }
            let columns = NodeColumns(
                used: numbers, usedMemoryMiB: numbers + 8, usedCores: numbers + 16,
                attributes: UnsafeRawPointer(numbers + 24).assumingMemoryBound(to: UInt32.self), slots: numbers + 32,
                totalMemoryMiB: numbers + 40, totalCores: numbers + 48, words: words, exactVendor: exactVendor,
                stride: stride, count: 8)
            return (0..<standardScan(request, columns, taken: room)).map { room[$0] }
        }
    }

    @Test(arguments: 1...60) func sideBySideEqualsOneByOne(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var placed = 0
        for _ in 0..<400 {
            let node = Node(&random)
            let checks = StandardScanChecks(rawValue: UInt8(random.int(0...31)))
            let request = DeviceRequest(
                vendor: VendorID([1, 2, 3][random.int(0...2)]), devices: Int32(random.int(1...4)),
                memoryMiB: Int32(random.int(-1...3) * 1000), memoryPercent: [0, 30, 100, 101][random.int(0...3)],
                cores: [0, 25, 100, 120][random.int(0...3)])
            let scan = StandardScanRequest(
                request: request, cores: min(request.cores, 100), flatMemoryMiB: 7, flatCores: 3, checks: checks,
                order: [.spread, .binpack, .mutex][random.int(0...2)], weights: .equal)
            let sideBySide = node.scan(scan, stride: 0)
            let oneByOne = node.scan(scan, stride: 1)
            #expect(sideBySide.map(\.device) == oneByOne.map(\.device))
            #expect(sideBySide.map(\.key) == oneByOne.map(\.key))
            #expect(sideBySide.map(\.memoryMiB) == oneByOne.map(\.memoryMiB))
            placed += sideBySide.isEmpty ? 0 : 1
        }
        #expect(placed > 20)
    }
}
