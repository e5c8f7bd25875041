"""The appliance: holds titles on a shelf, serves them to viewers, fetches what it lacks, reports to the control plane.

    request ─► connection ─► admission ─► app ──► gate (token)
               (bounds)      (count)       │
                                           ├────► supply ─► shelf (disk)
                                           │        └─────► misses ─► parent (once, however many ask)
                                           ├────► ranges (pure: 200, 206, 304, 412, 416)
                                           └────► sending (bytes from disk to socket)
    beside it: heartbeat ─► control plane ─► Placement ─► fill ─► misses

`app` is where the rules live, `sending` and `connection` are where bytes move: each can be made faster without the
other. `listing`, `ranges` and the order of a fill are pure. `appliance` puts the parts together, `__main__` parses
the settings. What may enter: what an appliance needs to serve, hold and report; nothing of the control plane's rules.
"""
