"""Manifests: bytes of DASH or HLS in, one `Presentation` model out, which knows no format.

Pure and bounded: size, depth and the number of segments have limits, and what breaks the format is refused
with `ManifestInvalid`, what is well-formed but not played here with `FormatUnsupported`.

DASH: `dash` reads an MPD and its periods, `adaptation` their tracks, `addressing` where the segments of each rendition
lie: `timeline` in time, `places` and `templates` on the web; `segments` reckons one when it is looked at. `live`,
`events` and `protection` read the rest, `indexed` makes segments of the index inside a file, `patch` carries changes
into a tree, on `elements` (hardened XML) and `durations`.

HLS: `hls` reads a playlist of either kind: `multivariant` with `variants` and `layout`, `media_playlist` with
`playlist_keys`, `dateranges` and `alignment` (live timelines), both on `playlist_lines`; `codecs` and `instants` read
names and dates.

Both: `formats` tells the two apart, `references` reads URLs, `pathways` what a steering document makes of the places.
`presentation` is the model; `webvtt` reads subtitles.

What may enter: reading what a packager wrote. What may not: fetching, choosing among tracks, the bytes of media.
"""
