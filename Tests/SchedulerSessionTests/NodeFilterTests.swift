import Testing

/// Each node filter, alone: the node it keeps out, the word it gives, and what lets the pod in.
@Suite struct NodeFilters {
    @Test func selector() throws {
        try Scenario(
            """
            node a label=zone:a
            node b label=zone:b
            pod one selector=zone:b -> b
            pod none selector=zone:c -> rejected 0/2 nodes are available: 2 node(s) didn't match Pod's node selector
            """
        ).check()
    }

    @Test func requiredAffinity() throws {
        try Scenario(
            """
            node a label=zone:a label=size:4
            node b label=zone:b label=size:8 label=fast:yes
            node c
            pod in affinity=zone:In:b,x -> b
            pod notIn affinity=zone:NotIn:a,b -> c
            pod exists affinity=fast:Exists -> b
            pod doesNotExist affinity=zone:DoesNotExist -> c
            pod greater affinity=size:Gt:4 -> b
            pod less affinity=size:Lt:8 -> a
            pod noNumber affinity=zone:Gt:1 -> rejected 0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector
            pod either affinity=zone:In:x affinity=fast:Exists -> b
            pod field field=c -> c
            """
        ).check()
    }

    @Test func taints() throws {
        try Scenario(
            """
            node a taint=dedicated:batch:NoSchedule
            node b taint=dedicated:web:NoExecute
            pod none -> rejected 0/2 nodes are available: 2 node(s) had untolerated taint(s)
            pod value tolerates=dedicated:web -> b
            pod key tolerates=dedicated -> a
            """
        ).check()
    }

    @Test func preferredTaintKeepsNobodyOut() throws {
        try Scenario(
            """
            node a taint=dedicated:batch:PreferNoSchedule
            pod one -> a
            """
        ).check()
    }

    @Test func unschedulable() throws {
        try Scenario(
            """
            node a unschedulable
            pod none -> rejected 0/1 nodes are available: 1 node(s) were unschedulable
            pod tolerant tolerates=node.kubernetes.io/unschedulable -> a
            """
        ).check()
    }

    /// Requests are subtracted as pods are placed: 4 CPUs take 3 and then 1 more, not 2.
    @Test func cpu() throws {
        try Scenario(
            """
            node a cpu=4 memory=8Gi
            pod three cpu=3 -> a
            pod two cpu=2 -> rejected 0/1 nodes are available: 1 Insufficient cpu
            pod one cpu=1000m -> a
            pod nothing -> a
            """
        ).check()
    }

    @Test func memoryAndStorage() throws {
        try Scenario(
            """
            node a memory=8Gi ephemeral-storage=10Gi
            pod much memory=9Gi -> rejected 0/1 nodes are available: 1 Insufficient memory
            pod deep ephemeral-storage=11Gi -> rejected 0/1 nodes are available: 1 Insufficient ephemeral-storage
            pod fits memory=8Gi ephemeral-storage=10Gi -> a
            """
        ).check()
    }

    @Test func podCount() throws {
        try Scenario(
            """
            node a pods=2
            running r on=a
            pod second -> a
            pod third -> rejected 0/1 nodes are available: 1 Too many pods
            """
        ).check()
    }

    @Test func extendedResources() throws {
        try Scenario(
            """
            node a example.com/fpga=2
            node b
            pod two example.com/fpga=2 -> a
            pod more example.com/fpga=1 -> rejected 0/2 nodes are available: 2 Insufficient example.com/fpga
            """
        ).check()
    }

    /// Amounts beyond 64 bits saturate; two of them must not wrap around to something small.
    @Test func hugeAmounts() throws {
        try Scenario(
            """
            node a cpu=4 memory=8Gi
            pod cpu cpu=1e30 -> rejected 0/1 nodes are available: 1 Insufficient cpu
            pod memory memory=9E -> rejected 0/1 nodes are available: 1 Insufficient memory
            """
        ).check()
    }
}
