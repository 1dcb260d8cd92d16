import Foundation
import Testing

/// The page on embedding shows programs as they are compiled.
@Suite struct EmbeddingPage {
    private let page = SourceTree.files(under: "docs", extensions: ["md"]).first { $0.name == "embedding.md" }
    private let programs = SourceTree.files(under: "examples/programs", extensions: ["swift"])

    @Test func showsTheProgramThatIsCompiled() throws {
        let program = try #require(programs.first { $0.path.contains("PlaceBatch/") })
        #expect(try #require(page).text.contains("```swift\n\(program.text)```"))
    }

    @Test func namesEveryProgram() throws {
        let text = try #require(page).text
        #expect(programs.count >= 4)
        for program in programs {
            let name = String(program.path.split(separator: "/")[2])
            #expect(text.contains("`\(name)`"), "docs/embedding.md does not name \(name)")
        }
    }
}
