import PlacementModel
import VendorCatalog

/// The value of a lock annotation, as HAMi reads it.
///
/// ```
/// 2026-01-01T08:00:00Z,team-a,train-0   time, namespace and pod
/// 2026-01-01T08:00:00Z                  time alone: old schedulers, and one vendor
/// 2026-01-01T08:00:00Z,team-a           malformed: HAMi waits for ever
/// ```
///
/// Written in UTC always, so that it does not depend on where the scheduler runs.
/// - Source: hami-core.md 4.11
struct NodeLock: Hashable {
    enum Owner: Hashable {
        case pod(namespace: String, name: String)
        case unnamed
    }

    var setSeconds: Int64
    var owner: Owner

    /// - Returns: nil for a malformed value.
    init?(parsing text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 1 || parts.count == 3, let seconds = CivilTime.unixSeconds(rfc3339: String(parts[0]))
        else {
            return nil
        }
        setSeconds = seconds
        owner = parts.count == 3 ? .pod(namespace: String(parts[1]), name: String(parts[2])) : .unnamed
    }

    /// The value that locks a node for a pod.
    static func value(_ rule: NodeLockRule, for pod: Pod, at seconds: Int64) -> String {
        let time = CivilTime.rfc3339(unixSeconds: seconds)
        return rule.namesOwner ? "\(time),\(pod.metadata.namespace),\(pod.metadata.name)" : time
    }
}
