import ArgumentParser
import BulkJSON
import FileSystem
import Foundation
import KubernetesWire
import VendorCatalog

/// `berth vendors`: what the catalogue knows of each device type.
struct VendorsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vendors",
        abstract: "Print the device types: resources and units, annotations, slices, what is enforced, rules.",
        discussion: """
            Examples:
              berth vendors
              berth vendors Ascend310P
              berth vendors nvidia.com/gpu
              berth vendors MLU --output json
              berth vendors --device-config device-config.yaml

            Exit codes: 0 done, 2 bad usage, unknown name or no usable configuration.
            """)

    @Argument(help: "Common word, name or count resource of a device type; without it, all in a table.")
    var name: String?

    @Option(help: ArgumentHelp("HAMi's device-config.yaml; without it, the chart's defaults.", valueName: "file"))
    var deviceConfig: String?

    enum Output: String, CaselessArgument {
        case table
        case json
    }

    @Option(help: "table or json.")
    var output = Output.table

    @Flag(help: "Print the document docs/vendors.md.")
    var markdown = false

    func validate() throws {
        if markdown && (name != nil || output != .table) {
            throw ValidationError("--markdown prints the whole document; a name and --output do not go with it")
        }
    }

    func run() throws {
        let catalog = try VendorCatalog.reading(configurationFile: deviceConfig)
        if markdown { return try StandardOutput.write(CatalogDescription.markdown(catalog)) }
        let description = CatalogDescription(catalog, matching: name)
        if description.isEmpty {
            let known = catalog.vendors.map(\.commonWord)
            let hint = CaselessName.hint(for: name ?? "", among: known)
            throw InputFailure(
                "unknown device type '\(name ?? "")'; \(hint)known are \(known.joined(separator: ", "))")
        }
        switch output {
        case .table: try StandardOutput.write(name == nil ? description.table : description.details)
        case .json:
            var writer = JSONWriter(escapeHTML: false, pretty: true)
            description.write(into: &writer)
            writer.newline()
            try StandardOutput.write(writer.bytes)
        }
    }
}

extension VendorCatalog {
    /// The catalogue of a device-config.yaml, or of the chart's defaults.
    ///
    /// - Throws: ``InputFailure`` naming the file and what is wrong.
    static func reading(configurationFile path: String?, forTraces: Bool = false) throws -> VendorCatalog {
        func made(_ configuration: DeviceConfiguration) throws -> VendorCatalog {
            try forTraces ? VendorCatalog.forTraces(configuration) : VendorCatalog(configuration: configuration)
        }
        guard let path else { return try made(.chartDefaults) }
        do {
            let bytes = try InputReader.contents(ofFile: path)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw InputFailure("\(path): expected UTF-8")
            }
            return try made(DeviceConfiguration(yaml: text))
        } catch let error as ConfigurationError {
            throw InputFailure("\(path): \(error)")
        } catch let problem as InputProblem { throw InputFailure(problem.description) }
    }
}
