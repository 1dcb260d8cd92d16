// HeapCounters
