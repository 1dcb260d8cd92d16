import PlacementModel

/// Pods written as one line: `init n=1 | n=2 req:m=8 @key=value`.
///
/// A segment between `|` is a container; `init` makes it an init container. `name=quantity` is a limit, `req:name=quantity`
/// a request, `@key=value` an annotation of the pod. Short names stand for resource names.
public struct PodText {
    private let names: [String: String]

    public init(names: [String: String]) { self.names = names }

    public func pod(_ text: String, name: String, namespace: String = "default") -> Pod {
        var pod = Pod(metadata: ObjectMeta(name: name, namespace: namespace, uid: name))
        for segment in text.split(separator: "|", omittingEmptySubsequences: false) {
            var container = Container(name: "c\(pod.initContainers.count + pod.containers.count)")
            var isInit = false
            for word in segment.split(separator: " ") {
                if word == "init" {
                    isInit = true
                } else if word.hasPrefix("@") {
                    let (key, value) = Self.halves(word.dropFirst())
                    pod.metadata.annotations[key] = value
                } else if word.hasPrefix("req:") {
                    let (key, value) = Self.halves(word.dropFirst(4))
                    container.requests[names[key] ?? key] = quantity(value)
                } else {
                    let (key, value) = Self.halves(word)
                    container.limits[names[key] ?? key] = quantity(value)
                }
            }
            if isInit { pod.initContainers.append(container) } else { pod.containers.append(container) }
        }
        return pod
    }

    private static func halves(_ word: Substring) -> (String, String) {
        guard let equals = word.firstIndex(of: "=") else { return (String(word), "") }
        return (String(word[..<equals]), String(word[word.index(after: equals)...]))
    }

    private func quantity(_ text: String) -> Quantity {
        guard let value = try? Quantity(parsing: text) else { preconditionFailure("\(text) is no quantity") }
        return value
    }
}

extension Quantity {
    /// A quantity of a test; the text must be one.
    public static func of(_ text: String) -> Quantity {
        guard let value = try? Quantity(parsing: text) else { preconditionFailure("\(text) is no quantity") }
        return value
    }
}
