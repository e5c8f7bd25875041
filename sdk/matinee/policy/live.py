"""Live: how far behind the live edge to play, and how fast, so as to stay there."""

SEGMENTS_BEHIND = 3
"""Where nobody says: three segments (RFC 8216, section 6.3.3; dash.js takes four)."""
GAIN_MS = 10_000
"""A lag is made up within about so long: a quarter of a second at 2.5 % (Media3: 0.1 per second)."""
CALM_MS = 40
"""A lag smaller than this is none."""
STIR_MS = 100
"""A lag smaller than this starts no correction: so that rates do not flutter about the aim."""
STEP_PERMILLE = 5


def delay_ms(*, own_ms: int, stated_ms: int | None, segment_ms: int) -> int:
    """How far behind live to play: the app's wish, else the service's, else three segments."""
    return own_ms or stated_ms or SEGMENTS_BEHIND * segment_ms


def rate_permille(*, lag_ms: int, rate_permille: int, slowest_permille: int, fastest_permille: int) -> int:
    """The rate to play at from now on.

    `lag_ms`: how much further behind live than wished; negative: too close. `rate_permille`: the rate now. A correction
    goes on until the lag is gone; its rate is kept while it does the work, so changes are few and never oscillate.
    """
    is_correcting = rate_permille != 1000
    if abs(lag_ms) < (CALM_MS if is_correcting else STIR_MS) or (
        is_correcting and (lag_ms > 0) != (rate_permille > 1000)
    ):
        return 1000
    wished = 1000 + lag_ms * 1000 // GAIN_MS
    wished = max(slowest_permille, min(fastest_permille, wished // STEP_PERMILLE * STEP_PERMILLE))
    is_enough = abs(rate_permille - 1000) * 2 >= abs(wished - 1000)
    return rate_permille if is_correcting and is_enough else wished
