/// Pods that wait, oldest first within each request class, so that a class known to be refused costs nothing a pod.
struct WaitingPods {
    /// A class's pods by sequence number, ascending, and how far the present pass has come.
    fileprivate struct Line {
        var pods: [Int32] = []
        var first = 0
        var next = 0
        var isAwake = false
    }

    private var lines: [Line] = []
    /// Classes that have pods.
    private var waiting: [Int32] = []
    private(set) var count = 0

    /// Adds a pod that came after all others. - Complexity: O(1)
    mutating func append(_ sequence: Int32, classID: Int32) {
        let place = Int(classID)
        while lines.count <= place { lines.append(Line()) }
        if lines[place].first == lines[place].pods.count { waiting.append(classID) }
        lines[place].pods.append(sequence)
        count += 1
    }

    /// Offers every pod, oldest first, except those of classes that stay refused when their turn comes.
    ///
    /// - Parameters:
    ///   - staysRefused: whether a class would be refused again, as things stand.
    ///   - place: places a pod and says whether it found a node; then it waits no longer.
    /// - Complexity: O(waiting classes) per placement, and O(awake classes) per pod offered.
    mutating func offer(staysRefused: (Int32) -> Bool, place: (_ sequence: Int32, _ classID: Int32) -> Bool) {
        for classID in waiting {
            lines[Int(classID)].next = lines[Int(classID)].first
            lines[Int(classID)].isAwake = !staysRefused(classID)
        }
        while let classID = nextAwake() {
            let line = Int(classID)
            let position = lines[line].next
            let sequence = lines[line].pods[position]
            if place(sequence, classID) {
                lines[line].remove(at: position)
                count -= 1
                wake(after: sequence, staysRefused)
            } else {
                lines[line].next += 1
                if staysRefused(classID) { lines[line].isAwake = false }
            }
        }
        waiting.removeAll { lines[Int($0)].first == lines[Int($0)].pods.count }
    }

    /// The awake class whose next pod is the oldest.
    private func nextAwake() -> Int32? {
        var oldest = Int32.max
        var chosen: Int32?
        for classID in waiting where lines[Int(classID)].isAwake {
            let line = lines[Int(classID)]
            guard line.next < line.pods.count, line.pods[line.next] < oldest else { continue }
            oldest = line.pods[line.next]
            chosen = classID
        }
        return chosen
    }

    /// After a placement: classes that may fit now go on with the pods whose turn has not been.
    private mutating func wake(after sequence: Int32, _ staysRefused: (Int32) -> Bool) {
        for classID in waiting {
            let place = Int(classID)
            let isAwake = !staysRefused(classID)
            if isAwake && !lines[place].isAwake { lines[place].skip(through: sequence) }
            lines[place].isAwake = isAwake
        }
    }

    /// Sequence numbers of all who wait, ascending. - Complexity: O(n log n)
    var all: [Int32] { lines.flatMap { $0.pods[$0.first...] }.sorted() }
}

extension WaitingPods.Line {
    fileprivate mutating func remove(at position: Int) {
        if position == first {
            first += 1
            next = first
            // What has left is let go in large pieces.
            guard first >= 1024, first * 2 >= pods.count else { return }
            pods.removeFirst(first)
            (first, next) = (0, 0)
        } else {
            pods.remove(at: position)
        }
    }

    fileprivate mutating func skip(through sequence: Int32) {
        while next < pods.count, pods[next] <= sequence { next += 1 }
    }
}
