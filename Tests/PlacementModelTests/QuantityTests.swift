import PlacementModel
import Testing

/// What Kubernetes makes of one text.
struct QuantityCase: Sendable, CustomTestStringConvertible {
    var text: String
    var canonical: String
    var exact: Int64?
    var value: Int64
    var milli: Int64

    init(_ text: String, _ canonical: String, exact: Int64?, value: Int64, milli: Int64) {
        (self.text, self.canonical, self.exact, self.value, self.milli) = (text, canonical, exact, value, milli)
    }

    /// A whole number whose thousandths fit 64 bits.
    init(_ text: String, _ canonical: String, whole: Int64) {
        self.init(text, canonical, exact: whole, value: whole, milli: whole * 1000)
    }

    var testDescription: String { text }
}

@Suite struct QuantityParsing {
    static let cases: [QuantityCase] = [
        // Decimal suffixes.
        .init("0", "0", whole: 0),
        .init("1", "1", whole: 1),
        .init("16000", "16k", whole: 16000),
        .init("1000", "1k", whole: 1000),
        .init("1k", "1k", whole: 1000),
        .init("2M", "2M", whole: 2_000_000),
        .init("3G", "3G", whole: 3_000_000_000),
        .init("4T", "4T", whole: 4_000_000_000_000),
        .init("5P", "5P", whole: 5_000_000_000_000_000),
        .init("1E", "1E", exact: 1_000_000_000_000_000_000, value: 1_000_000_000_000_000_000, milli: 0),
        .init("12345", "12345", whole: 12345),
        .init("-5", "-5", whole: -5),
        .init("-16000", "-16k", whole: -16000),
        .init("200000", "200k", whole: 200_000),
        // Fractions.
        .init("1.5", "1500m", exact: nil, value: 2, milli: 1500),
        .init("1500m", "1500m", exact: nil, value: 2, milli: 1500),
        .init("500m", "500m", exact: nil, value: 1, milli: 500),
        .init("2000m", "2", exact: nil, value: 2, milli: 2000),
        .init("1.0", "1", exact: nil, value: 1, milli: 1000),
        .init("1u", "1u", exact: nil, value: 1, milli: 1),
        .init("1n", "1n", exact: nil, value: 1, milli: 1),
        .init("-500m", "-500m", exact: nil, value: -1, milli: -500),
        .init("-1.5", "-1500m", exact: nil, value: -2, milli: -1500),
        .init("-1u", "-1u", exact: nil, value: -1, milli: -1),
        .init("0.0001k", "100m", exact: nil, value: 1, milli: 100),
        .init("1.2345", "1234500u", exact: nil, value: 2, milli: 1235),
        .init("0.5", "500m", exact: nil, value: 1, milli: 500),
        .init(".5", "500m", exact: nil, value: 1, milli: 500),
        .init("5.", "5.", whole: 5),
        .init("1.5k", "1500", exact: 1500, value: 1500, milli: 1_500_000),
        // Finer than nano units: rounded away from zero.
        .init("0.9n", "1n", exact: nil, value: 0 + 1, milli: 1),
        .init("1.1n", "2n", exact: nil, value: 1, milli: 1),
        .init("0.0000000001", "1n", exact: nil, value: 1, milli: 1),
        .init("1e-10", "1e-9", exact: nil, value: 1, milli: 1),
        .init("1e-2000000000", "1e-9", exact: nil, value: 1, milli: 1),
        // Binary suffixes.
        .init("1Ki", "1Ki", whole: 1024),
        .init("64Ki", "64Ki", whole: 65536),
        .init("1024Ki", "1Mi", whole: 1 << 20),
        .init("2048Mi", "2Gi", whole: 2 << 30),
        .init("1Gi", "1Gi", whole: 1 << 30),
        .init("500Mi", "500Mi", whole: 500 << 20),
        .init("-2048Mi", "-2Gi", whole: -(2 << 30)),
        .init("1Ti", "1Ti", whole: 1 << 40),
        .init("99Ti", "99Ti", whole: 99 << 40),
        .init("101Ti", "101Ti", exact: nil, value: 101 << 40, milli: (101 << 40) * 1000),
        .init("0Ki", "0", whole: 0),
        .init("1Pi", "1Pi", exact: nil, value: 1 << 50, milli: (1 << 50) * 1000),
        .init("1Ei", "1Ei", exact: nil, value: 1 << 60, milli: (1 << 60) &* 1000),
        .init("7Ei", "7Ei", exact: nil, value: 7 << 60, milli: (7 << 60) &* 1000),
        .init("8Ei", "9223372036854775807", exact: nil, value: .max, milli: .max &* 1000),
        .init("-8Ei", "-9223372036854775807", exact: nil, value: -.max, milli: -.max &* 1000),
        .init("99999999999999999999Ki", "9223372036854775807", exact: nil, value: .max, milli: .max &* 1000),
        // Binary with a decimal point: a big decimal.
        .init("0.5Ki", "512", exact: nil, value: 512, milli: 512_000),
        .init("16.0Gi", "16Gi", exact: nil, value: 16 << 30, milli: (16 << 30) * 1000),
        .init("1.5Gi", "1536Mi", exact: nil, value: 3 << 29, milli: (3 << 29) * 1000),
        .init("0.1Ki", "102400m", exact: nil, value: 103, milli: 102_400),
        .init("1.1Ki", "1126400m", exact: nil, value: 1127, milli: 1_126_400),
        .init("0.0001Ki", "102400u", exact: nil, value: 1, milli: 103),
        .init("-0.1Ki", "-102400m", exact: nil, value: -101, milli: -102_400),
        // Exponents.
        .init("2e3", "2e3", whole: 2000),
        .init("2E3", "2E3", whole: 2000),
        .init("1e+3", "1e+3", whole: 1000),
        .init("2000e0", "2e3", whole: 2000),
        .init("1e1", "10", whole: 10),
        .init("5e5", "500e3", whole: 500_000),
        .init("15e-1", "1500e-3", exact: nil, value: 2, milli: 1500),
        .init("1.5e3", "1500", exact: 1500, value: 1500, milli: 1_500_000),
        .init("1e4294967296", "1e4294967296", whole: 1),
        .init("0e2000000000", "0", whole: 0),
        // Kept as written.
        .init("+5", "+5", whole: 5),
        .init("007", "007", whole: 7),
        .init("1.500", "1.500", exact: nil, value: 2, milli: 1500),
        .init("0012Ki", "0012Ki", whole: 12 << 10),
        .init("5.000", "5", exact: nil, value: 5, milli: 5000),
        // No digits at all, which the scanner of Kubernetes reads as zero.
        .init("k", "0", whole: 0),
        .init("+", "0", whole: 0),
        .init("-", "0", whole: 0),
        .init(".", "0", whole: 0),
        .init("-0", "0", whole: 0),
        .init("e5", "0", whole: 0),
        .init("000", "0", whole: 0),
        // Eighteen digits are an integer, nineteen a big decimal.
        .init(
            "123456789012345678", "123456789012345678", exact: 123_456_789_012_345_678, value: 123_456_789_012_345_678,
            milli: 123_456_789_012_345_678 &* 1000),
        .init(
            "1234567890123456789", "1234567890123456789", exact: nil, value: 1_234_567_890_123_456_789,
            milli: 1_234_567_890_123_456_789 &* 1000),
        .init(
            "1000000000000000000", "1E", exact: nil, value: 1_000_000_000_000_000_000,
            milli: 1_000_000_000_000_000_000 &* 1000),
        .init("9223372036854775807", "9223372036854775807", exact: nil, value: .max, milli: .max &* 1000),
        .init("9223372036854775808", "9223372036854775808", exact: nil, value: .min, milli: 0),
        .init("18446744073709551616", "18446744073709551616", exact: nil, value: 0, milli: 0),
        .init("18446744073709551617", "18446744073709551617", exact: nil, value: 1, milli: 1000),
        .init("-9223372036854775808", "-9223372036854775808", exact: nil, value: 0, milli: 0),
        // Sixty-four bit overflow of the integer form gives zero or wraps, as Go's helpers do.
        .init("10E", "10E", exact: nil, value: 0, milli: 0),
        .init("9999999P", "9999999P", exact: nil, value: 0, milli: 0),
        .init("1e19", "10e18", exact: nil, value: 0, milli: 0),
        .init("99999999999G", "99999999999G", exact: nil, value: 99_999_999_999 &* 1_000_000_000, milli: 0),
        // Beyond the suffixes the power of ten is lost.
        .init("1000E", "1", exact: nil, value: 0, milli: 0),
        .init("1e21", "1e21", exact: nil, value: 0, milli: 0),
        .init(
            "1000000000000000000000", "1", exact: nil, value: 3_875_820_019_684_212_736,
            milli: 2_003_764_205_206_896_640),
    ]

