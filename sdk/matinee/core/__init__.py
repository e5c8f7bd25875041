"""The player without I/O: machines with state but no clock; events in, commands out, `now_ms` an argument.

`playback` is one viewer of one title, composed of small machines with one concern each:
- where he is: `playhead`; of something live `edge`, with `live_clock`, `catch_up` and `retreat`; `passage` and `agenda`
  (which periods and events he comes to);
- what is wanted: `selection` and `tracks` (which), `stream` with `inits` and `listings` (what each holds and wants),
  `feeding` (when it asks), `outlook` and `reckoning` (the link, and the rung), `leaving` (what is wanted no more);
- how it is had: `delivery` with `hedges` and `lull` (requests, fail-over, waits), `health` (appliances, shared by all
  sessions), `advice` and `pathways` (steering), `keyring` (keys);
- what he got: `tally` and `stats`.

`messages` are its events and commands, `notices` what it tells the program around; `outbox` batches telemetry.

What may enter: decisions that need memory; arithmetic without any belongs to `matinee.policy`. What may not: waiting,
dice, and the bytes of media, of which the core knows only facts. So the runtime, the tests and whatever else has a
clock drive the very same code.
"""
