"""The asyncio shell: carries out what the core decides, over aiohttp, threads and disk; decides nothing itself.

`client`, `player` and `playlist` are what programs use; `remote` is what a viewer may wish of the last two, `filters`
a program's own hand in requests and answers, `thumbnails` the pictures of a seek bar. `conductor` lets the items of a
playlist have their `turn`s, `listeners` are who hears what happens.

`driver` feeds the core: `reading` makes manifests and indexes of what it fetched, `stock` and `parts` keep media until
it is wanted, `timekeeping` asks for the time, `alarm` wakes. `screening` decrypts and decodes, `captions` are its
subtitles, `trial` opens what nobody shows.

`source` says where a presentation comes from, `reporter` sends telemetry, `service` asks the control plane, `http` is
the one that knows aiohttp, `device` keeps the key and the logins, `tasks` owns what runs.

What may enter: what waits, talks or keeps. What may not: a rule; it belongs to `matinee.core` or `matinee.policy`.
"""
