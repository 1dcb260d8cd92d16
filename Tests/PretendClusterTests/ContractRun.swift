import BulkJSON
import PretendCluster
import Testing

/// A case of the contract told to a server.
struct ContractRun {
    static let namespace = "team-a"
    private var server: PretendAPIServer
    private var time = VirtualTime(nanoseconds: 0, wallSeconds: 1_796_000_000)
    private var answers: [String: JSON] = [:]
    private var streams: [String: WatchID] = [:]
    private let file: String

    init(file: String) {
        var configuration = PretendAPIServer.Configuration(seed: 7)
        configuration.podGroupAPIs = ["scheduling.x-k8s.io"]
        configuration.tokens = [ReviewedToken(token: "good", user: "ann")]
        configuration.access.denials = [
            .init(user: "nobody", verb: "list", resource: "pods"),
            .init(user: "nobody", verb: "create", resource: "pods/binding"),
            .init(user: "nobody", verb: "get", group: "coordination.k8s.io", resource: "leases"),
        ]
        configuration.leaderFence = nil
        server = PretendAPIServer(configuration, at: time)
        self.file = file
        _ = server.handle(
            APIRequest(.post, "/api/v1/namespaces", body: ["metadata": ["name": .string(Self.namespace)]]), at: time)
    }

    static func run(_ contract: ContractCase) throws {
        var run = ContractRun(file: contract.file)
        for step in contract.steps { try run.take(step) }
    }

    private mutating func take(_ step: ContractCase.Step) throws {
        let place = "\(file):\(step.line)"
        switch step.verb {
        case "WAIT":
            let seconds = Int64(step.target) ?? 0
            time.nanoseconds += seconds * 1_000_000_000
            time.wallSeconds += seconds
        case "COMPACT": server.compact(upTo: server.version)
        case "FENCE":
            server.configuration.leaderFence = LeaderFence(
                leaseNamespace: Self.namespace, leaseName: step.target, annotation: "berth.io/leader")
        case "SERVER": server.configuration.minorVersion = Int(step.target) ?? 0
        case "PULL":
            let stream = try #require(streams[step.target], "\(place): no stream \(step.target)")
            let batch = server.pull(stream, limit: Int(step.body) ?? .max, at: time)
            let told = batch.events.map { event in
                let object = event["object"] ?? .null
                let isLast = object.annotation("k8s.io/initial-events-end") != nil
                let name = isLast ? "end" : object["reason"]?.string ?? object.name
                return (event["type"]?.string ?? "?") + (name.isEmpty ? "" : " \(name)")
            }
            let text = (told + (batch.isEnded ? ["closed"] : [])).joined(separator: ", ")
            answers[step.target] = ["events": .array(batch.events)]
            for (line, check) in step.checks {
                if case .events(let expected) = check {
                    #expect(text == (expected == "nothing" ? "" : expected), "\(file):\(line)")
                } else {
                    try verify(check, 200, answers[step.target] ?? .null, "\(file):\(line)")
                }
            }
        default:
            let (name, verb) = (step.target, step.verb)
            let isWatch = verb == "WATCH"
            let (target, bodyText) = isWatch ? (step.body, "") : (step.target, step.body)
            let reply = server.handle(try request(isWatch ? "GET" : verb, target, bodyText, place), at: time)
            if isWatch { streams[name] = reply.watch }
            for (line, check) in step.checks { try verify(check, reply.status, reply.body, "\(file):\(line)") }
        }
    }

