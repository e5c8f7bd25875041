"""Fill: pulls what the control plane placed here and the shelf lacks, when the network has room for it.

    Placement ─► filler ──► windows   when (the hours of the appliance's own zone)
                   │
                   └─► a round ──► order     which file of a title first
                         │         errands   which file next, and of whom: parents, or a peer of the cluster
                         │         shares    who of a cluster fetches a file, found by each for itself
                         │         allowance how fast
                         └────────► stock    carries it out: the shelf and the misses of this appliance

Of a cluster each file is fetched from the parents by one, and by the others from that one, so that one copy crosses
the link. Everything but `filler` and `round` is pure: it is told the time, and waits for nothing.
"""
