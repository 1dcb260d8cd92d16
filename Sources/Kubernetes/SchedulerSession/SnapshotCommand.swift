/// The one command that makes a snapshot of a cluster, as help and pages show it; a test compares them.
public enum SnapshotCommand {
    /// Prints the snapshot.
    public static let listing =
        "kubectl get nodes,pods,namespaces,resourcequotas,pdb,pv,pvc,storageclasses,csinodes -A -o json"
    public static let text = listing + " > snapshot.json"
    /// For those who have none.
    public static let hint = "this makes one: " + text
}
