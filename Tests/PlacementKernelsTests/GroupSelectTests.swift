import FleetTestSupport
import PlacementKernels
import Testing

/// The choice by group equals its plain twin: any number of candidates, few groups and many, own devices and others.
@Suite struct GroupSelectTests {
    @Test(arguments: 1...40) func choiceEqualsTwin(_ seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let taken = UnsafeMutablePointer<ScanCandidate>.allocate(capacity: 2 * standardScanDevicesMax)
        defer { taken.deallocate() }
        for count in 0...standardScanDevicesMax {
            let most = random.int(1...4)
            let groups = (0..<count).map { _ in Int32(random.int(0...most)) - 1 }
            let own = Set((0..<count).filter { _ in seed % 3 > 0 || random.int(0...2) > 0 })
            for wanted in 1...standardScanDevicesMax {
                for place in 0..<count {
                    (taken + place).initialize(
                        to: ScanCandidate(key: UInt64(100 - place), device: Int32(place), memoryMiB: Int32(7 * place)))
                }
                let (kept, largest) = keepLargestGroups(
                    taken, count: count, wanted: wanted, groups: groups, own: own.reduce(0) { $0 | 1 << UInt32($1) })
                let twin = keepLargestGroupsReference(count: count, wanted: wanted, groups: groups, own: own)
                #expect((0..<kept).map { Int(taken[$0].device) } == twin.kept)
                #expect((0..<kept).allSatisfy { taken[$0].memoryMiB == 7 * taken[$0].device })
                #expect(largest == twin.largest)
            }
        }
    }
}
