"""HLS: playlists (RFC 8216, draft-pantos-hls-rfc8216bis) read into a `Presentation`.

`playlist` reads one of either kind: `multivariant`, with `variants` and their `layout` over places, and
`media_playlist`, with `keys`, `dateranges` and `alignment` on one timeline. All stand on `lines`.

What may enter: what only a playlist has. What DASH has as well stands one room up.
"""
