import PlacementModel

/// Which kinds and counters may concern each other, found by one label pair that a selector requires: thousands of apps, each
/// with terms about itself, are compared with themselves and not with all others.
///
/// ```
/// selector app=web          under (app, web); asked of pods that have the pair
/// selector app in (a, b)    under no pair; asked of every pod
/// no selector               nowhere: it matches nobody
/// ```
struct PodRuleLookup {
    private struct Pair: Hashable {
        var key: String
        var value: String
    }

    /// Things under the pair that their selector requires, and those without one.
    private struct Shelf<Element> {
        var byPair: [Pair: [Element]] = [:]
        var others: [Element] = []

        mutating func add(_ element: Element, _ selector: LabelSelector?) {
            guard let selector else { return }
            if let pair = PodRuleLookup.pair(of: selector) {
                byPair[pair, default: []].append(element)
            } else {
                others.append(element)
            }
        }

        func forEach(_ facts: PodFacts, _ body: (Element) -> Void) {
            for element in others { body(element) }
            if byPair.isEmpty { return }
            for (key, value) in facts.labels {
                for element in byPair[Pair(key: key, value: value)] ?? [] { body(element) }
            }
        }
    }

    private var counters = Shelf<PodCounter>()
    private var owned = Shelf<(term: ScopedTerm, counter: PodCounter)>()
    private var heldByNumber: [Int32: [(port: HostPort, counter: PodCounter)]] = [:]
    private var kindsByPair: [Pair: [Int]] = [:]
    private var kindsByPort: [Int32: [Int]] = [:]
    private var kindCount = 0

    private static func pair(of selector: LabelSelector) -> Pair? {
        if let (key, value) = selector.matchLabels.min(by: { $0.key < $1.key }) { return Pair(key: key, value: value) }
        let single = selector.matchExpressions.first { $0.operator == .in && $0.values.count == 1 }
        return single.map { Pair(key: $0.key, value: $0.values[0]) }
    }

    mutating func addKind(_ number: Int, _ facts: PodFacts) {
        kindCount = number + 1
        for (key, value) in facts.labels { kindsByPair[Pair(key: key, value: value), default: []].append(number) }
        for port in Set(facts.scheduling.hostPorts.map(\.port)) { kindsByPort[port, default: []].append(number) }
    }

    /// Counters of terms that pods have and of ports that they hold are found by these, not by labels.
    mutating func addCounter(_ counter: PodCounter) {
        switch counter.question.pods {
        case .meant(let term): counters.add(counter, term.selector)
        case .meantByAll(let terms):
            counters.add(counter, terms.contains { $0.selector == nil } ? nil : terms.first?.selector)
        case .spread(_, let selector): counters.add(counter, selector.isEmpty ? nil : selector)
        case .owning, .holding: break
        }
    }

    mutating func addOwned(_ term: ScopedTerm, _ counter: PodCounter) { owned.add((term, counter), term.selector) }

    mutating func addHeld(_ port: HostPort, _ counter: PodCounter) {
        heldByNumber[port.port, default: []].append((port, counter))
    }

    func forEachCounter(mayCount facts: PodFacts, _ body: (PodCounter) -> Void) { counters.forEach(facts, body) }

    func forEachOwned(mayMatch facts: PodFacts, _ body: (ScopedTerm, PodCounter) -> Void) {
        owned.forEach(facts) { body($0.term, $0.counter) }
    }

    func held(_ number: Int32) -> [(port: HostPort, counter: PodCounter)] { heldByNumber[number] ?? [] }

    func kinds(withPort number: Int32) -> [Int] { kindsByPort[number] ?? [] }

    /// Kinds that a selector may match, but for one.
    func kinds(mayMatch selector: LabelSelector?, of number: Int) -> [Int] {
        kinds(mayMatch: selector).filter { $0 != number }
    }

    private func kinds(mayMatch selector: LabelSelector?) -> [Int] {
        guard let selector else { return [] }
        if let pair = Self.pair(of: selector) { return kindsByPair[pair] ?? [] }
        return Array(0..<kindCount)
    }

    /// Kinds that a new counter may count. Whoever has a term or a port first is the last kind.
    func kinds(mayBeCountedBy question: CounterQuestion, last: Int) -> [Int] {
        switch question.pods {
        case .meant(let term): kinds(mayMatch: term.selector)
        case .meantByAll(let terms): kinds(mayMatch: terms.first?.selector)
        case .spread(_, let selector): selector.isEmpty ? [] : kinds(mayMatch: selector)
        case .owning, .holding: [last]
        }
    }
}
