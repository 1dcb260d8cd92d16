/// Bad rows of the data sets that are not comma-separated lists.
extension BadRow {
    static let philly =
        rows(
            "philly-2017", "cluster_job_log",
            [
                ("[\n  {", "{", "cluster_job_log:1:1: is no JSON list of jobs"),
                ("\"status\": \"Killed\",", "\"status\": Killed,", "cluster_job_log:15:3: the job is no JSON: "),
                ("  }\n]", "  }", "cluster_job_log:49:1: the list of jobs never ends"),
                ("  }\n]", "  }\n]]", "cluster_job_log:49:2: text behind the list of jobs"),
                ("\"vc\": \"vc-b\",", "", "cluster_job_log:15:3: vc: is missing"),
                ("\"vc\": \"vc-b\",", "\"vc\": 7,", "cluster_job_log:17:11: vc: is no text"),
                ("application_1_0002", "", "cluster_job_log:18:14: jobid: is empty"),
                (
                    "application_1_0002", "application_1_0001",
                    "cluster_job_log:18:14: jobid: application_1_0001 stands twice"
                ),
                ("\"Killed\"", "\"Lost\"", "cluster_job_log:16:15: status: \"Lost\" is none of Pass, Killed, Failed"),
                (
                    "2017-10-07 01:19:39", "2017-10-07 01:19",
                    "cluster_job_log:20:23: submitted_time: \"2017-10-07 01:19\" is no time"
                ),
                (
                    "2017-10-07 02:13:30", "2017-10-07 01:13:29",
                    "cluster_job_log:9:57: attempts[1].end_time: 2017-10-07 01:13:29 is before start_time"
                ),
                (
                    "[\"gpu0\", \"gpu1\"]", "\"gpu0\"",
                    "cluster_job_log:8:96: attempts[0].detail[1].gpus: is no list"
                ),
                ("\"attempts\": []", "\"attempts\": {}", "cluster_job_log:27:17: attempts: is no list"),
                (
                    "{\n    \"status\": \"Failed\"", "7, {\n    \"status\": \"Failed\"",
                    "cluster_job_log:23:3: the job is no JSON object"
                ),
            ])
        + rows(
            "philly-2017", "cluster_machine_list",
            [
                ("m2,2, 12GB", "m2,two, 12GB", "cluster_machine_list:3:4: number of GPUs: \"two\" is no whole number"),
                ("m2,2, 12GB", "m2,2, 12", "cluster_machine_list:3:7: single GPU mem: \"12\" is no device memory"),
                ("m2,2, 12GB", "m1,2, 12GB", "cluster_machine_list:3:1: machineId: node m1 stands twice"),
                ("number of GPUs", "GPUs", "cluster_machine_list:1: missing column number of GPUs in the header"),
            ])

