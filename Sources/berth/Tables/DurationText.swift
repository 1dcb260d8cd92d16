import ArgumentParser

/// A span of time on the command line: 500ms, 10s, 2m, 1h.
struct DurationText: ExpressibleByArgument, Equatable {
    let milliseconds: Int64

    init(milliseconds: Int64) { self.milliseconds = milliseconds }

    init?(argument: String) {
        let digits = argument.prefix { $0.isNumber }
        let factors: [String: Int64] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
        guard let amount = Int64(digits), let factor = factors[String(argument.dropFirst(digits.count))], amount > 0,
            case let (product, overflow) = amount.multipliedReportingOverflow(by: factor), !overflow,
            product <= 1 << 40
        else { return nil }
        milliseconds = product
    }

    var defaultValueDescription: String { milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms" }
}
