CREATE TABLE vmType (id INTEGER PRIMARY KEY, vmTypeId INTEGER, machineId INTEGER, core REAL, memory REAL, hdd REAL, ssd REAL, nic REAL);
CREATE TABLE vm (vmId INTEGER PRIMARY KEY, tenantId INTEGER, vmTypeId INTEGER, priority INTEGER, starttime REAL, endtime REAL);
INSERT INTO vmType VALUES (1, 10, 0, 0.5, 0.25, 0.1, 0.0, 0.1), (2, 10, 1, 0.3333333333, 0.2, 0.1, 0.0, 0.1),
    (3, 11, 1, 0.020833333, 0.015625, 0.0, 0.1, 0.02), (4, 12, 0, 1, 1, 1, 1, 1);
INSERT INTO vm VALUES (1, 7, 10, 0, -3.5, 0.5), (2, 7, 10, 1, 0.25, 0.75), (3, 8, 11, 0, 0.25, NULL),
    (4, 8, 12, 0, 0.5, 90.0), (5, 9, 11, 1, -2.0, -1.0);
