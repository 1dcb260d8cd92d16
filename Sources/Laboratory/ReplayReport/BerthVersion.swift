/// Version and revision of this program, as `--version`, JSON and pages tell them.
public enum BerthVersion {
    public static let number = "0.1.0"

    /// `Scripts/stamp-revision.sh` writes the revision of the sources over the dots of a built program.
    private static let stamp = "berth revision: ........................................"

    /// The revision, where the program was stamped with it.
    public static var revision: String? {
        let text = stamp.dropFirst("berth revision: ".count).filter { $0 != "." }
        return text.isEmpty ? nil : String(text)
    }

    /// `0.1.0`, or `0.1.0 (36c951d4f00d)`.
    public static var text: String { number + (revision.map { " (\($0))" } ?? "") }
}
