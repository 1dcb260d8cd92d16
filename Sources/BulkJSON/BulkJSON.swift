// BulkJSON
