"""Manifests: bytes of DASH in, one `Presentation` model out, which knows no format.

Pure and bounded: size, depth and the number of segments have limits, and what breaks the format is refused
with `ManifestInvalid`, what is well-formed but not played here with `FormatUnsupported`.

`dash` reads an MPD and its periods, `adaptation` their tracks, `addressing` where the segments of each rendition lie:
`timeline` in time, `places` and `templates` on the web; `segments` reckons one when it is looked at. `live`, `events`
and `protection` read the rest, on `elements` (hardened XML), `references` (URLs) and `durations`. `presentation` is
the model; `webvtt` reads subtitles.

What may enter: reading what a packager wrote. What may not: fetching, choosing among tracks, the bytes of media.
"""
