"""Manifests: bytes of DASH or HLS in, one `Presentation` model out, which knows no format.

Pure and bounded: size, depth and the number of segments have limits, and what breaks the format is refused
with `ManifestInvalid`, what is well-formed but not played here with `FormatUnsupported`.

`dash` reads an MPD with the help of `elements` (hardened XML), `durations`, `references` (URLs), `templates`,
`addressing` (where segments lie) and `protection`. `hls` reads a playlist of either kind: `multivariant` with
`variants` and `pathways`, `media_playlist` with `playlist_keys`, `dateranges` and `alignment` (live timelines), both
on `playlist_lines`; `codecs` and `instants` read names and dates. `formats` tells the two apart; `presentation` is the
model; `webvtt` reads subtitles.

What may enter: reading what a packager wrote. What may not: fetching, choosing among tracks, the bytes of media.
"""
