"""Marks: what stands on every request for manifests and media, so that its server knows what the viewer gets (CMCD)."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from matinee.core.messages import IndexTarget, InitTarget, ManifestTarget, RenditionRef, SegmentTarget, Target
from matinee.core.notices import Phase, PlayerState
from matinee.manifest.presentation import Presentation, Rendition
from matinee.policy.dice import draw, next_state
from matinee.policy.settings import CmcdSettings
from matinee.runtime.http import Request
from matinee.wire.cmcd import Cmcd, ObjectType, PlayerStatus, headers, with_query

MARGIN = 5
"""As dash.js 5.1 has it (`rtpSafetyFactor`)."""

_STATUS: Mapping[Phase, PlayerStatus] = {
    "starting": "s",
    "playing": "p",
    "paused": "a",
    "seeking": "k",
    "stalled": "r",
    "ended": "e",
    "failed": "f",
}
_KINDS: Mapping[str, ObjectType] = {"video": "v", "audio": "a", "text": "c"}


class Marks:
    """Those of one session, which is known by a number that nothing else knows."""

    def __init__(self, settings: CmcdSettings, state: Callable[[], PlayerState], *, seed: int) -> None:
        """`state`: how playback stands when it is asked."""
        self._settings = settings
        self._state = state
        self._sid = f"{draw(seed):016x}{draw(next_state(seed)):016x}"
        self._stalls = 0
        """That were told."""
        self._requests = 0
        self._format = Cmcd()

    def on(self, request: Request, target: Target, presentation: Presentation | None) -> Request:
        """The request with its mark."""
        if isinstance(target, ManifestTarget):
            self._format = _format_of(request.url)
        cmcd = self._cmcd(target, presentation)
        version = self._settings.version
        if self._settings.mode == "query":
            return msgspec.structs.replace(request, url=with_query(request.url, cmcd, version=version))
        return msgspec.structs.replace(request, headers={**request.headers, **headers(cmcd, version=version)})

    def _cmcd(self, target: Target, presentation: Presentation | None) -> Cmcd:
        state = self._state()
        has_stalled, self._stalls = state.stalls > self._stalls, state.stalls
        self._requests += 1
        told = msgspec.structs.replace(
            self._format,
            sid=self._sid,
            sn=self._requests,
            bs=has_stalled,
            pr_permille=state.rate_permille,
            mtp=state.throughput_kbps or None,
            st=None if presentation is None else "l" if presentation.live else "v",
            ltc=state.live_lag_ms if state.live_lag_ms and state.live_lag_ms > 0 else None,
            sta=_STATUS[state.phase],
            su=state.phase in ("starting", "seeking", "stalled"),
            ot=_type_of(target),
        )
        if not isinstance(target, SegmentTarget):
            return told
        ladder = _ladder_of(target.of, presentation)
        top_kbps = max((it.bitrate_kbps for it in ladder), default=0)
        kbps = ladder[target.of.rung].bitrate_kbps if target.of.rung < len(ladder) else 0
        deadline_ms = state.buffer_ms * 1_000 // max(1, state.rate_permille)
        return msgspec.structs.replace(
            told,
            bl=state.buffer_ms,
            dl=deadline_ms,
            d=target.segment.duration_ms,
            br=kbps or None,
            tb=top_kbps or None,
            rtp=_enough_kbps(kbps * target.segment.duration_ms, deadline_ms, top_kbps) or None,
        )


def _enough_kbps(bits: int, deadline_ms: int, top_kbps: int) -> int:
    """In time by a wide margin, and never so slow that it would look like a link for less than the top rung."""
    return MARGIN * max(top_kbps, bits // max(1_000, deadline_ms))


def _format_of(url: str) -> Cmcd:
    path = urlsplit(url).path
    return Cmcd(sf="h" if path.endswith(".m3u8") else "d" if path.endswith(".mpd") else None)


def _type_of(target: Target) -> ObjectType:
    match target:
        case ManifestTarget() | IndexTarget():
            return "m"
        case InitTarget():
            return "i"
        case SegmentTarget():
            return "av" if target.of.carries_sound else _KINDS.get(target.of.kind, "o")


def _ladder_of(of: RenditionRef, presentation: Presentation | None) -> tuple[Rendition, ...]:
    """Of the track that it belongs to; empty if the manifest does not have it any more."""
    periods = presentation.periods if presentation is not None else ()
    return next((it.renditions for period in periods for it in period.tracks if it.track_id == of.track_id), ())
