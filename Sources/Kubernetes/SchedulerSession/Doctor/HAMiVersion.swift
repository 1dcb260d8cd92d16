/// The version of HAMi, as images tell it.
public enum HAMiVersion {
    /// What Berth decides as.
    public static let followed = "2.10.0"

    /// The tag of an image of HAMi's, nil for others: `projecthami/hami:v2.10.0` is `v2.10.0`.
    public static func of(image: String) -> String? {
        let name = image.prefix { $0 != "@" }.split(separator: "/").last ?? ""
        let parts = name.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased().contains("hami") else { return nil }
        return String(parts[1])
    }

    /// Whether a tag is a release of the line that Berth follows.
    public static func isFollowed(_ tag: String) -> Bool {
        let plain = tag.hasPrefix("v") ? String(tag.dropFirst()) : tag
        let line = followed.split(separator: ".").prefix(2).joined(separator: ".")
        return plain == line || plain.hasPrefix(line + ".") || plain.hasPrefix(line + "-")
    }
}
