// VendorCatalog
