"""Manifests: bytes of DASH (and, later, HLS) in, one `Presentation` model out.

Pure and bounded: size, depth and the number of segments have limits, and what breaks the format is refused
with `ManifestInvalid`, what is well-formed but not played here with `FormatUnsupported`.

`dash` reads an MPD with the help of `elements` (hardened XML), `durations`, `references` (URLs), `templates`,
`addressing` (where segments lie) and `protection`; `presentation` is the model; `webvtt` reads subtitles.
"""
