import JSONText

/// The name of an open watch.
public struct WatchID: Sendable, Hashable {
    public var number: Int
}

/// A stream of events: a place in the changes of one kind, and what it still owes from before.
struct OpenWatch: Sendable {
    var kind: Int
    var namespace: String
    var selector: ObjectSelector
    /// Changes up to this version were told.
    var version: Int64
    /// Told before any change.
    var initialEvents: [JSON]
    var allowsBookmarks: Bool
    var lastEventNanoseconds: Int64
    var deadlineNanoseconds: Int64?
}

/// What a stream gave in one pull.
public struct WatchBatch: Sendable {
    /// `{"type": ..., "object": ...}`, one a line on the wire.
    public var events: [JSON]
    /// Nothing will follow: the time asked for is over, the stream fell behind what is remembered, or it was cut.
    public var isEnded: Bool
}

extension PretendAPIServer {
    mutating func watch(_ route: Route, _ target: RequestTarget, at time: VirtualTime) throws(APIFailure) -> APIReply {
        let options = try ListOptions(target, kind: route.resource)
        // A name in the path is not watched this way any more; a field selector is.
        var watch = OpenWatch(
            kind: route.kind, namespace: route.namespace, selector: options.selector,
            version: store.version, initialEvents: [], allowsBookmarks: options.allowsBookmarks,
            lastEventNanoseconds: time.nanoseconds,
            deadlineNanoseconds: options.timeoutSeconds.map { time.nanoseconds + VirtualTime.nanoseconds(seconds: $0) })
        let asked = options.resourceVersion ?? 0
        if options.sendsInitialEvents == true {
            guard asked <= store.version else { throw .tooLargeVersion(asked, current: store.version) }
            watch.initialEvents = initialEvents(route, options.selector)
            if options.allowsBookmarks {
                watch.initialEvents.append(
                    bookmark(route.resource, version: store.version, endsInitialEvents: true))
            }
        } else if asked == 0 {
            if options.sendsInitialEvents == nil { watch.initialEvents = initialEvents(route, options.selector) }
        } else if asked < store.compactedVersion {
            let failure = APIFailure.expired(
                "too old resource version: \(asked) (\(store.compactedVersion))")
            watch.initialEvents = [["type": "ERROR", "object": failure.status]]
            watch.deadlineNanoseconds = time.nanoseconds
        } else {
            watch.version = asked
        }
        watchCount += 1
        let id = WatchID(number: watchCount)
        watches[id] = watch
        return APIReply(200, .null, watch: id)
    }

    private func initialEvents(_ route: Route, _ selector: ObjectSelector) -> [JSON] {
        store.shelves[route.kind].keys.compactMap { key in
            guard route.namespace.isEmpty || key.namespace == route.namespace, let object = store[route.kind, key],
                selector.matches(object)
            else { return nil }
            return ["type": "ADDED", "object": object]
        }
    }

    private func bookmark(_ kind: ResourceKind, version: Int64, endsInitialEvents: Bool = false) -> JSON {
        var metadata: JSONObject = ["resourceVersion": .string(String(version)), "creationTimestamp": .null]
        if endsInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        return [
            "type": "BOOKMARK",
            "object": [
                "kind": .string(kind.kind), "apiVersion": .string(kind.apiVersion), "metadata": .object(metadata),
            ],
        ]
    }

    /// What a stream has to tell by now.
    ///
    /// - Parameter limit: most events; the others come with the next pull.
    /// - Returns: an ended batch for a stream that is not open.
    /// - Complexity: O(changes of the kind since the last pull)
    public mutating func pull(_ id: WatchID, limit: Int = .max, at time: VirtualTime) -> WatchBatch {
        guard var watch = watches[id] else { return WatchBatch(events: [], isEnded: true) }
        var events = Array(watch.initialEvents.prefix(limit))
        watch.initialEvents.removeFirst(events.count)
        // A stream that fell behind is cut, not told.
        var isEnded = watch.version < store.shelves[watch.kind].forgottenVersion && watch.initialEvents.isEmpty
        let changes = store.shelves[watch.kind].changes
        if !isEnded, watch.initialEvents.isEmpty {
            var place = store.shelves[watch.kind].firstChange(after: watch.version)
            while place < changes.count, events.count < limit {
                if let event = Self.event(changes[place], for: watch) { events.append(event) }
                watch.version = changes[place].version
                place += 1
            }
            if place == changes.count {
                watch.version = store.version
                let isOver = watch.deadlineNanoseconds.map { time.nanoseconds >= $0 } ?? false
                let isDue =
                    time.nanoseconds - watch.lastEventNanoseconds >= configuration.bookmarkIntervalNanoseconds
                // An error is the last word of its stream.
                let hasFailed = events.last?["type"]?.string == "ERROR"
                if watch.allowsBookmarks, events.count < limit, isOver || (isDue && events.isEmpty), !hasFailed {
                    events.append(bookmark(kinds[watch.kind], version: store.version))
                }
                isEnded = isOver
            }
        }
        if !events.isEmpty { watch.lastEventNanoseconds = time.nanoseconds }
        watches[id] = isEnded ? nil : watch
        return WatchBatch(events: events, isEnded: isEnded)
    }

    /// What a change looks like through a selector: an object that comes into it was added, one that leaves it deleted.
    private static func event(_ change: ObjectStore.Change, for watch: OpenWatch) -> JSON? {
        guard watch.namespace.isEmpty || change.key.namespace == watch.namespace else { return nil }
        let before = change.before.flatMap { watch.selector.matches($0) ? $0 : nil }
        let after = change.after.flatMap { watch.selector.matches($0) ? $0 : nil }
        switch (before, after) {
        case (nil, let after?): return ["type": "ADDED", "object": after]
        case (.some, let after?): return ["type": "MODIFIED", "object": after]
        case (var before?, nil):
            before[path: ["metadata", "resourceVersion"]] = .string(String(change.version))
            return ["type": "DELETED", "object": before]
        case (nil, nil): return nil
        }
    }

    /// Ends a stream, as when its connection breaks.
    public mutating func close(_ id: WatchID) { watches[id] = nil }

    /// The open streams, oldest first.
    public var openWatches: [WatchID] { watches.keys.sorted { $0.number < $1.number } }
}
