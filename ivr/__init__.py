"""One call from ring to hang-up: the call, the switch port and its adapters, the flow, the dispatch."""
