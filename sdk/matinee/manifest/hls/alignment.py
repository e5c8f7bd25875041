"""Where a live media playlist begins on the timeline of its presentation.

A playlist names no time of its own: what another reading said of the same segments, or of the same wall time, does.
"""

from collections.abc import Sequence

import msgspec


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """What two playlists can be laid side by side by. All in microseconds."""

    number: int
    """The media sequence number of the first segment that is listed."""
    bounds_us: Sequence[int]
    """Where each segment begins, and where the last one ends; rising."""
    run_starts_us: dict[int, int]
    """Where runs begin, by their number; only those whose beginning is listed."""
    zero_wall_us: int | None
    """When position 0 was, by the date of the last segment that has one."""
    target_us: int
    """How long a segment lasts at most."""

    def moved(self, offset_us: int) -> "Marks":
        """The same, laid later on the timeline."""
        return msgspec.structs.replace(
            self,
            bounds_us=[bound + offset_us for bound in self.bounds_us],
            run_starts_us={run: start + offset_us for run, start in self.run_starts_us.items()},
            zero_wall_us=None if self.zero_wall_us is None else self.zero_wall_us - offset_us,
        )


def offset_us(marks: Marks, *, before: Marks | None, beside: Marks | None) -> int:
    """By how much `marks`, whose first segment begins at 0, must be moved.

    `before`: an earlier reading of the same playlist: segments have kept their numbers. `beside`: a reading of another
    playlist of the presentation: wall times agree if there are any, else runs do, else numbers are taken to agree
    (RFC 8216 promises it for none but discontinuities, packagers do).
    """
    if before is not None:
        return _by_number(marks, before)
    if beside is None:
        return 0
    if marks.zero_wall_us is not None and beside.zero_wall_us is not None:
        return marks.zero_wall_us - beside.zero_wall_us
    for run, start_us in marks.run_starts_us.items():
        if run in beside.run_starts_us:
            return beside.run_starts_us[run] - start_us
    return _by_number(marks, beside)


def _by_number(marks: Marks, known: Marks) -> int:
    ahead = marks.number - known.number
    listed = len(known.bounds_us) - 1
    if 0 <= ahead <= listed:
        return known.bounds_us[ahead]
    back = -ahead
    if 0 < back < len(marks.bounds_us):
        return known.bounds_us[0] - marks.bounds_us[back]
    if marks.zero_wall_us is not None and known.zero_wall_us is not None:
        return marks.zero_wall_us - known.zero_wall_us
    if ahead < 0:
        # The packager was started anew and counts anew: what it lists now comes after what was.
        return known.bounds_us[-1]
    return known.bounds_us[-1] + (ahead - listed) * known.target_us
