import VendorCatalog

/// Finds the model that a scheduler's name for a device type means, as they really look: `a100`, `nvidia_a100-sxm4-80gb`.
///
/// ```
/// nvidia_a100-sxm4-80gb   words  a100 sxm4 80gb     (the vendor's word says nothing)
/// A100                    words  a100               all of them are among the type's: found
/// A10                     words  a10                is not; nor is it part of a100: the next character is a digit
/// ```
struct DeviceTypeNames {
    private let vendorWords: Set<String>

    init(catalog: VendorCatalog) {
        vendorWords = Set(
            catalog.vendors.flatMap { [$0.traceProfile.key.lowercased(), $0.commonWord.lowercased()] })
    }

    /// The models that the type may mean, best first: those of the same words, then those whose words contain the type's,
    /// then those whose words the type's contain, the longest first; where there is none, those that are part of each other.
    func models(for type: String, among models: some Sequence<String>) -> [String] {
        let own = words(of: type)
        if own.isEmpty { return [] }
        var found: [(rank: Int, length: Int, model: String)] = []
        for model in models {
            let words = words(of: model)
            if words.isEmpty { continue }
            let rank: Int
            if Set(words) == Set(own) {
                rank = 0
            } else if Set(own).isSubset(of: words) {
                rank = 1
            } else if Set(words).isSubset(of: own) {
                rank = 2
            } else if Self.isPart(own.joined(), of: words.joined()) || Self.isPart(words.joined(), of: own.joined()) {
                rank = 3
            } else {
                continue
            }
            found.append((rank, rank == 2 ? -words.count : 0, model))
        }
        let best = found.map(\.rank).min()
        return found.filter { $0.rank == best }.sorted { ($0.length, $0.model) < ($1.length, $1.model) }.map(\.model)
    }

    /// Runs of letters and digits in lower case, without words for vendors.
    private func words(of name: String) -> [String] {
        name.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { !vendorWords.contains($0) }
    }

    /// Whether `text` contains `part`, and no number is cut in two.
    private static func isPart(_ part: String, of text: String) -> Bool {
        for range in text.ranges(of: part) {
            let cutsBefore =
                range.lowerBound > text.startIndex && text[text.index(before: range.lowerBound)].isNumber
                && part.first!.isNumber
            let cutsAfter = range.upperBound < text.endIndex && text[range.upperBound].isNumber && part.last!.isNumber
            if !cutsBefore && !cutsAfter { return true }
        }
        return false
    }
}