    /// A database has tables, rows and columns instead of lines.
    static let azure: [BadRow] = {
        let file = "packing_trace_zone_a_v1.sqlite: "
        func changes(_ changes: [(from: String, to: String, says: String)]) -> [BadRow] {
            rows("azure-packing-2020", "tables.sql", changes.map { ($0.from, $0.to, file + $0.says) })
        }
        return changes([
            ("CREATE TABLE vm (", "CREATE TABLE vms (x); CREATE TEMP TABLE vm (", "has no table vm"),
            ("core REAL", "cores REAL", "table vmType has no column core"),
            (
                "(2, 7, 10, 1, 0.25, 0.75)", "(2, 7, 10, 1, '', 0.75)",
                "table vm, row 2, column starttime: \"\" is no number"
            ),
            ("(2, 7, 10, 1, 0.25, 0.75)", "(2, 7, 10, 1, NULL, 0.75)", "table vm, row 2, column starttime: is NULL"),
            ("(2, 7, 10, 1, 0.25, 0.75)", "(2, NULL, 10, 1, 0.25, 0.75)", "table vm, row 2, column tenantId: is empty"),
            (
                "(2, 7, 10, 1, 0.25, 0.75)", "(2, 7, 1.5, 1, 0.25, 0.75)",
                "table vm, row 2, column vmTypeId: 1.5 is neither"
            ),
            (
                "(2, 7, 10, 1, 0.25, 0.75)", "(2, 7, 10, 2, 0.25, 0.75)",
                "table vm, row 2, column priority: 2.0 is outside"
            ),
            (
                "(2, 7, 10, 1, 0.25, 0.75)", "(2, 7, 10, 0.5, 0.25, 0.75)",
                "table vm, row 2, column priority: 0.5 is neither 0 nor 1"
            ),
            (
                "(2, 7, 10, 1, 0.25, 0.75)", "(2, 7, 10, 1, 0.25, 0.125)",
                "table vm, row 2, column endtime: 0.125 is before"
            ),
            (
                "(2, 7, 10, 1, 0.25, 0.75)", "(2, 7, 10, 1, 1e9, 2e9)",
                "table vm, row 2, column starttime: 1000000000.0 is outside"
            ),
            ("tenantId INTEGER", "tenant INTEGER", "table vm has no column tenantId"),
            (
                "(2, 10, 1, 0.3333333333,", "(2, 10, 1, 1.5,",
                "table vmType, row 2, column core: 1.5 is outside 0.0...1.0"
            ),
            ("(2, 10, 1, 0.3333333333,", "(2, 10, 1, -0.5,", "table vmType, row 2, column core: -0.5 is outside"),
            ("(2, 10, 1,", "(2, 10, 0,", "table vmType, row 2, column vmTypeId: type 10 stands twice for machine 0"),
        ])
    }()

    static let slurm = rows(
        "slurm", "sacct.txt",
        [
            ("1004|eve|", "1004|", "sacct.txt:6:115: has 9 fields, the header has 10"),
            ("|Submit|", "|Submitted|", "sacct.txt:1: missing column Submit in the header"),
            ("1004|", "|", "sacct.txt:6:1: JobID: is empty"),
            ("1004|", "1001|", "sacct.txt:6:1: JobID: job-1001 stands twice"),
            ("|RUNNING|", "|WALKING|", "sacct.txt:6:18: State: \"WALKING\" is no job state"),
            ("2024-01-02T03:30:00|2024", "yesterday|2024", "sacct.txt:6:26: Submit: \"yesterday\" is no time"),
            (
                "|2024-01-02T03:30:00|Unk", "|2024-01-02T03:29:00|Unk",
                "sacct.txt:6:46: Start: 2024-01-02T03:29:00 is before"
            ),
            (
                "03:30:00|Unknown|1|cpu", "03:30:00|2024-01-02T03:00:00|1|cpu",
                "sacct.txt:6:66: End: 2024-01-02T03:00:00 is before"
            ),
            (
                "Unknown|1|cpu=4,mem=1.5G", "Unknown|-1|cpu=4,mem=1.5G",
                "sacct.txt:6:74: NNodes: -1 is outside 0...1000000"
            ),
            ("cpu=4,mem=1.5G", "cpu=x,mem=1.5G", "sacct.txt:6:76: ReqTRES: \"cpu=x\" is no number from 0 to 1000000"),
            ("cpu=4,mem=1.5G", "cpu=4,mem=lots", "sacct.txt:6:76: ReqTRES: \"mem=lots\" is no memory"),
            ("cpu=4,mem=1.5G", "cpu,mem=1.5G", "sacct.txt:6:76: ReqTRES: \"cpu\" is no resource=amount"),
            (
                "gres/gpu:v100=1", "gres/gpu:h900=1",
                "sacct.txt:8:48: ReqTRES: no node of --nodes has GPUs of the type h900"
            ),
            (
                "Unknown|1|cpu=4,mem=1.5G", "Unknown|99999999999999999999|cpu=4,mem=1.5G",
                "sacct.txt:6:74: NNodes: 9999999999"
            ),
        ])
}
