"""Playlists for tests, line by line."""

PLACE = "http://a.example/titles/heist/"
MASTER_URL = f"{PLACE}master.m3u8"
MEDIA_URL = f"{PLACE}video/720p/index.m3u8"


def playlist(*lines: str) -> bytes:
    return "\n".join(("#EXTM3U", *lines, "")).encode()


def media(*lines: str, target: int = 4, ends: bool = True) -> bytes:
    """A media playlist, whole unless said otherwise."""
    return playlist(f"#EXT-X-TARGETDURATION:{target}", *lines, *(["#EXT-X-ENDLIST"] if ends else []))


def listed(*durations: str, first: int = 1) -> tuple[str, ...]:
    """Segments `1.ts`, `2.ts`, … of these durations in seconds."""
    return tuple(
        line
        for number, duration in enumerate(durations, start=first)
        for line in (f"#EXTINF:{duration},", f"{number}.ts")
    )


def stream(uri: str, **attributes: object) -> str:
    """EXT-X-STREAM-INF with its URI; attribute names are spelled with `_` for `-`."""
    return f"#EXT-X-STREAM-INF:{spelled(attributes)}\n{uri}"


def member(kind: str, **attributes: object) -> str:
    """EXT-X-MEDIA of that type."""
    return f"#EXT-X-MEDIA:TYPE={kind},{spelled(attributes)}"


def spelled(attributes: dict[str, object]) -> str:
    return ",".join(
        f"{name.replace('_', '-')}={value if name in _BARE else f'{chr(34)}{value}{chr(34)}'}"
        for name, value in attributes.items()
    )


_BARE = ("BANDWIDTH", "AVERAGE_BANDWIDTH", "RESOLUTION", "FRAME_RATE", "DEFAULT", "AUTOSELECT", "FORCED", "VIDEO_RANGE")
