// ReplayReport