    private mutating func verify(_ check: ContractCase.Check, _ status: Int, _ body: JSON, _ place: String) throws {
        switch check {
        case .status(let expected): #expect(status == expected, "\(place): \(body.text(escapeHTML: false))")
        case .named(let name): answers[name] = body
        case .equals(let path, let value):
            let expected = try filledIn(value, place)
            let found = Self.field(path, of: body)
            #expect(
                found?.isSame(as: expected) == true,
                "\(place): \(path) is \(found?.text(escapeHTML: false) ?? "absent") in \(body.text(escapeHTML: false))")
        case .absent(let path): #expect(Self.field(path, of: body) == nil, "\(place): \(path)")
        case .present(let path):
            #expect(Self.field(path, of: body) != nil, "\(place): \(path) in \(body.text(escapeHTML: false))")
        case .starts(let path, let start):
            let found = Self.field(path, of: body)?.string ?? "absent"
            #expect(found.hasPrefix(try filledIn(start, place)), "\(place): \(found)")
        case .differs(let path, let other):
            #expect(Self.field(path, of: body)?.text() != (try filledIn("\"\(other)\"", place)), "\(place): \(path)")
        case .events: Issue.record("\(place): events of a step that pulls nothing")
        }
    }

    /// A field by a path of names and places: `items.0.metadata.name`; a name with dots stands in brackets.
    private static func field(_ path: String, of body: JSON) -> JSON? {
        var value: JSON? = body
        for part in names(of: path) { value = Int(part).flatMap { value?[$0] } ?? value?[part] }
        return value
    }

    private static func names(of path: String) -> [String] {
        var names: [String] = []
        var name = ""
        var isQuoted = false
        for letter in path {
            switch letter {
            case "[": isQuoted = true
            case "]": isQuoted = false
            case "." where !isQuoted:
                names.append(name)
                name = ""
            default: name.append(letter)
            }
        }
        return names + [name]
    }

    private func filledIn(_ value: JSON, _ place: String) throws -> JSON {
        switch value {
        case .string(let text): .string(try filledIn(text, place))
        case .array(let elements): .array(try elements.map { try filledIn($0, place) })
        case .object(let members):
            .object(JSONObject(try members.members.map { ($0.key, try filledIn($0.value, place)) }))
        default: value
        }
    }

    /// Puts fields of earlier answers where `$name.field` stands, between characters that cannot be part of a path.
    private func filledIn(_ text: String, _ place: String) throws -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            let path = rest[rest.index(after: dollar)...].prefix {
                $0.isLetter || $0.isNumber || $0 == "." || $0 == "_"
            }
            let trimmed = path.hasSuffix(".") ? path.dropLast() : path
            // A dollar that names no answer is a directive of a patch.
            guard let dot = trimmed.firstIndex(of: "."), let answer = answers[String(trimmed[..<dot])] else {
                result += "$"
                rest = rest[rest.index(after: dollar)...]
                continue
            }
            let field = Self.field(String(trimmed[trimmed.index(after: dot)...]), of: answer)
            guard let value = field?.string ?? field?.text() else {
                throw ContractCase.Mistake(description: "\(place): nothing at $\(trimmed)")
            }
            result += value
            rest = rest[trimmed.endIndex...]
        }
        return result + rest
    }

    private func request(_ verb: String, _ target: String, _ bodyText: String, _ place: String) throws -> APIRequest {
        var user = "admin"
        var accept = "application/json"
        var text = bodyText
        var contentType: String?
        for (mark, use) in [("as:", 0), ("accept:", 1), ("type:", 2)] {
            guard text.hasPrefix(mark) else { continue }
            let word = String(text.dropFirst(mark.count).prefix { $0 != " " })
            text = String(text.dropFirst(mark.count + word.count).drop { $0 == " " })
            if use == 0 { user = word } else if use == 1 { accept = word } else { contentType = word }
        }
        let verbs: [String: (APIRequest.Method, String)] = [
            "GET": (.get, ""), "POST": (.post, "application/json"), "PUT": (.put, "application/json"),
            "DELETE": (.delete, "application/json"), "MERGE": (.patch, "application/merge-patch+json"),
            "STRATEGIC": (.patch, "application/strategic-merge-patch+json"),
            "JSONPATCH": (.patch, "application/json-patch+json"), "PATCH": (.patch, "application/json"),
        ]
        guard let (method, type) = verbs[verb] else {
            throw ContractCase.Mistake(description: "\(place): what is \(verb)?")
        }
        let body = text.isEmpty ? JSON.null : try self.body(text, place)
        return APIRequest(
            method, try filledIn(Self.path(target), place), body: try filledIn(body, place),
            contentType: contentType ?? type, accept: accept, user: user)
    }

    private static func path(_ target: String) -> String {
        if target.hasPrefix("/") { return target }
        let resource = target.prefix { $0 != "/" && $0 != "?" }
        switch resource {
        case "nodes", "namespaces", "persistentvolumes": return "/api/v1/\(target)"
        case "leases": return "/apis/coordination.k8s.io/v1/namespaces/\(namespace)/\(target)"
        case "poddisruptionbudgets": return "/apis/policy/v1/namespaces/\(namespace)/\(target)"
        case "podgroups": return "/apis/scheduling.x-k8s.io/v1alpha1/namespaces/\(namespace)/\(target)"
        case "priorityclasses": return "/apis/scheduling.k8s.io/v1/\(target)"
        default: return "/api/v1/namespaces/\(namespace)/\(target)"
        }
    }

    /// JSON, or a small object by name with members merged into it: `@pod a {"spec":{"nodeName":"n"}}`.
    private func body(_ text: String, _ place: String) throws -> JSON {
        guard text.hasPrefix("@") else { return try ContractCase.json(text, place) }
        let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
        var object: JSON
        switch parts[0] {
        case "@pod": object = ["metadata": [:], "spec": ["containers": [["name": "c", "image": "i"]]]]
        case "@bind": object = ["metadata": [:], "target": ["kind": "Node", "name": "n"]]
        case "@named": object = ["metadata": [:]]
        default: throw ContractCase.Mistake(description: "\(place): what is \(parts[0])?")
        }
        object[path: ["metadata", "name"]] = .string(parts[1])
        guard parts.count > 2 else { return object }
        return Self.merged(try ContractCase.json(parts[2], place), into: object)
    }

    private static func merged(_ change: JSON, into object: JSON) -> JSON {
        guard case .object(let changes) = change, case .object(var members) = object else { return change }
        for member in changes { members[member.key] = merged(member.value, into: members[member.key] ?? .null) }
        return .object(members)
    }
}

@Suite struct Contract {
    static let cases = (try? ContractCase.all()) ?? []

    @Test(arguments: cases)
    func holds(_ contract: ContractCase) throws {
        try ContractRun.run(contract)
    }

    @Test func everyCaseHasItsNameAndChecksSomething() throws {
        let cases = try ContractCase.all()
        #expect(Set(cases.map(\.name)).count == cases.count)
        #expect(cases.count >= 150)
        for contract in cases { #expect(contract.steps.contains { !$0.checks.isEmpty }, "\(contract.name)") }
    }
}
