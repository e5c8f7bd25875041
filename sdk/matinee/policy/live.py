"""Live: how far behind the live edge to play."""

SEGMENTS_BEHIND = 3
"""Where nobody says: three segments (RFC 8216, section 6.3.3; dash.js takes four)."""
THIN_MS = 1_000
"""With less than this in the buffer, or less than a third of the delay, nobody plays faster (hls.js: 1 s)."""
PATIENCE_DELAYS = 3
"""Of a delay, this part is what may be waited for before play begins: waiting costs as much again."""
AGAIN_MS = 20_000
"""A stall so soon after another is a sign that the delay is too short."""
RETREAT_MS = 500
"""By so much the delay grows then (Media3, Shaka: 500 ms)..."""
MOST_RETREAT_MS = 4_000
"""... up to so much in all (Shaka: 4 s), and by so much it shrinks again..."""
EASE_MS = 60_000
"""... after so long without a stall (Shaka: 60 s)."""


LOW_LATENCY_MS = 5_000
"""With a delay of no more, latency is what the viewer came for: he would rather miss a second than be late for long."""
BEARABLE_MS = 10_000
"""So long a lag may take to be made up by playing faster, before that is so."""


def is_skipped(*, lag_ms: int, delay_ms: int, fastest_permille: int, spare_ms: int) -> bool:
    """Whether the lag is made up by leaving out what lies between; `spare_ms`: so much of that is here."""
    made_up_ms = (fastest_permille - 1000) * BEARABLE_MS // 1000
    return delay_ms <= LOW_LATENCY_MS and made_up_ms < lag_ms <= spare_ms


def delay_ms(*, own_ms: int, stated_ms: int | None, segment_ms: int) -> int:
    """How far behind live to play: the app's wish, else the service's, else three segments."""
    return own_ms or stated_ms or SEGMENTS_BEHIND * segment_ms


def patience_ms(*, delay_ms: int) -> int:
    """The most media that is waited for before play begins, or goes on; > 0."""
    return max(1, delay_ms // PATIENCE_DELAYS)


def retreat_ms(retreat_ms: int, *, since_stall_ms: int | None, most_ms: int) -> int:
    """How much further behind to play after a stall than the delay says; `since_stall_ms`: since the one before.

    `most_ms`: what the service allows. One stall is an accident, two are a pattern.
    """
    if since_stall_ms is None or since_stall_ms > AGAIN_MS:
        return retreat_ms
    return max(retreat_ms, min(retreat_ms + RETREAT_MS, MOST_RETREAT_MS, most_ms))
