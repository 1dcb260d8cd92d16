/// Delta debugging: the smallest part of a list that still shows something.
public enum DeltaDebugging {
    /// Leaves out parts, halves first and single elements last, as long as the rest still shows it.
    ///
    /// - Parameter shows: whether a part shows it; the whole list must. Called with parts in the list's order, no part twice
    ///   in a row.
    /// - Returns: a part that shows it and from which no single element can be left out.
    /// - Complexity: O(n log n) calls when single elements matter alone, O(n^2) at worst.
    /// - Source: Zeller and Hildebrandt 2002, algorithm ddmin
    public static func minimise<Element>(
        _ elements: [Element], shows: ([Element]) throws -> Bool
    ) rethrows -> [Element] {
        var kept = elements
        if try kept.isEmpty || shows([]) { return [] }
        var parts = 2
        while kept.count > 1 {
            var isReduced = false
            let bounds = (0...parts).map { kept.count * $0 / parts }
            // One part alone.
            for part in 0..<parts {
                let candidate = Array(kept[bounds[part]..<bounds[part + 1]])
                if try shows(candidate) {
                    kept = candidate
                    parts = 2
                    isReduced = true
                    break
                }
            }
            // All but one part; with two parts those are the same.
            if !isReduced && parts > 2 {
                for part in 0..<parts {
                    let candidate = Array(kept[..<bounds[part]] + kept[bounds[part + 1]...])
                    if try shows(candidate) {
                        kept = candidate
                        parts = max(parts - 1, 2)
                        isReduced = true
                        break
                    }
                }
            }
            if isReduced {
                parts = min(parts, max(kept.count, 2))
                continue
            }
            if parts >= kept.count { break }
            parts = min(parts * 2, kept.count)
        }
        return kept
    }
}
