"""What makes an MPD live: when it began, how far back it reaches, how it changes, and how close to follow it.

Source: ISO/IEC 23009-1, sections 5.3.1, 5.8.4.11 (UTCTiming) and annex K (ServiceDescription).
"""

from typing import Literal

from matinee.manifest.durations import decimal_permille, duration_ms, instant_ms
from matinee.manifest.elements import Element
from matinee.manifest.presentation import ClockSource, Live
from matinee.manifest.references import resolved

_CLOCK_SCHEMES: dict[str, Literal["direct", "http-head", "http-iso", "http-xsdate"]] = {
    f"urn:mpeg:dash:utc:{name}:{year}": name
    for name in ("direct", "http-head", "http-iso", "http-xsdate")
    for year in (2012, 2014)
}
"""NTP and SNTP are left out: neither is HTTP."""


def read_live(mpd: Element, *, url: str) -> Live:
    """What the MPD, fetched from `url`, says of it. Raises ManifestInvalid, FormatUnsupported."""
    zero_wall_ms = instant_ms(mpd, "availabilityStartTime")
    if zero_wall_ms is None:
        raise mpd.invalid("it is dynamic, and has no availabilityStartTime")
    latency, rate = _described(mpd, "Latency"), _described(mpd, "PlaybackRate")
    delay_ms = _ms(latency, "target")
    patch = mpd.first("PatchLocation")
    return Live(
        zero_wall_ms=zero_wall_ms,
        window_ms=duration_ms(mpd, "timeShiftBufferDepth"),
        refresh_ms=duration_ms(mpd, "minimumUpdatePeriod"),
        locations=tuple(resolved(each.text, url=url, at=each) for each in mpd.every("Location") if each.text),
        patch=resolved(patch.text, url=url, at=patch) if patch and patch.text else "",
        delay_ms=duration_ms(mpd, "suggestedPresentationDelay") if delay_ms is None else delay_ms,
        least_delay_ms=_ms(latency, "min"),
        most_delay_ms=_ms(latency, "max"),
        slowest_permille=decimal_permille(rate, "min") if rate else None,
        fastest_permille=decimal_permille(rate, "max") if rate else None,
        clocks=_clocks(mpd, url=url),
    )


def _described(mpd: Element, name: str) -> Element | None:
    """The first of that name in a ServiceDescription for everybody."""
    for description in mpd.every("ServiceDescription"):
        if not description.first("Scope") and (found := description.first(name)):
            return found
    return None


def _ms(latency: Element | None, attribute: str) -> int | None:
    if latency is None or attribute not in latency.attributes:
        return None
    return latency.whole(attribute, 0)


def _clocks(mpd: Element, *, url: str) -> tuple[ClockSource, ...]:
    found: list[ClockSource] = []
    for element in mpd.every("UTCTiming"):
        scheme = _CLOCK_SCHEMES.get(element.get("schemeIdUri"))
        if scheme == "direct":
            found.append(ClockSource(scheme=scheme, value=element.get("value").strip()))
        elif scheme is not None:
            sources = element.get("value").split()
            found += [ClockSource(scheme=scheme, value=resolved(each, url=url, at=element)) for each in sources]
    return tuple(found)
