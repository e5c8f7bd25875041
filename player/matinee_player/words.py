"""Quantities as a person reads them: times, rates, sizes and small charts (pure)."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def clock_text(position_ms: int) -> str:
    """`0:07`, `12:34`, `1:02:03`; a negative position counts as 0."""
    seconds = max(0, position_ms) // 1000
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def span_text(duration_ms: int) -> str:
    """`320 ms`, `4.2 s`, `2 min 5 s`."""
    if duration_ms < 1000:
        return f"{duration_ms} ms"
    if duration_ms < 60_000:
        return f"{duration_ms / 1000:.1f} s"
    minutes, seconds = divmod(round(duration_ms / 1000), 60)
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"


def rate_text(bitrate_kbps: int) -> str:
    """`235 kbps`, `5.8 Mbps`; a dash for the unknown 0."""
    if bitrate_kbps <= 0:
        return "–"
    return f"{bitrate_kbps} kbps" if bitrate_kbps < 1000 else f"{bitrate_kbps / 1000:.1f} Mbps"


def size_text(size_bytes: int) -> str:
    """`512 B`, `4.1 kB`, `12.3 MB`, `1.2 GB`: decimal, as networks are counted."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    size = size_bytes / 1000
    for unit in ("kB", "MB"):
        if size < 1000:
            return f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def count_text(count: int, noun: str) -> str:
    """`no stalls`, `1 stall`, `3 stalls`."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"


def spark_text(values: Sequence[int], width: int) -> str:
    """A bar for each value, from 0 (nothing) to the greatest; the greatest of neighbours where they do not all fit."""
    each = max(1, -(-len(values) // width))
    shown = [max(values[max(0, end - each) : end]) for end in range(len(values), 0, -each)][::-1]
    top = max(1, *shown, 1)
    return "".join(_BARS[value * (len(_BARS) - 1) // top] if value > 0 else " " for value in shown)


def clipped(text: str, width: int) -> str:
    """The first `width` characters, the last of them `…` where something is missing."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "…"
