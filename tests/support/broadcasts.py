"""A presentation that is being made, as the core sees it, and viewers of it."""

import msgspec

from matinee.core.edge import LiveEdge
from matinee.core.playhead import Playhead
from matinee.core.selection import Selection
from matinee.manifest.presentation import BaseUrl, Live, Period, Presentation, Track
from matinee.policy.settings import BufferingSettings, LiveSettings, PlayerSettings
from matinee.testing.playbook import track

SEGMENT_MS = 2_000
ZERO_WALL_MS = 1_000_000
LIVE = Live(zero_wall_ms=ZERO_WALL_MS, window_ms=60_000, delay_ms=3_000, refresh_ms=30_000)
SHOWN = track(segments=2_000, segment_ms=SEGMENT_MS)


def broadcast(live: Live = LIVE, *, early_ms: int = 0, shown: Track = SHOWN) -> Presentation:
    """One that began at `ZERO_WALL_MS` and has no end."""
    renditions = tuple(msgspec.structs.replace(it, early_ms=early_ms) for it in shown.renditions)
    return Presentation(
        duration_ms=None,
        base_urls=(BaseUrl(url="http://a.test/", service_location="a"),),
        periods=(Period(tracks=(msgspec.structs.replace(shown, renditions=renditions),)),),
        live=live,
    )


class Watched:
    """A viewer at the edge: at the time 0, `live_ms` is live."""

    def __init__(
        self, live: Live = LIVE, *, live_ms: int = 100_000, position_ms: int, settings: LiveSettings | None = None
    ) -> None:
        self.edge = LiveEdge(settings or LiveSettings())
        self.edge.read(live, now_ms=0)
        self.edge.clock.synced(wall_ms=ZERO_WALL_MS + live_ms, now_ms=0)
        self.selection = Selection(broadcast(live), PlayerSettings(), position_ms=position_ms)
        self.playhead = Playhead(BufferingSettings(), position_ms=position_ms, now_ms=0)

    def bring(self, segments: int, *, now_ms: int = 0) -> None:
        """So many segments come, and the picture moves if it may."""
        [stream] = self.selection.streams
        for request_id in range(segments):
            for target in stream.want(0):
                stream.arrived(target, request_id)
        position_ms = self.playhead.position_ms(now_ms=now_ms)
        self.playhead.settle(
            buffer_ms=self.selection.buffer_ms(position_ms), left_ms=1, can_decrypt=True, now_ms=now_ms
        )

    def jump_ms(self, *, now_ms: int = 0) -> int | None:
        return self.edge.jump_ms(self.selection, self.playhead, now_ms=now_ms)

    def slide_ms(self, *, now_ms: int = 0) -> int | None:
        return self.edge.slide_ms(self.selection, self.playhead, least_ms=1_000, now_ms=now_ms)

    def rate(self, *, now_ms: int = 0) -> int:
        """How fast he plays from then on."""
        rate = self.edge.rate_permille(self.selection, self.playhead, now_ms=now_ms)
        self.playhead.set_rate(rate, now_ms=now_ms)
        return rate
