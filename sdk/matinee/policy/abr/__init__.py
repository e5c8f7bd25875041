"""Adaptive bitrate: which rung the next segment should be, and when a request in flight is worth leaving for another.

`decision` says what a policy sees and answers, `policies` names them all. The default is `foresight`; `throughput`,
`hybrid`, `bola`, `dynamic` and `mpc` are what the field uses. All are pure functions of whole numbers, or of floats by
+ − × ÷ and comparisons alone. What may not enter: what a session remembers, which belongs to `matinee.core.reckoning`.
"""
