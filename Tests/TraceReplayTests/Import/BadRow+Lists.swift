/// Bad rows of the CSV data sets.
extension BadRow {
    static let spotGPU =
        rows(
            "alibaba-spot-gpu-2026", "job_info_df.csv",
            [
                ("102,8,", "102,8,8,", "job_info_df.csv:4:41: has 10 fields, the header has 9"),
                ("worker_num,", "workers,", "job_info_df.csv:1: missing column worker_num in the header"),
                ("102,8,", ",8,", "job_info_df.csv:4:1: job_name: is empty"),
                ("102,8,", "101,8,", "job_info_df.csv:4:1: job_name: job-101 stands twice"),
                (",12,4,2", ",12,four,2", "job_info_df.csv:4:25: gpu_request: \"four\" is no number"),
                (",12,4,2", ",12,-4,2", "job_info_df.csv:4:25: gpu_request: -4 is outside 0...128"),
                (",12,4,2", ",12,4,2.5", "job_info_df.csv:4:27: worker_num: 2.5 is no whole number"),
                (",12,4,2", ",12,4,0", "job_info_df.csv:4:27: worker_num: 0 is outside 1...1000000"),
                ("1800.5,Spot", "1800.5,spot", "job_info_df.csv:4:39: job_type: \"spot\" is none of HP, Spot"),
                (
                    "A100-SXM4-80GB,12", "B200,12",
                    "job_info_df.csv:4:7: gpu_model: no node has devices of the model B200"
                ),
                (
                    ",60,1800.5", ",60,99999999999999999999",
                    "job_info_df.csv:4:32: duration: 99999999999999999999 is outside"
                ),
                ("A100-SXM4-80GB,12", "\"A100,12", "job_info_df.csv:4:7: a quoted field never ends"),
            ])
        + rows(
            "alibaba-spot-gpu-2026", "node_info_df.csv",
            [
                ("A10,1,128,0", "A10,129,128,0", "node_info_df.csv:2:5: gpu_capacity_num: 129 is outside 0...128"),
                ("A10,1,128,0", "A10,1,128,1", "node_info_df.csv:3:21: node_name: node node-1 stands twice"),
            ])

    static let dlrm = rows(
        "alibaba-dlrm-2025", "disaggregated_DLRM_trace.csv",
        [
            ("instance_2,CN,", "instance_2,", "disaggregated_DLRM_trace.csv:4:85: has 16 fields, the header has 17"),
            (",role,", ",kind,", "disaggregated_DLRM_trace.csv:1: missing column role in the header"),
            ("instance_2,", ",", "disaggregated_DLRM_trace.csv:4:1: instance_sn: is empty"),
            ("instance_2,", "instance_1,", "disaggregated_DLRM_trace.csv:4:1: instance_sn: instance_1 stands twice"),
            ("instance_2,CN", "instance_2,GN", "disaggregated_DLRM_trace.csv:4:12: role: \"GN\" is none of CN, HN"),
            ("instance_2,CN,app_1", "instance_2,CN,", "disaggregated_DLRM_trace.csv:4:15: app_name: is empty"),
            ("app_1,8,8,0", "app_1,?,8,0", "disaggregated_DLRM_trace.csv:4:21: cpu_request: \"?\" is no number"),
            ("app_1,8,8,0", "app_1,8,8,-1", "disaggregated_DLRM_trace.csv:4:25: gpu_request: -1 is outside 0...128"),
            (",40.0,", ",1e300,", "disaggregated_DLRM_trace.csv:4:33: memory_request: 1e300 is outside 0...1000000"),
            (
                "3600.0,3660.0", "3700.0,3660.0",
                "disaggregated_DLRM_trace.csv:4:63: scheduled_time: 3660.0 is before creation_time 3700.0"
            ),
            (
                "3900.0000000000005", "3650.0",
                "disaggregated_DLRM_trace.csv:4:70: deletion_time: 3650.0 is before scheduled_time 3660.0"
            ),
            ("instance_2,CN", "instance_2,C\"N", "disaggregated_DLRM_trace.csv:4:13: a quote inside a field"),
        ])

    static let pai =
        rows(
            "alibaba-pai-2020", "pai_task_table.csv",
            [
                ("job-a,", "job-a,x,", "pai_task_table.csv:3:69: has 11 fields, the header has 10"),
                ("job-a,", ",", "pai_task_table.csv:3:1: job_name: is empty"),
                ("job-b,ps", "job-b,worker", "pai_task_table.csv:2:1: job_name: job-b/worker stands twice"),
                ("1.0,Failed", "1.5,Failed", "pai_task_table.csv:3:18: inst_num: 1.5 is no whole number"),
                ("1.0,Failed", "0,Failed", "pai_task_table.csv:3:18: inst_num: 0 is outside 1...1000000"),
                (
                    "1.0,Failed", "1.0,Broken",
                    "pai_task_table.csv:3:22: status: \"Broken\" is none of Running, Terminated"
                ),
                (
                    "86460.0,86520.0", "86460.0,86400.0",
                    "pai_task_table.csv:3:37: end_time: 86400.0 is before start_time"
                ),
                ("86460.0,86520.0", "late,86520.0", "pai_task_table.csv:3:29: start_time: \"late\" is no number"),
                ("1200.0,58", "-1200.0,58", "pai_task_table.csv:3:45: plan_cpu: -1200.0 is outside 0...1000000"),
                ("200.0,V100", "20000.0,V100", "pai_task_table.csv:3:61: plan_gpu: 20000.0 is outside 0...12800"),
                ("200.0,V100", "200.0,V1000", "pai_task_table.csv:3:67: gpu_type: the GPU type V1000 is unknown"),
            ])
        + rows(
            "alibaba-pai-2020", "pai_job_table.csv",
            [
                ("job-b,inst-b,user-2", "job-b,inst-b,", "pai_job_table.csv:2:14: user: is empty"),
                ("job-b", "job-a", "pai_job_table.csv:2:1: job_name: job job-a stands twice"),
            ])
        + rows(
            "alibaba-pai-2020", "pai_machine_spec.csv",
            [
                (
                    "machine-2,V100,96,512,8", "machine-2,V100,96,512,many",
                    "pai_machine_spec.csv:2:23: cap_gpu: \"many\" is no number"
                )
            ])
        + rows(
            "alibaba-pai-2020", "pai_group_tag_table.csv",
            [
                (
                    "inst-a,user-1,V100", "inst-a,user-1,H900",
                    "pai_group_tag_table.csv:1:15: gpu_type_spec: the GPU type H900"
                )
            ])

