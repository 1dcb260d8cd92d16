import DeviceTable
import PlacementKernels
import PlacementModel

// What the next pods will read is on its way into the cache while this one is decided: a plan lies anywhere among thousands.
extension SearchLane {
    /// Fetches the next pods' plans, then what the plans refer to: each pod a step further.
    @inline(__always)
    func fetchAhead(
        _ plans: UnsafeMutablePointer<UnsafeMutablePointer<ClassPlan>?>, _ classIDs: UnsafeBufferPointer<Int32>,
        _ place: Int
    ) {
        if place + 3 < classIDs.count {
            if let plan = plans[Int(classIDs[place + 3])] {
                let address = UnsafeRawPointer(plan)
                for line in 0..<(MemoryLayout<ClassPlan>.size + 63) / 64 { prefetch(address + line * 64) }
            } else {
                fetchClass(Int(classIDs[place + 3]))
            }
        }
        if place + 2 < classIDs.count, let ask = plans[Int(classIDs[place + 2])]?.pointee.ask {
            prefetch(ask)
            prefetch(UnsafeRawPointer(ask) + 64)
        }
        if place + 1 < classIDs.count, let ask = plans[Int(classIDs[place + 1])]?.pointee.ask {
            ask.pointee.fetch()
        }
    }

    /// Fetches a class that will be planned for the first time.
    private func fetchClass(_ id: Int) {
        let address = UnsafeRawPointer(Unmanaged.passUnretained(cluster.classes[id]).toOpaque())
        for line in 0..<Self.classLines { prefetch(address + line * 64) }
    }

    /// Cache lines of a class that its plan is made from.
    private static let classLines = 8

    /// The node that the next pod's index names now, its first lines on the way into the cache; -1 = unknown. Without use where
    /// nodes have refused the class: the index does not know them.
    @inline(__always)
    func likelyNode(of next: UnsafeMutablePointer<ClassPlan>?) -> Int {
        guard let next, next.pointee.search == .pool, next.pointee.possible.isFull,
            next.pointee.refusedAtRelease != next.pointee.releases.end,
            let pool = next.pointee.pool
        else { return -1 }
        let node = pool._withUnsafeGuaranteedRef {
            $0.index.pointee.likelyFirst(word: next.pointee.word, bit: next.pointee.bit)
        }
        if node >= 0 { fetchNode(node) }
        return node
    }

    /// Fetches the node's own lines.
    @inline(__always)
    func fetchNode(_ node: Int) {
        prefetch(hot.heads.base + node)
        prefetch(hot.free.base + node)
    }

    /// Fetches the columns that the exact check of a node reads.
    @inline(__always)
    func fetchDevices(of node: Int) {
        if node < 0 { return }
        let first = Int(hot.heads.base[node].firstDevice)
        prefetch(hot.used.base + first)
        prefetch(hot.usedMemoryMiB.base + first)
        prefetch(hot.usedCores.base + first)
        prefetch(hot.attributes.base + first)
    }
}
