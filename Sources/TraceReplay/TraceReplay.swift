// TraceReplay
