"""Live: how far behind the live edge to play, and how fast, so as to stay there."""

SEGMENTS_BEHIND = 3
"""Where nobody says: three segments (RFC 8216, section 6.3.3; dash.js takes four)."""
GAIN_MS = 10_000
"""A lag is made up within about so long: a quarter of a second at 2.5 % (Media3: 0.1 per second)."""
CALM_MS = 20
"""A lag smaller than this is none (Media3: 20 ms)."""
STIR_MS = 100
"""A lag smaller than this starts no correction: so that rates do not flutter about the aim."""
STEP_PERMILLE = 5
MOST_CHANGES = 6
"""Of the rate in a minute, the return to normal speed included."""
CHANGES_WITHIN_MS = 60_000
THIN_MS = 1_000
"""With less than this in the buffer, or less than a third of the delay, nobody plays faster (hls.js: 1 s)."""
PATIENCE_DELAYS = 3
"""Of a delay, this part is what may be waited for before play begins: waiting costs as much again."""
AGAIN_MS = 60_000
"""A stall so soon after another is a sign that the delay is too short."""
RETREAT_MS = 500
"""By so much the delay grows then (Media3, Shaka: 500 ms)..."""
MOST_RETREAT_MS = 4_000
"""... up to so much in all (Shaka: 4 s), and by so much it shrinks again..."""
EASE_MS = 60_000
"""... after so long without a stall (Shaka: 60 s)."""


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


def rate_permille(
    *,
    lag_ms: int,
    rate_permille: int,
    slowest_permille: int,
    fastest_permille: int,
    buffer_ms: int,
    thin_ms: int,
    changes: int,
) -> int:
    """The rate to play at from now on.

    `lag_ms`: how much further behind live than wished; negative: too close. `rate_permille`: the rate now. `changes`:
    of the rate in the last minute. A correction goes on until the lag is gone; its rate is kept while it does the
    work, so changes are few and never oscillate. One begins only if it can also end within `MOST_CHANGES`.
    """
    now, size_ms = rate_permille - 1000, abs(lag_ms)
    if now and (size_ms < CALM_MS or (lag_ms > 0) != (now > 0)):
        return 1000
    if lag_ms > 0 and buffer_ms < (thin_ms // 2 if now else thin_ms):
        return 1000
    if not now and size_ms < STIR_MS:
        return 1000
    step = size_ms * 1000 // GAIN_MS // STEP_PERMILLE * STEP_PERMILLE
    wished = min(fastest_permille, 1000 + step) if lag_ms > 0 else max(slowest_permille, 1000 - step)
    is_enough = now != 0 and abs(now) * 2 >= abs(wished - 1000)
    return rate_permille if is_enough or changes > MOST_CHANGES - 2 else wished
