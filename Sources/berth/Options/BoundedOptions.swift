import ArgumentParser
import PlacementModel
import TraceReplay

// Checks of option values, one a kind, in the same words everywhere; the bounds are those of ``InputLimits``.

/// - Throws: a usage error that names the option and its bounds.
func require<Value: Comparable & CustomStringConvertible>(
    _ value: Value?, in range: ClosedRange<Value>, _ option: String
) throws {
    guard let value, !range.contains(value) else { return }
    throw ValidationError("\(option) must be \(shown(range.lowerBound)) to \(shown(range.upperBound)).")
}

private func shown<Value: CustomStringConvertible>(_ bound: Value) -> String {
    switch bound {
    case let number as Int: NumberText.grouped(number)
    case let number as Int64: NumberText.grouped(Int(number))
    default: bound.description
    }
}

/// The parts of a list with commas.
///
/// - Throws: a usage error when the list or a part of it is empty, or a part stands twice.
func listed(_ text: String, _ option: String) throws -> [String] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if parts.contains("") {
        throw ValidationError("\(option) \"\(text)\" \(text.isEmpty ? "names nothing" : "has an empty part").")
    }
    if let twice = Dictionary(grouping: parts, by: \.self).filter({ $0.value.count > 1 }).keys.min() {
        throw ValidationError("\(option) names \(twice) twice.")
    }
    return parts
}

/// The policies that a list names.
///
/// - Throws: as ``listed(_:_:)``, and for an unknown name.
func policies(_ text: String, _ option: String) throws -> [PolicyChoice] {
    try listed(text, option).map { name in
        guard let policy = PolicyChoice.named(name) else {
            let known = PolicyChoice.all.map(\.name).joined(separator: ", ")
            let hint = CaselessName.hint(for: name, among: PolicyChoice.all.map(\.name))
            throw ValidationError("Unknown policy \"\(name)\"; \(hint)known: \(known).")
        }
        return policy
    }
}
