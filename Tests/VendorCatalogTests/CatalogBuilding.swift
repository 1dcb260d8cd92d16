import BulkJSON
import VendorCatalog

/// Catalogues of changed configurations.
enum Catalogs {
    /// The given sections over a file that has no others.
    static func with(_ sections: [String: JSON]) throws -> VendorCatalog {
        let members = sections.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return try VendorCatalog(configuration: DeviceConfiguration(tree: .object(JSONObject(members))))
    }

    /// The configuration as JSON text.
    static func with(json: String) throws -> VendorCatalog {
        try VendorCatalog(configuration: DeviceConfiguration(tree: JSON(try JSONParser().parse(json))))
    }

    static func names(count: String, memory: String = "", cores: String = "", factor: Int64 = 0) -> JSON {
        .object(
            JSONObject([
                ("resourceCountName", .string(count)), ("resourceMemoryName", .string(memory)),
                ("resourceCoreName", .string(cores)), ("memoryFactor", .int(factor)),
            ]))
    }
}
