"""DASH: a Media Presentation Description (ISO/IEC 23009-1) read into a `Presentation`.

`mpd` reads it and its periods, `adaptation` their tracks, `addressing` where the segments of each rendition lie and
`places` at which of several addresses, `indexed` the segments of a file by the index inside it. `live`, `events` and
`patch` read what a presentation that is still being made says besides.

What may enter: what only an MPD has. What HLS has as well stands one room up.
"""