    static let helios =
        rows(
            "helios-2020", "cluster_log.csv",
            [
                ("502,uB,vcY,20", "502,uB,20", "cluster_log.csv:3:89: has 11 fields, the header has 12"),
                (",state,", ",status,", "cluster_log.csv:1: missing column state in the header"),
                ("502,uB", ",uB", "cluster_log.csv:3:1: job_id: is empty"),
                ("502,uB", "501,uB", "cluster_log.csv:3:1: job_id: job-501 stands twice"),
                ("502,uB,vcY", "502,uB,", "cluster_log.csv:3:8: vc: is empty"),
                ("vcY,20,64,3", "vcY,x,64,3", "cluster_log.csv:3:12: gpu_num: \"x\" is no number"),
                ("vcY,20,64,3", "vcY,-20,64,3", "cluster_log.csv:3:12: gpu_num: -20 is outside 0...1000000"),
                ("vcY,20,64,3", "vcY,20,64,0", "cluster_log.csv:3:18: node_num: 0 is outside 1...1000000"),
                (",FAILED,", ",LOST,", "cluster_log.csv:3:20: state: \"LOST\" is none of COMPLETED, CANCELLED"),
                ("18:41:27,", "18:61:27,", "cluster_log.csv:3:27: submit_time: \"2020-06-09 18:61:27\" is no time"),
                (
                    "18:42:27,", "18:40:27,",
                    "cluster_log.csv:3:47: start_time: 2020-06-09 18:40:27 is before submit_time 2020-06-09 18:41:27"
                ),
                ("18:45:36", "18:41:27", "cluster_log.csv:3:67: end_time: 2020-06-09 18:41:27 is before start_time"),
                (
                    "2020-06-09 18:45:36", "2120-06-09 18:45:36",
                    "cluster_log.csv:3:67: end_time: 2120-06-09 18:45:36 is more"
                ),
            ])
        + rows(
            "helios-2020", "cluster_gpu_number.csv",
            [
                ("2020-06-09", "2020-06-31", "cluster_gpu_number.csv:3:1: date: \"2020-06-31\" is no date"),
                ("2020-06-09", "2020-06-08", "cluster_gpu_number.csv:3:1: date: 2020-06-08 stands twice"),
                (",12,20", ",12,20.5", "cluster_gpu_number.csv:3:17: total: 20.5 is no whole number"),
            ])

    static let acme =
        rows(
            "acme-seren", "trace_seren.csv",
            [
                ("7002,u2,2", "7002,u2,2,2", "trace_seren.csv:3:124: has 14 fields, the header has 13"),
                ("node_num,gpu_num,", "node_num,gpus,", "trace_seren.csv:1: missing column gpu_num in the header"),
                ("7002,", ",", "trace_seren.csv:3:1: job_id: is empty"),
                ("7002,", "7001,", "trace_seren.csv:3:1: job_id: job-7001 stands twice"),
                ("7002,u2", "7002,", "trace_seren.csv:3:6: user: is empty"),
                ("7002,u2,2,16", "7002,u2,0,16", "trace_seren.csv:3:9: node_num: 0 is outside 1...1000000"),
                ("7002,u2,2,16", "7002,u2,2,1.5", "trace_seren.csv:3:11: gpu_num: 1.5 is no whole number"),
                (",64,Pretrain", ",many,Pretrain", "trace_seren.csv:3:14: cpu_num: \"many\" is no number"),
                (",COMPLETED,", ",DONE,", "trace_seren.csv:3:26: state: \"DONE\" is none of COMPLETED"),
                (
                    "16:23:58+00:00", "16:23:58 UTC",
                    "trace_seren.csv:3:36: submit_time: \"2023-02-28 16:23:58 UTC\" is no time"
                ),
                (
                    "00:24:11+08:00", "00:22:11+08:00",
                    "trace_seren.csv:3:62: start_time: 2023-03-01 00:22:11+08:00 is before"
                ),
                (
                    "01:09:04+08:00", "01:09:04+09:00",
                    "trace_seren.csv:3:88: end_time: 2023-03-01 01:09:04+09:00 is before"
                ),
            ])
        + rows(
            "acme-kalos", "trace_kalos.csv",
            [(",960,1000,", ",960,-1,", "trace_kalos.csv:2:20: mem_per_pod_GB: -1 is outside 0...1000000")])
}
