"""Manifests: bytes of DASH in, one `Presentation` model out, which knows no format.

Pure and bounded: size, depth and the number of segments have limits, and what breaks the format is refused
with `ManifestInvalid`, what is well-formed but not played here with `FormatUnsupported`.

`dash` reads an MPD with the help of `elements` (hardened XML), `durations`, `references` (URLs), `templates`,
`addressing` (where segments lie) and `protection`; `presentation` is the model; `webvtt` reads subtitles.

What may enter: reading what a packager wrote. What may not: fetching, choosing among tracks, the bytes of media.
"""
