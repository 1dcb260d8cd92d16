import Testing

@testable import PlacementModel

/// Amounts keep to their ranges, whatever is written.
@Suite struct AmountTests {
    @Test(
        arguments: [
            ("0", 0), ("1", 1), ("1.5", 2), ("100m", 1), ("1Ki", 1024), ("8Pi", 1 << 53),
            ("9223372036854775807", 1 << 53),
            ("9223372036854775808", 1 << 53), ("18446744073709551621", 1 << 53), ("1e30", 1 << 53), ("1Ei", 1 << 53),
            ("99999999999999999999999Ei", 1 << 53), ("-1", 0), ("-1e30", 0), ("0.0000000001", 1),
        ] as [(String, Int64)])
    func bytes(_ text: String, _ expected: Int64) throws {
        #expect(try Quantity(parsing: text).amount(AskedAmount.self).value == expected)
    }

    @Test(
        arguments: [
            ("1", 1000), ("1m", 1), ("0.0001", 1), ("1099511627", 1_099_511_627_000), ("1e18", 1 << 40),
            ("1E", 1 << 40),
            ("9223372036854775807", 1 << 40), ("1e300", 1 << 40), ("-3", 0),
        ] as [(String, Int64)])
    func cpu(_ text: String, _ expected: Int64) throws {
        #expect(try Quantity(parsing: text).amount(CPUMilli.self, inThousandths: true).value == expected)
    }

    @Test func rangesHoldTheirSums() {
        #expect(DeviceAmount.range.upperBound * Int64(InputLimits.devicesPerNode) <= Int64(Int32.max))
        #expect(DeviceCount.range.upperBound * 1000 <= Int64(Int32.max))
        #expect(MemoryMiB.range.upperBound << 20 == OfferedAmount.range.upperBound)
        #expect(DeviceAmount(nearest: .max).int32 == 2_097_151 && DeviceAmount(nearest: .min).int32 == 0)
        #expect(DeviceCount(exactly: -1) == nil && DeviceCount(exactly: 5)?.value == 5)
    }

    @Test func requestsKeepToTheirRanges() {
        let request = DeviceRequest(
            vendor: VendorID(0), devices: .max, memoryMiB: .min, memoryPercent: 100, cores: -1
        ).bounded
        #expect(request.devices == 16_383 && request.memoryMiB == 0 && request.cores == 0)
    }

    @Test func whatIsPastARangeIsKnown() throws {
        #expect(try Quantity(parsing: "2147483648").exceeds(DeviceShareAmount.self))
        #expect(try !Quantity(parsing: "2147483647").exceeds(DeviceShareAmount.self))
        #expect(try !Quantity(parsing: "-1e30").exceeds(DeviceShareAmount.self))
    }
}
