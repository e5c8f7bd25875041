"""The appliance: holds titles on a shelf, serves them to viewers, fetches what it lacks, reports to the control plane.

    request ─► connection ─► admission ─► app ──► gate (token)
               (bounds)      (count)       │
                                           ├────► supply ─► held (open, in memory), holdings (shelf or folder, disk)
                                           │        └─────► misses ─► sources ─► peer, parent (once for all)
                                           ├────► ranges (pure: 200, 206, 304, 412, 416)
                                           └────► sending (bytes from disk to socket)
    beside it: heartbeat ─► control plane ─► Placement ─► fill ─► misses
               scrub ─► shelf ─► catalog (titles), objects (files) ─► inventory ─► database

`app` is where the rules live, `sending` and `connection` are where bytes move: each can be made faster without the
other. `listing`, `ranges`, `eviction`, `breaker` and the order of a fill are pure. `appliance` puts the parts together,
`__main__` parses the settings. What may enter: what an appliance needs to serve, hold and report; nothing of the
control plane's rules.
"""
