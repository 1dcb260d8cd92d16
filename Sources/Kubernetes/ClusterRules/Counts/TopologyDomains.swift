import PlacementModel

/// The domains of one topology key: which one each node is in.
///
/// ```
/// key zone      node 0 1 2 3 4        domain 0 = "a", 1 = "b"
///               in   0 1 0 - 1        - = the node lacks the label
/// ```
///
/// Numbers of domains are given at first use and kept.
final class TopologyDomains {
    enum Key: Hashable {
        case label(String)
        /// Every node is a domain of its own: what stands on one node concerns that node.
        case node
    }

    let key: Key
    private var numbers: [String: Int32] = [:]
    /// By node row: number of its domain, -1 = none. Grows with the fleet, so that readers take it anew.
    private(set) var ofNode: UnsafeMutablePointer<Int32>
    private(set) var nodeCount = 0
    private var capacity = 0
    private(set) var count = 0

    init(_ key: Key) {
        self.key = key
        ofNode = .allocate(capacity: 0)
    }

    deinit { ofNode.deallocate() }

    /// Takes the labels of a node, nil = it is gone.
    func set(_ node: Int, _ labels: [String: String]?) {
        grow(to: node + 1)
        ofNode[node] = labels.map { number(of: node, $0) } ?? -1
    }

    private func number(of node: Int, _ labels: [String: String]) -> Int32 {
        switch key {
        case .node:
            count = max(count, node + 1)
            return Int32(node)
        case .label(let name):
            guard let value = labels[name] else { return -1 }
            if let known = numbers[value] { return known }
            let number = Int32(count)
            numbers[value] = number
            count += 1
            return number
        }
    }

    private func grow(to nodes: Int) {
        if nodes > capacity {
            let larger = max(nodes, 2 * capacity, 64)
            let memory = UnsafeMutablePointer<Int32>.allocate(capacity: larger)
            memory.update(from: ofNode, count: nodeCount)
            (memory + nodeCount).initialize(repeating: -1, count: larger - nodeCount)
            ofNode.deallocate()
            (ofNode, capacity) = (memory, larger)
        }
        nodeCount = max(nodeCount, nodes)
    }
}
