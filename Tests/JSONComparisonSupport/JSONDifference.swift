public import BulkJSON

/// Compares JSON trees: objects without regard to key order, arrays in order, numbers as numbers,
/// fractions as precisely as 32-bit floats hold them.
public enum JSONDifference {
    /// The first place where the trees differ, with both values: `spec.containers[0].image: "a" ≠ "b"`; nil if they agree.
    public static func first(between left: JSON, and right: JSON) -> String? {
        difference(left, right, path: "")
    }

    private static func difference(_ left: JSON?, _ right: JSON?, path: String) -> String? {
        guard let left, let right else {
            return left == right ? nil : found(left, right, path)
        }
        switch (left, right) {
        case (.object(let leftObject), .object(let rightObject)):
            var keys = Set<String>()
            for key in leftObject.keys + rightObject.keys where keys.insert(key).inserted {
                let inner = path.isEmpty ? key : path + "." + key
                if let difference = difference(leftObject[key], rightObject[key], path: inner) { return difference }
            }
            return nil
        case (.array(let leftElements), .array(let rightElements)):
            for index in 0..<max(leftElements.count, rightElements.count) {
                if let difference = difference(left[index], right[index], path: path + "[\(index)]") {
                    return difference
                }
            }
            return nil
        default:
            if let leftNumber = left.double, let rightNumber = right.double {
                if leftNumber == rightNumber { return nil }
                let hasFraction = left.int64 == nil || right.int64 == nil
                if hasFraction && Float(leftNumber) == Float(rightNumber) { return nil }
            }
            return left == right ? nil : found(left, right, path)
        }
    }

    private static func found(_ left: JSON?, _ right: JSON?, _ path: String) -> String {
        func text(_ value: JSON?) -> String { value?.text(escapeHTML: false) ?? "absent" }
        return (path.isEmpty ? "" : path + ": ") + text(left) + " ≠ " + text(right)
    }
}
