/// What each namespace wants of the fleet and what it has, and how fair that is.
struct NamespaceFairness {
    /// Thousandths of devices of the pods that have arrived and not left, and of those that run.
    private struct Account {
        var wantedMilli: Int64 = 0
        var runningMilli: Int64 = 0
    }

    private var accounts: [Int32: Account] = [:]
    private(set) var wantedMilli: Int64 = 0
    private(set) var runningMilli: Int64 = 0

    mutating func didArrive(namespace: Int32, milli: Int64) {
        accounts[namespace, default: Account()].wantedMilli += milli
        wantedMilli += milli
    }

    mutating func didPlace(namespace: Int32, milli: Int64) {
        accounts[namespace, default: Account()].runningMilli += milli
        runningMilli += milli
    }

    mutating func didLeave(namespace: Int32, milli: Int64) {
        accounts[namespace, default: Account()].wantedMilli -= milli
        accounts[namespace, default: Account()].runningMilli -= milli
        wantedMilli -= milli
        runningMilli -= milli
    }

    /// Jain's index over the satisfied shares (running over wanted) of the namespaces that want something; nil without any.
    ///
    /// 1 = all are served alike; 1/n = one of n namespaces gets everything.
    /// - Source: Jain, Chiu, Hawe: A quantitative measure of fairness, 1984
    var jainIndex: Double? {
        Self.jainIndex(
            accounts.sorted { $0.key < $1.key }.map(\.value).filter { $0.wantedMilli > 0 }.map {
                Double($0.runningMilli) / Double($0.wantedMilli)
            })
    }

    /// (sum x)^2 / (n sum x^2); 1 when nobody gets anything.
    static func jainIndex(_ shares: [Double]) -> Double? {
        if shares.isEmpty { return nil }
        let sum = shares.reduce(0, +)
        let squares = shares.reduce(0) { $0 + $1 * $1 }
        return squares > 0 ? sum * sum / (Double(shares.count) * squares) : 1
    }
}
