/// Options that were given and do nothing: said, not refused.
enum OptionsWithoutEffect {
    /// - Parameter found: whether the option was given and does nothing, the option, and what it goes with.
    static func tell(_ found: [(isIdle: Bool, option: String, goesWith: String)]) {
        for entry in found where entry.isIdle {
            StandardError.write("note: \(entry.option) has no effect; it goes with \(entry.goesWith)")
        }
    }
}
