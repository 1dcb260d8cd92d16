import ArgumentParser
import PlacementModel

/// Words where a subcommand stands that are none.
enum SubcommandHint {
    /// - Throws: ``InputFailure`` that names the subcommand that was perhaps meant, or all of them.
    static func check(_ arguments: [String], root: any ParsableCommand.Type) throws {
        var command = root
        var words = "berth"
        for argument in arguments {
            let configuration = command.configuration
            if configuration.subcommands.isEmpty || argument.hasPrefix("-") || argument == "help" { return }
            var names: [String] = []
            var next: (any ParsableCommand.Type)?
            for subcommand in configuration.subcommands {
                let name = subcommand._commandName
                names.append(name)
                if name == argument { next = subcommand }
            }
            guard let next else {
                if argument == "version" && words == "berth" {
                    throw InputFailure("`berth --version` tells the version")
                }
                let meant = NearestName(names).suggestion(for: argument).map { "did you mean `\(words) \($0)`?" }
                let all = "it has " + names.joined(separator: ", ")
                throw InputFailure("\(words) has no command '\(argument)'; \(meant ?? all)")
            }
            command = next
            words += " " + argument
        }
    }
}
