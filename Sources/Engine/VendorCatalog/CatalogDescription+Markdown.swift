import PlacementModel

extension CatalogDescription {
    /// The text of docs/vendors.md.
    public static func markdown(_ catalog: VendorCatalog) -> String {
        """
        # Device types

        Made from the code by `berth vendors --markdown`; a test compares the two. Names are those of HAMi's chart; a
        `device-config.yaml` given with `--device-config` changes them.

        ## What is enforced

        \(matrix(catalog))
        "whole" = a card goes to one container as a whole; "no" = not looked at when devices are chosen. Memory and cores
        are what the scheduler accounts for; keeping containers to it is the device plugin's work.

        ## Resources

        \(resourceTable(catalog))
        ## Annotations

        \(annotationTable(catalog))
        ## Rules

        \(ruleLists(catalog))
        """
    }

    private static func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }

    private static func rule(_ columns: Int) -> String { "|" + String(repeating: "---|", count: columns) + "\n" }

    private static func code(_ text: String) -> String { text.isEmpty ? "-" : "`\(text)`" }

    private static func matrix(_ catalog: VendorCatalog) -> String {
        var text = ""
        for (place, vendor) in catalog.vendors.enumerated() {
            let cells = capabilities(of: vendor)
            if place == 0 { text += row(["device type"] + cells.map(\.0)) + rule(cells.count + 1) }
            text += row([vendor.commonWord] + cells.map(\.1))
        }
        return text
    }

    private static func resourceTable(_ catalog: VendorCatalog) -> String {
        var text = row(["device type", "name", "count", "memory", "memory unit", "cores", "further"]) + rule(7)
        for vendor in catalog.vendors {
            let names = vendor.resources
            let further = vendor.resourceNames.filter { ![names.count, names.memory, names.cores].contains($0) }
            text += row([
                vendor.commonWord, vendor.displayName, code(names.count), code(names.memory),
                names.memory.isEmpty ? "-" : unit(of: vendor), code(names.cores),
                further.isEmpty ? "-" : further.map(code).joined(separator: ", "),
            ])
        }
        return text
    }

    private static func annotationTable(_ catalog: VendorCatalog) -> String {
        var text = row(["device type", "annotation", "use"]) + rule(3)
        for vendor in catalog.vendors {
            for (use, key) in annotations(of: vendor) { text += row([vendor.commonWord, code(key), use]) }
        }
        return text
    }

    private static func ruleLists(_ catalog: VendorCatalog) -> String {
        catalog.vendors.map { vendor in
            "### \(vendor.commonWord)\n\n" + vendor.rules.map { "- \($0)\n" }.joined()
        }.joined(separator: "\n")
    }
}
