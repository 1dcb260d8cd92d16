/// Which kinds have been listed, are being listed, or have no live watch.
///
/// ```
///  begin(pods)   listing 3 of pods: what is told now bears the 3
///  ...           pods a, c
///  end(pods)     b bears a 2: it has gone while nobody watched
/// ```
struct ListProgress {
    private var listings = [Int](repeating: 0, count: WatchedKind.allCases.count)
    private var isListing = [Bool](repeating: false, count: WatchedKind.allCases.count)
    private var isListed = [Bool](repeating: false, count: WatchedKind.allCases.count)
    private var brokenSince = [Int64?](repeating: nil, count: WatchedKind.allCases.count)

    /// The number of the present or latest list of the kind: objects told since bear it.
    func listing(of kind: WatchedKind) -> Int { listings[Int(kind.rawValue)] }

    /// Whether a list is under way: it replaces what is held, whatever the versions.
    func isListing(_ kind: WatchedKind) -> Bool { isListing[Int(kind.rawValue)] }

    mutating func begin(_ kind: WatchedKind) {
        listings[Int(kind.rawValue)] += 1
        isListing[Int(kind.rawValue)] = true
    }

    /// - Returns: false for a list that had not begun
    mutating func end(_ kind: WatchedKind) -> Bool {
        guard isListing[Int(kind.rawValue)] else { return false }
        isListing[Int(kind.rawValue)] = false
        isListed[Int(kind.rawValue)] = true
        brokenSince[Int(kind.rawValue)] = nil
        return true
    }

    mutating func watchBroke(_ kind: WatchedKind, at time: Int64) {
        brokenSince[Int(kind.rawValue)] = brokenSince[Int(kind.rawValue)] ?? time
    }

    mutating func watchResumed(_ kind: WatchedKind) { brokenSince[Int(kind.rawValue)] = nil }

    /// Whether each of the kinds has been listed once.
    func areComplete(_ kinds: Set<WatchedKind>) -> Bool {
        WatchedKind.allCases.allSatisfy { !kinds.contains($0) || isListed[Int($0.rawValue)] }
    }

    /// Whether pods or nodes have had no live watch for too long to decide on what is known of them.
    func isBlind(at time: Int64) -> Bool {
        [WatchedKind.pods, .nodes].contains { kind in
            brokenSince[Int(kind.rawValue)].map { time > $0 + Waits.blind } ?? false
        }
    }
}
