import ClusterRules
import PlacementModel

/// The course of a case: each pod is tried in order and takes the first node that passes; pods that were nominated, or lost
/// a nomination, are tried again in up to three further rounds.
struct ClusterCasePlay {
    private static let roundsMax = 3
    /// When the pod of the first result starts, 2026-01-01T00:00:00Z; each further result is a second later.
    private static let firstStartSeconds: Int64 = 1_767_225_600

    private var cluster: ClusterState
    private let pods: [PodFacts]
    private let preempts: Bool
    private let victimsLeaveLater: Bool
    private var attempts: [String: Int] = [:]
    /// Pods placed, or gone as victims.
    private var settled: Set<String> = []
    private var retries: [PodFacts] = []
    /// Terminating victims that are still there.
    private var leaving: [PodFacts] = []
    private var resultCount: Int64 = 0

    /// One attempt and what was made of it.
    struct Result {
        var pod: String
        var number: Int
        var attempt: SchedulingAttempt
        var node: String?
    }

    init(_ clusterCase: ClusterCase, profile: CompatibilityProfile) {
        cluster = ClusterState(nodes: clusterCase.nodes, objects: clusterCase.objects, profile: profile)
        for pod in clusterCase.existing { cluster.add(PodFacts(pod)) }
        pods = clusterCase.pods.map(PodFacts.init)
        preempts = clusterCase.preempts
        victimsLeaveLater = clusterCase.victimsLeaveLater
        for pod in pods where !pod.scheduling.nominatedNodeName.isEmpty {
            cluster.nominate(pod, to: pod.scheduling.nominatedNodeName)
        }
    }

    mutating func run(_ report: (Result) -> Void) {
        for pod in pods { report(schedule(pod)) }
        for round in 0..<Self.roundsMax where !retries.isEmpty || round == 0 {
            let list = retries
            retries = []
            for pod in list where !settled.contains(pod.name) { report(schedule(pod)) }
            if round == 0 { letVictimsGo() }
        }
    }

    private mutating func schedule(_ pod: PodFacts) -> Result {
        attempts[pod.name, default: 0] += 1
        var attempt = cluster.attempt(pod, preempts: preempts)
        var result = Result(pod: pod.name, number: attempts[pod.name] ?? 1, attempt: attempt, node: nil)
        if let node = attempt.feasible.first {
            cluster.take(pod, on: node, startSeconds: Self.firstStartSeconds + resultCount, &attempt)
            settled.insert(pod.name)
            result.node = node
            result.attempt = attempt
        } else if let preemption = attempt.preemption {
            act(on: preemption, for: pod)
        }
        if attempt.gated == nil && !attempt.isSkipped && result.node == nil
            && cluster.nominatedNode(of: pod) != nil
        {
            retry(pod)
        }
        resultCount += 1
        return result
    }

    private mutating func act(on preemption: PreemptionResult, for pod: PodFacts) {
        if preemption.withdrawsNomination { cluster.withdraw(pod) }
        guard let node = preemption.node else { return }
        for victim in preemption.victims {
            if victimsLeaveLater {
                letVictimStay(victim)
            } else {
                cluster.remove(victim)
            }
            settled.insert(victim.name)
        }
        cluster.nominate(pod, to: node)
        retry(pod)
        for other in preemption.cleared {
            cluster.withdraw(other)
            retry(other)
        }
    }

    /// A victim goes later; one that is not on its way yet is told to go.
    private mutating func letVictimStay(_ victim: PodFacts) {
        if leaving.contains(where: { $0.name == victim.name }) { return }
        guard !victim.pod.isTerminating else { return leaving.append(victim) }
        var terminating = victim.pod
        terminating.isTerminating = true
        terminating.scheduling.isPreempted = true
        let changed = PodFacts(terminating)
        cluster.replace(victim, with: changed)
        leaving.append(changed)
    }

    private mutating func letVictimsGo() {
        for victim in leaving { cluster.remove(victim) }
        leaving = []
    }

    private mutating func retry(_ pod: PodFacts) {
        if !retries.contains(where: { $0.name == pod.name }) { retries.append(pod) }
    }
}
