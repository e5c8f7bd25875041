"""A fleet: what the viewers of any number of sessions got, in one value that any two can be merged into."""

import msgspec

from matinee.core.sketch import Sketch
from matinee.core.stats import PlayerStats


class FleetStats(msgspec.Struct, frozen=True, kw_only=True):
    """Sums, and how what matters is spread over sessions.

    `merge` may be given parts in any order and any grouping: nothing is in it that has an order.
    """

    sums: PlayerStats = PlayerStats()
    """Without histories, and without what is of the latest session only; means and ratios are its properties."""
    startup_ms: Sketch = Sketch()
    """Of sessions whose picture has moved."""
    stall_permille: Sketch = Sketch()
    """Of the time in which something should have moved, by session that has begun."""
    stalls: Sketch = Sketch()
    """Likewise."""
    bitrate_kbps: Sketch = Sketch()
    """The mean, of sessions that have had video."""
    throughput_kbps: Sketch = Sketch()
    """The last estimate, of sessions that have one."""

    @staticmethod
    def of(*sessions: PlayerStats) -> "FleetStats":
        """Of these, each the stats of one session."""
        begun = [it for it in sessions if it.starts]
        unordered = (msgspec.structs.replace(it, **_WITHOUT_ORDER) for it in sessions)
        return FleetStats(
            sums=PlayerStats.merge(*unordered),
            startup_ms=Sketch.of(it.startup_ms for it in begun),
            stall_permille=Sketch.of(round(it.stall_ratio * 1_000) for it in begun),
            stalls=Sketch.of(it.stalls for it in begun),
            bitrate_kbps=Sketch.of(it.mean_bitrate_kbps for it in sessions if it.video_ms),
            throughput_kbps=Sketch.of(it.throughput_kbps for it in sessions if it.throughput_kbps),
        )

    @staticmethod
    def merge(*fleets: "FleetStats") -> "FleetStats":
        """One value of all."""
        return FleetStats(
            sums=PlayerStats.merge(*(it.sums for it in fleets)),
            **{name: Sketch.merge(*(getattr(it, name) for it in fleets)) for name in _SKETCHES},
        )


_SKETCHES = tuple(name for name in FleetStats.__struct_fields__ if name != "sums")
_WITHOUT_ORDER = {
    "formats": (),
    "failovers": (),
    "errors": (),
    "forgotten": 0,
    "throughput_kbps": 0,
    "buffer_ms": 0,
    "live_lag_ms": None,
}
