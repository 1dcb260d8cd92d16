import PlacementEngine
import PlacementModel

/// Amounts as people read them, exactly: no digits are rounded away.
public enum AmountText {
    /// `2`, `500m`, `1.5`.
    public static func cpu(_ milli: Int64) -> String {
        let whole = NumberText.grouped(Int(milli / 1000))
        if milli % 1000 == 0 { return whole }
        return milli < 1000 ? "\(milli)m" : "\(whole).\(trimmed(milli % 1000))"
    }

    private static func trimmed(_ thousandths: Int64) -> String {
        var text = String(thousandths + 1000).dropFirst()
        while text.last == "0" { text.removeLast() }
        return String(text)
    }

    /// `4 GiB`, `1,536 MiB`, `100 B`: the largest unit that leaves no rest.
    public static func bytes(_ bytes: Int64) -> String {
        for (shift, unit) in [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")]
        where bytes != 0 && bytes % (1 << shift) == 0 {
            return "\(NumberText.grouped(Int(bytes >> shift))) \(unit)"
        }
        return "\(NumberText.grouped(Int(bytes))) B"
    }

    /// `2 x (8,000 MiB, 30 cores)`; memory in percent where no amount is asked.
    public static func request(_ request: DeviceRequest) -> String {
        var parts: [String] = []
        if request.memoryMiB > 0 {
            parts.append("\(NumberText.grouped(Int(request.memoryMiB))) MiB")
        } else if request.memoryPercent != DeviceRequest.notGivenPercent, request.memoryPercent > 0 {
            parts.append("\(request.memoryPercent) % of the memory")
        }
        if request.cores > 0 { parts.append(NumberText.counted(Int(request.cores), "core")) }
        let each = parts.isEmpty ? "any amount" : parts.joined(separator: ", ")
        return request.devices == 1 ? each : "\(request.devices) x (\(each))"
    }
}
