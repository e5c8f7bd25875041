"""The player without I/O: machines with state but no clock; events in, commands out, `now_ms` an argument.

`playback` is one viewer of one title, composed of small machines with one concern each: `playhead` (where we are),
`selection` and `stream` (which tracks, what each holds and wants), `delivery` (requests, fail-over, retries),
`advice` (when steering is asked), `health` (appliances, shared by all sessions), `reckoning` (throughput and rung),
`agenda` (which events the viewer comes to), `tally` (what he got). `messages` are its events and commands, `notices`
what it tells the program around; `outbox` batches telemetry.

What may enter: decisions that need memory; arithmetic without any belongs to `matinee.policy`. What may not: waiting,
dice, and the bytes of media, of which the core knows only facts. So the runtime, the tests and whatever else has a
clock drive the very same code.
"""
