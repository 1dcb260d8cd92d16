import BulkJSON
import HeapCounters
import Testing

/// An object of 16 + 8 bytes, which jemalloc rounds up to 32.
private final class Cell {
    var value: Int
    init(_ value: Int) { self.value = value }
}

/// Keeps what it is given out of the optimiser's sight.
@inline(never) private func escape(_ cell: Cell, to slots: UnsafeMutableBufferPointer<Cell?>, at index: Int) {
    slots[index] = cell
}

/// Room for `count` references, allocated in advance.
private func withSlots(_ count: Int, _ body: (UnsafeMutableBufferPointer<Cell?>) -> Void) {
    let slots = UnsafeMutableBufferPointer<Cell?>.allocate(capacity: count)
    slots.initialize(repeating: nil)
    body(slots)
    slots.deinitialize()
    slots.deallocate()
}

@Suite struct HeapCounting {
    @Test func isAvailable() {
        #expect(HeapCounters.isAvailable)
        #expect(HeapCounters.residentPeakBytes > 1 << 20)
    }

    @Test(arguments: [1, 2, 100, 10_000]) func countsEveryInstance(_ count: Int) {
        withSlots(count) { slots in
            let measured = HeapCounters.measureAllocations {
                for index in 0..<count { escape(Cell(index), to: slots, at: index) }
            }
            #expect(measured.allocations == UInt64(count))
            #expect(measured.bytes == UInt64(32 * count))
        }
    }

    @Test func countsReplacedInstances() {
        withSlots(1) { slots in
            let measured = HeapCounters.measureAllocations {
                for value in 0..<5000 { escape(Cell(value), to: slots, at: 0) }
            }
            #expect(measured.allocations == 5000)
        }
    }

    @Test func countsNothingForNothing() {
        var sum = 0
        withSlots(10) { slots in
            for index in 0..<10 { escape(Cell(index), to: slots, at: index) }
            for _ in 0..<3 {
                let measured = HeapCounters.measureAllocations {
                    for index in 0..<10 { sum &+= slots[index]?.value ?? 0 }
                }
                #expect(measured.allocations == 0)
                #expect(measured.bytes == 0)
            }
        }
        #expect(sum == 135)
    }

    @Test func countsLargeAllocations() {
        let size = 1 << 20
        let measured = HeapCounters.measureAllocations {
            for _ in 0..<3 {
                let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
                block.storeBytes(of: 1, as: UInt8.self)
                withExtendedLifetime(block) {}
                block.deallocate()
            }
        }
        #expect(measured.allocations == 3)
        #expect(measured.bytes == UInt64(3 * size))
    }

    @Test func threadBytesAndTotalGrow() {
        withSlots(1000) { slots in
            let bytes = HeapCounters.threadAllocatedBytes
            let count = HeapCounters.allocationCount()
            for index in 0..<1000 { escape(Cell(index), to: slots, at: index) }
            #expect(HeapCounters.threadAllocatedBytes - bytes >= 32_000)
            #expect(HeapCounters.allocationCount() - count >= 1000)
        }
    }

    @Test func errorsPassThrough() {
        struct Stop: Error {}
        #expect(throws: Stop.self) { try HeapCounters.measureAllocations { () throws(Stop) in throw Stop() } }
        withSlots(7) { slots in
            let measured = HeapCounters.measureAllocations {
                for index in 0..<7 { escape(Cell(index), to: slots, at: index) }
            }
            #expect(measured.allocations == 7)
        }
    }
}

@Suite struct AllocationFreeJSON {
    /// Walking a document and writing into a warm buffer allocate nothing.
    @Test func readingAndWriting() throws {
        let parser = JSONParser()
        let text = Array(#"{"name":"node","devices":[{"memory":81920},{"memory":1024}],"healthy":true}"#.utf8)
        var writer = JSONWriter()
        var total: Int64 = 0
        func once() {
            text.withUnsafeBytes { bytes in
                guard let document = try? parser.parse(bytes) else { return }
                guard let devices = document["devices"] else { return }
                for device in devices.elements { total += device["memory"]?.int64 ?? 0 }
                writer.removeAll(keepingCapacity: true)
                writer.value(document)
            }
        }
        once()
        let measured = HeapCounters.measureAllocations { for _ in 0..<100 { once() } }
        #expect(measured.allocations == 0)
        #expect(total == 101 * 82944)
        #expect(writer.bytes == text)
    }
}

@Suite struct HeapMeter {
    /// Many short bodies, one reading: the sum is exact, and what happens between the bodies is left out.
    @Test func addsUpShortBodies() {
        withSlots(300) { slots in
            var meter = AllocationMeter()
            for index in 0..<100 {
                meter.measure { escape(Cell(index), to: slots, at: index) }
                escape(Cell(index), to: slots, at: 100 + index)
            }
            #expect(meter.bytes == 3200)
            #expect(meter.readAllocations() == 100)
            meter.measure {}
            #expect(meter.readAllocations() == 0)
        }
    }
}