    @Test(arguments: cases) func matchesKubernetes(_ expected: QuantityCase) throws {
        let quantity = try Quantity(parsing: expected.text)
        #expect(quantity.canonical == expected.canonical)
        #expect(quantity.exactInt64 == expected.exact)
        #expect(quantity.roundedUp == expected.value)
        #expect(quantity.milliRoundedUp == expected.milli)
        #expect(quantity.isZero == (quantity.sign == 0))
    }

    /// Printing changes the spelling, never the number, except where Kubernetes itself loses the power of ten.
    @Test(arguments: cases) func canonicalFormIsTheSameNumber(_ expected: QuantityCase) throws {
        if ["1000E", "1000000000000000000000"].contains(expected.text) { return }
        let quantity = try Quantity(parsing: expected.text)
        let reparsed = try Quantity(parsing: quantity.canonical)
        #expect(reparsed == quantity)
        #expect(reparsed.hashValue == quantity.hashValue)
        #expect(reparsed.canonical == quantity.canonical)
    }

    static let wrongFormat = [
        "", " ", "abc", "1a", "1 ", " 1", "1.2.3", "1..", "1,5", "1Ki ", "1e3x", "0x10", "１", "1k+5k",
    ]

    @Test(arguments: wrongFormat) func rejectsFormat(_ text: String) {
        #expect(throws: QuantityError.badFormat) { try Quantity(parsing: text) }
    }

