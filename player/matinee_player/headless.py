"""Playing without a terminal: every picture and every sound is taken and counted, nothing is shown."""

from collections.abc import AsyncIterator, Callable, Coroutine

import msgspec

from matinee.core.notices import Notice, PlaybackReport
from matinee.runtime.player import Player
from matinee_player.session import attend


async def play_headless(
    player: Player, *, is_decoded: bool = True, on_notice: Callable[[Notice], None] | None = None
) -> PlaybackReport:
    """The report once `player` has ended or failed; a failure is in its `errors`, not raised."""
    consumers: list[Coroutine[None, None, None]] = [_tell(player.notices(), on_notice)]
    if is_decoded:
        consumers += [_drain(player.video_frames()), _drain(player.audio_blocks())]
    failure = await attend(player, *consumers)
    report = player.report()
    if failure is None or report.errors:
        return report
    return msgspec.structs.replace(report, errors=(str(failure),))


async def _tell(notices: AsyncIterator[Notice], on_notice: Callable[[Notice], None] | None) -> None:
    async for notice in notices:
        if on_notice is not None:
            on_notice(notice)


async def _drain(items: AsyncIterator[object]) -> None:
    async for _ in items:
        pass
