/// Numbers as people read them.
public enum NumberText {
    /// Digits in groups of three: 1,234,567.
    public static func grouped(_ number: Int) -> String {
        var text = ""
        for (place, digit) in String(number.magnitude).reversed().enumerated() {
            if place > 0 && place % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    /// A number and what is counted: 1 pod, 1,234 pods.
    public static func counted(_ number: Int, _ noun: String, plural: String? = nil) -> String {
        grouped(number) + " " + (number == 1 ? noun : plural ?? noun + "s")
    }

    /// A number with a fixed number of decimals.
    public static func fixed(_ number: Double, decimals: Int) -> String {
        var factor = 1
        for _ in 0..<decimals { factor *= 10 }
        guard number.isFinite, number.magnitude < 1e15 / Double(factor) else { return "\(number)" }
        let scaled = Int((number * Double(factor)).rounded())
        let fraction = String(scaled.magnitude % UInt(factor))
        let zeros = String(repeating: "0", count: max(decimals - fraction.count, 0))
        return (scaled < 0 ? "-" : "") + grouped(Int(scaled.magnitude) / factor)
            + (decimals > 0 ? "." + zeros + fraction : "")
    }

    public static func percent(_ part: Int64, of whole: Int64) -> String {
        whole == 0 ? "-" : fixed(Double(part) * 100 / Double(whole), decimals: 1) + " %"
    }

    /// Microseconds in the unit that fits: 950 ns, 12.3 us, 4.56 ms, 7.89 s.
    public static func duration(microseconds: Double) -> String {
        switch microseconds {
        case ..<1: fixed(microseconds * 1000, decimals: 0) + " ns"
        case ..<1000: fixed(microseconds, decimals: 1) + " us"
        case ..<1e6: fixed(microseconds / 1000, decimals: 2) + " ms"
        case ..<1e8: fixed(microseconds / 1e6, decimals: 2) + " s"
        case ..<7.2e9: fixed(microseconds / 6e7, decimals: 1) + " min"
        default: fixed(microseconds / 3.6e9, decimals: 1) + " h"
        }
    }
}
