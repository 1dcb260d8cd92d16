// DeviceTable
