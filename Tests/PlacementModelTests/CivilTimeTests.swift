import PlacementModel
import Testing

@Suite struct CivilTimeTexts {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_796_028_290, "2026-11-30T08:44:50Z"),
            (-1, "1969-12-31T23:59:59Z"), (4_107_542_399, "2100-02-28T23:59:59Z"),
        ] as [(Int64, String)])
    func knownTimes(seconds: Int64, text: String) {
        #expect(CivilTime.rfc3339(unixSeconds: seconds) == text)
        #expect(CivilTime.unixSeconds(rfc3339: text) == seconds)
    }

    @Test func everyDayOfFourCenturiesComesBack() {
        for day in stride(from: Int64(-25_000), to: 125_000, by: 1) {
            let seconds = day * 86_400 + (day & 0xffff)
            #expect(CivilTime.unixSeconds(rfc3339: CivilTime.rfc3339(unixSeconds: seconds)) == seconds)
        }
    }
}