    @Test(arguments: [
        "1kk", "1K", "1i", "1e", "1e+", "1eE5", "1k5", "1m5", "1+5", "1mi", "--1", "+-1", "1e99999999999999999999",
        "1Eii",
    ])
    func rejectsSuffix(_ text: String) {
        #expect(throws: QuantityError.badSuffix) { try Quantity(parsing: text) }
    }

    @Test(arguments: ["e-10", ".e-10", "+e-10", "-.e-99"]) func rejectsNumbersWithoutDigits(_ text: String) {
        #expect(throws: QuantityError.badNumber) { try Quantity(parsing: text) }
    }

    @Test func errorsReadLikeKubernetes() {
        #expect(
            QuantityError.badFormat.description
                == "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
        #expect(QuantityError.badSuffix.description == "unable to parse quantity's suffix")
        #expect(QuantityError.badNumber.description == "unable to parse numeric part of quantity")
    }
}

@Suite struct QuantityValues {
    @Test func integers() {
        #expect(Quantity(integer: 0).canonical == "0")
        #expect(Quantity(integer: 1000).canonical == "1k")
        #expect(Quantity(integer: 65536).canonical == "65536")
        #expect(Quantity(integer: .max).canonical == "9223372036854775807")
        #expect(Quantity(integer: .min).canonical == "-9223372036854775808")
        #expect(Quantity(integer: .min).exactInt64 == .min)
        #expect(Quantity(integer: .max).milliRoundedUp == -1000)
        #expect(Quantity(integer: .min).milliRoundedUp == 0)
    }

    @Test func signs() throws {
        #expect(try Quantity(parsing: "-1n").sign == -1)
        #expect(try Quantity(parsing: "0.0Ki").sign == 0)
        #expect(try Quantity(parsing: "0.1Ki").sign == 1)
        #expect(try Quantity(parsing: "-0.1Ki").sign == -1)
        #expect(try Quantity(parsing: "0.0Ki").isZero)
        #expect(try Quantity(parsing: "0.0Ki").exactInt64 == nil)
    }

    @Test func equalityIsNumeric() throws {
        let spellings = ["1024", "1Ki", "1.024k", "1024000m", "1.0Ki", "1024e0", "0.0000000000000001024E19"]
        let set = Set(try spellings.map { try Quantity(parsing: $0) })
        #expect(set.count == 1)
        #expect(try Quantity(parsing: "1") != Quantity(parsing: "-1"))
        #expect(try Quantity(parsing: "1m") != Quantity(parsing: "1u"))
    }

    /// `0.5Ki` has no exact integer as written, but has one once a server has stored it.
    @Test(arguments: [
        ("0.5Ki", 512), ("2000m", 2), ("1.0", 1), ("16.0Gi", 16 << 30),
        ("1000000000000000000", 1_000_000_000_000_000_000),
    ])
    func canonicalFormMakesIntegersExact(_ text: String, _ value: Int64) throws {
        let quantity = try Quantity(parsing: text)
        #expect(quantity.exactInt64 == nil)
        #expect(try Quantity(parsing: quantity.canonical).exactInt64 == value)
    }

    @Test func hugeDigitCounts() throws {
        let nines = String(repeating: "9", count: 5000)
        let quantity = try Quantity(parsing: nines)
        #expect(quantity.canonical == nines)
        #expect(quantity.sign == 1)
        let fraction = try Quantity(parsing: "0." + String(repeating: "0", count: 5000) + "1")
        #expect(fraction.canonical == "1n")
        let carried = try Quantity(parsing: "0." + nines)
        #expect(carried.canonical == "1")
        #expect(try Quantity(parsing: nines + "Ki").roundedUp == .max)
    }
}
