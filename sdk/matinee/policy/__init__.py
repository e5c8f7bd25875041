"""Policies: pure functions and tables, no state, no clock; each family a small Protocol with one named default.

`settings` holds every knob, `custom` what a program plugs in itself. `ladder`, `throughput`, `experience`, `abr`,
`buffering` choose what to fetch and when to play; `live` and `catch_up` how far behind live, `order` and `preload`
what follows in a playlist. `requests` says what each class of them may cost; `backoff`, `patience`, `failover`,
`hedging` what a failure does; `places` and `steering` who is asked first. `dice` turns one seed into all the chance
that a session needs.

Whole numbers (ms, kbps, bytes), and in `experience` and `abr` floats by + − × ÷ alone, so that a decision is the same
bits on every machine. What may not enter: what must be remembered from one call to the next, which belongs to
`matinee.core`.
"""
