import JSONText

/// Objects as a table, which is what `kubectl get` asks for: columns that the server fills.
struct ObjectTable {
    /// Nil unless a request accepts a table.
    init?(_ accept: String) {
        let isAsked = accept.split(separator: ",").first.map { first in
            first.contains("as=Table") && first.contains("g=meta.k8s.io") && first.contains("v=v1")
        }
        guard isAsked == true else { return nil }
    }

    func body(_ objects: [JSON], _ kind: ResourceKind, version: String) -> JSON {
        body(objects, kind, metadata: ["resourceVersion": .string(version)])
    }

    func body(_ objects: [JSON], _ kind: ResourceKind, metadata: JSONObject) -> JSON {
        let columns = Self.columns(of: kind)
        return [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": .object(metadata),
            "columnDefinitions": .array(
                columns.map { column in
                    [
                        "name": .string(column.name), "type": .string(column.type),
                        "format": .string(column.name == "Name" ? "name" : ""), "description": .string(column.name),
                        "priority": 0,
                    ]
                }),
            "rows": .array(
                objects.map { object in
                    ["cells": .array(columns.map { $0.cell(object) }), "object": Self.partial(object)]
                }),
        ]
    }

    /// Names, labels and the like of the object of a row.
    private static func partial(_ object: JSON) -> JSON {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"] ?? [:],
        ]
    }

    private struct Column {
        var name: String
        var type = "string"
        var cell: (JSON) -> JSON
    }

    /// Ages are given as the time of creation: the clients that are meant here count themselves.
    private static func columns(of kind: ResourceKind) -> [Column] {
        let name = Column(name: "Name") { .string($0.name) }
        let created = Column(name: "Created At", type: "date") {
            $0["metadata"]?["creationTimestamp"] ?? .null
        }
        switch kind.resource {
        case "pods":
            return [
                name,
                Column(name: "Ready") { pod in
                    let all = pod["spec"]?["containers"]?.array?.count ?? 0
                    let ready = pod.condition("Ready")?.value["status"]?.string == "True" ? all : 0
                    return .string("\(ready)/\(all)")
                },
                Column(name: "Status") {
                    .string($0.isBeingDeleted ? "Terminating" : $0["status"]?["reason"]?.string ?? $0.phase)
                },
                Column(name: "Restarts") { _ in "0" },
                created,
            ]
        case "nodes":
            return [
                name,
                Column(name: "Status") { node in
                    let isReady = node.condition("Ready")?.value["status"]?.string == "True"
                    let isCordoned = node["spec"]?["unschedulable"]?.bool == true
                    return .string((isReady ? "Ready" : "NotReady") + (isCordoned ? ",SchedulingDisabled" : ""))
                },
                created,
            ]
        case "namespaces": return [name, Column(name: "Status") { .string($0.phase) }, created]
        default: return [name, created]
        }
    }
}
