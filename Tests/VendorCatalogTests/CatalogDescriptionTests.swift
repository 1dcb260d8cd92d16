import BulkJSON
import Foundation
import Testing
import VendorCatalog

@Suite struct CatalogDescriptionTests {
    private func document(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/" + name), encoding: .utf8)
    }

    /// `berth vendors --markdown > docs/vendors.md` makes it true again.
    @Test func theDocumentIsTheCatalogue() throws {
        #expect(try document("vendors.md") == CatalogDescription.markdown(VendorCatalog()))
    }

    /// What the specification's matrix says must not fall behind in the code.
    @Test func everyTypeHasRulesAndACountResource() throws {
        for vendor in try VendorCatalog().vendors {
            #expect(!vendor.rules.isEmpty, "\(vendor.commonWord)")
            #expect(!vendor.resources.count.isEmpty, "\(vendor.commonWord)")
            #expect(!vendor.annotations.allocated.isEmpty, "\(vendor.commonWord)")
            #expect(vendor.capabilities.uuidFilter == !vendor.annotations.useUUID.isEmpty, "\(vendor.commonWord)")
            #expect(vendor.capabilities.typeFilter == !vendor.annotations.useType.isEmpty, "\(vendor.commonWord)")
        }
    }

    @Test(arguments: [
        ("mlu", "MLU"), ("nvidia.com/gpu", "NVIDIA"), ("Huawei Ascend310P", "Ascend310P"), ("moore", "Mthreads"),
    ]) func typesAreFoundByAnyName(_ name: String, _ word: String) throws {
        let description = CatalogDescription(try VendorCatalog(), matching: name)
        #expect(description.details.hasPrefix(word + ":"))
    }

    @Test func unknownNamesFindNothing() throws {
        #expect(CatalogDescription(try VendorCatalog(), matching: "abacus").isEmpty)
    }

    @Test func detailsTellSlices() throws {
        let text = CatalogDescription(try VendorCatalog(), matching: "Ascend310P").details
        #expect(text.contains("    vir01: 3072 MiB\n"))
        #expect(text.contains("    whole: 21527 MiB\n"))
    }

    @Test func jsonHasEveryType() throws {
        var writer = JSONWriter(escapeHTML: false)
        let catalog = try VendorCatalog()
        CatalogDescription(catalog).write(into: &writer)
        let list = JSON(try JSONParser().parse(writer.text)).array ?? []
        #expect(list.compactMap { $0["word"]?.string } == catalog.vendors.map(\.commonWord))
    }
}
