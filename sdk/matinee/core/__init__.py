"""The player without I/O: machines with state but no clock; events in, commands out, `now_ms` an argument.

`playback` is one viewer of one title, composed of small machines with one concern each: `playhead` (where we
are), `stream` (what one track holds and wants), `delivery` (requests, fail-over, retries), `health` (appliances,
shared by all sessions), `tally` (what the viewer got). `outbox` batches telemetry. The core holds no bytes, only
facts about them; the runtime, a fleet's virtual clock and the tests drive the very same code.
"""
