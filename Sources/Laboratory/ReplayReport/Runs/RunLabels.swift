/// Names that tell the runs of a report apart.
enum RunLabels {
    /// The settings in which runs differ, joined; numbered where that does not do.
    static func labels(of runs: [RunRecord]) -> [String] {
        guard runs.count > 1 else { return runs.map { shortName($0) } }
        let names = runs.map { run in
            let differing = run.settings.filter { setting in
                runs.contains { other in other.settings.first { $0.name == setting.name }?.value != setting.value }
            }
            return differing.isEmpty ? shortName(run) : differing.map { text($0) }.joined(separator: ", ")
        }
        var seen: [String: Int] = [:]
        return names.map { name in
            seen[name, default: 0] += 1
            let isAlone = names.filter { $0 == name }.count == 1
            return isAlone ? name : "\(name) #\(seen[name] ?? 0)"
        }
    }

    private static func shortName(_ run: RunRecord) -> String {
        let policy = run.settings.first { $0.name == "policy" }?.value ?? ""
        let nodePolicy = run.settings.first { $0.name == "nodePolicy" }?.value ?? ""
        return run.isMilli ? policy : "\(policy) \(nodePolicy)"
    }

    /// Names of settings whose values do not speak for themselves stand before them.
    private static func text(_ setting: (name: String, value: String)) -> String {
        switch setting.name {
        case "seed", "interval": "\(setting.name) \(setting.value)"
        case "nodePolicy": "node \(setting.value)"
        case "devicePolicy": "device \(setting.value)"
        default: setting.value
        }
    }
}
