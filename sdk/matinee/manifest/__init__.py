"""Manifests: bytes of DASH or HLS in, one `Presentation` model out, which knows no format.

Pure and bounded: size, depth and the number of segments have limits, and what breaks the format is refused
with `ManifestInvalid`, what is well-formed but not played here with `FormatUnsupported`.

`dash` and `hls` read their documents; `formats` tells the two apart. Both use `references` (URLs), `segments` (reckoned
when they are looked at) by `timeline` and `templates`, `protection`,
`durations`, `instants`, `codecs`, and `elements` (hardened XML).
`pathways` is what a steering document makes of the places. `presentation` is the model; `webvtt` and `ttml` read
subtitles.

What may enter: reading what a packager wrote. What may not: fetching, choosing among tracks, the bytes of media.
"""
