"""The appliance: holds titles on a shelf, serves them to viewers, fetches what it lacks, reports to the control plane.

    request ─► front (HTTP, bounds, sendfile) ─► hits ──► supply (open files of the shelf: most requests end here)
                     │                            └─────► gate (token, release), ranges and answers (pure)
                     └─► app (the rules) ─► the same, and sending ─► supply ─► misses ─► sources ─► peer, parent
    beside it: heartbeat (gauge) ─► control plane ─► placement ─► fill ─► misses, peers
               scrub ─► shelf ─► catalog (titles), objects (files under their hashes) ─► inventory ─► database
    workers:   more processes on the port: hits alone, the rest relayed to the keeper
    planning:  how many appliances, how large a shelf, at what cost (`matinee plan`); pure arithmetic

`app` is where the rules live, `front` is where bytes move. `listing`, `ranges`, `answers`, `eviction`, `breaker` and
the order of a fill are pure. `appliance` puts the parts together, `serving` runs it, `__main__` parses the settings.
What may enter: what an appliance needs to serve, hold and report; nothing of the control plane's rules.
"""
