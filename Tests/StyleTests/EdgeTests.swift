import Foundation
import Testing

/// The edges have one way each: streams in `berth/Streams`, files in `FileSystem`, escaping in `TextEscaping`.
@Suite struct EdgeRules {
    private static func isExempt(_ file: SourceTree.File, _ places: [String]) -> Bool {
        places.contains { file.path.contains($0) }
    }

    private static func findings(_ pattern: String, except places: [String]) throws -> [String] {
        let regex = try Regex(pattern)
        return SourceTree.sources.filter { !isExempt($0, places) }.flatMap { file in
            file.codeLines.enumerated().filter { $0.element.contains(regex) }.map {
                "\(file.path):\($0.offset + 1): \($0.element)"
            }
        }
    }

    @Test func everyByteToAStreamIsChecked() throws {
        let found = try Self.findings(
            #"(^|[^.\w])(print|debugPrint|fputs|puts|printf|fwrite|dump)\(|FileHandle\.standard(Output|Error)|TextOutputStream"#,
            except: ["Sources/berth/Streams/"])
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    @Test func filesAreWrittenInOnePlace() throws {
        let found = try Self.findings(
            #"O_TRUNC|O_WRONLY|O_CREAT|O_APPEND|\.write\(to(File)?:|createFile\(|fopen\(|(^|[^.\w])rename\("#,
            except: [
                "Sources/Base/FileSystem/", "Sources/berth/Streams/",
                // A record's parts write themselves to a writer of JSON.
                "BenchmarkRecord+JSON.swift",
            ])
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    @Test func markupIsEscapedInOnePlace() throws {
        let found = try Self.findings(#""&(amp|lt|gt|quot);""#, except: ["Sources/Base/TextEscaping/"])
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }

    @Test func yamlIsParsedWithinBounds() throws {
        let found = try Self.findings(#"Yams\.(compose|load)|Parser\(yaml"#, except: ["BoundedYAML.swift"])
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }
}
