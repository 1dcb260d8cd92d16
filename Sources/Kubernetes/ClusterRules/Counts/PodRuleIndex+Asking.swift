import PlacementModel

// How a kind of pods becomes known: which counters count it, and what it asks of counters.
extension PodRuleIndex {
    /// Finds or makes the counters of a kind, and tells all counters of it.
    ///
    /// - Precondition: the kind is the last one.
    func ask(_ kind: PodKind) {
        let facts = kind.facts
        let number = kinds.count - 1
        lookup.addKind(number, facts)
        lookup.forEachCounter(mayCount: facts) { if $0.question.counts(facts) { kind.countedBy.append($0) } }
        for term in Set(facts.antiAffinity) {
            let question = CounterQuestion(pods: .owning(term), key: .label(term.topologyKey))
            if let known = counters[question] {
                kind.countedBy.append(known)
                continue
            }
            let counter = counter(question)
            lookup.addOwned(term, counter)
            for other in lookup.kinds(mayMatch: term.selector, of: number) {
                addResidentCheck(term, counter, to: kinds[other])
            }
        }
        for port in Set(facts.scheduling.hostPorts) {
            let question = CounterQuestion(pods: .holding(port), key: .node)
            if let known = counters[question] {
                kind.countedBy.append(known)
                continue
            }
            let counter = counter(question)
            lookup.addHeld(port, counter)
            for other in lookup.kinds(withPort: port.port) where other != number {
                addPortCheck(port, counter, to: kinds[other])
            }
        }
        lookup.forEachOwned(mayMatch: facts) { addResidentCheck($0, $1, to: kind) }
        for port in Set(facts.scheduling.hostPorts.map(\.port)) {
            for (port, counter) in lookup.held(port) { addPortCheck(port, counter, to: kind) }
        }
        askOwnRules(kind)
    }

    private func addResidentCheck(_ term: ScopedTerm, _ counter: PodCounter, to kind: PodKind) {
        let labels = volumes.cluster.labels(ofNamespace: kind.facts.namespace)
        if term.matches(kind.facts, namespaceLabels: labels) {
            kind.residents.append(.init(rule: .none(.residentsAntiAffinity), counter: counter))
        }
    }

    private func addPortCheck(_ port: HostPort, _ counter: PodCounter, to kind: PodKind) {
        if kind.facts.scheduling.hostPorts.contains(where: { $0.conflicts(with: port) }) {
            kind.ports.append(.init(rule: .none(.hostPorts), counter: counter))
        }
    }

    private func askOwnRules(_ kind: PodKind) {
        let facts = kind.facts
        let affinity = facts.affinity.map { $0.resolved(in: volumes.cluster) }
        for term in affinity {
            kind.affinity.append(
                .init(
                    rule: .some,
                    counter: counter(.init(pods: .meantByAll(affinity), key: .label(term.topologyKey)))))
        }
        kind.matchesOwnAffinity = affinity.allSatisfy { $0.matches(facts, namespaceLabels: [:]) }
        for term in facts.antiAffinity {
            kind.antiAffinity.append(
                .init(
                    rule: .none(.podAntiAffinity),
                    counter: counter(
                        .init(pods: .meant(by: term.resolved(in: volumes.cluster)), key: .label(term.topologyKey)))))
        }
        let keys = facts.scheduling.spread.map(\.topologyKey).sorted()
        for rule in facts.scheduling.spread {
            // Nothing is matched without a selector; the counter then counts nobody.
            let selector = rule.selector?.merging(rule.matchLabelKeys, of: facts.labels)
            let nodes = SpreadNodes.Rule(
                keys: keys, selector: rule.honorsNodeAffinity ? facts.pod.nodeSelector : nil,
                affinity: rule.honorsNodeAffinity ? facts.pod.requiredNodeAffinity : nil,
                tolerations: rule.honorsTaints ? facts.pod.tolerations : nil)
            let counter = counter(
                .init(
                    pods: .spread(namespace: facts.namespace, selector ?? LabelSelector()),
                    key: .label(rule.topologyKey), nodes: nodes))
            kind.spread.append(
                .init(
                    rule: .spread(
                        skew: rule.maxSkew, minDomains: rule.minDomains,
                        matchesSelf: LabelSelector.matches(selector, facts.labels) ? 1 : 0), counter: counter,
                    countsAllNominees: selector?.isEmpty == true))
        }
    }

    private func nodes(of question: SpreadNodes.Question) -> SpreadNodes {
        if let known = spreadNodes[question] { return known }
        let made = SpreadNodes(question, domains(of: question.key), nodes)
        spreadNodes[question] = made
        allSpreadNodes.append(made)
        return made
    }

    /// The counter of a question; a new one counts what is there.
    private func counter(_ question: CounterQuestion) -> PodCounter {
        if let known = counters[question] { return known }
        let spread = question.nodes.map { nodes(of: .init(rule: $0, key: question.key)) }
        let made = PodCounter(question, domains(of: question.key), nodes: spread)
        spread?.add(made)
        counters[question] = made
        lookup.addCounter(made)
        let counted = lookup.kinds(mayBeCountedBy: question, last: kinds.count - 1).filter {
            question.counts(kinds[$0].facts)
        }
        for kind in counted { kinds[kind].countedBy.append(made) }
        guard counted.contains(where: { kinds[$0].pods > 0 }) else { return made }
        let isCounted = Set(counted)
        for (row, pods) in onNode.enumerated() {
            for (kind, count) in pods where isCounted.contains(Int(kind)) { made.add(count, node: row) }
        }
        return made
    }
}
