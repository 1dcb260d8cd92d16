import ArgumentParser
import PlacementModel

/// A choice of words on the command line; case does not matter.
protocol CaselessArgument: ExpressibleByArgument, CaseIterable, RawRepresentable where RawValue == String {}

extension CaselessArgument {
    public init?(argument: String) {
        guard let word = CaselessName.of(argument, among: Self.allCases.map(\.rawValue)) else { return nil }
        self.init(rawValue: word)
    }
}

/// Names on the command line; case does not matter.
enum CaselessName {
    /// The known name that is meant.
    static func of(_ name: String, among known: [String]) -> String? {
        known.contains(name) ? name : known.first { $0.lowercased() == name.lowercased() }
    }

    /// `did you mean FGD? `, or nothing.
    static func hint(for name: String, among known: [String]) -> String {
        let nearest = NearestName(known.map { $0.lowercased() }).suggestion(for: name.lowercased())
        return nearest.flatMap { of($0, among: known) }.map { "did you mean \($0)? " } ?? ""
    }
}
