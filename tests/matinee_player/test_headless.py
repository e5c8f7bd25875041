"""Playing without a terminal."""

from matinee.core.notices import FirstFrameReady, Notice
from matinee.errors import SegmentUnavailable
from matinee_player.headless import play_headless
from tests.support.players import FakePlayer, as_player


async def test_every_picture_is_taken_until_the_end() -> None:
    player = FakePlayer(duration_ms=1_000)
    player.start()
    player.advance(1_000)
    report = await play_headless(as_player(player))
    assert (report.ended, report.frames_shown, report.errors) == (True, 25, ())


async def test_what_happens_is_told_as_it_happens() -> None:
    player = FakePlayer(duration_ms=1_000)
    told: list[Notice] = []

    def tell(notice: Notice) -> None:
        told.append(notice)
        if isinstance(notice, FirstFrameReady):
            player.advance(1_000)

    player.start(startup_ms=180)
    await play_headless(as_player(player), on_notice=tell)
    assert FirstFrameReady(180) in told


async def test_a_failure_is_in_the_report() -> None:
    player = FakePlayer()
    player.start()
    player.fail(SegmentUnavailable("Segment 7 is nowhere."))
    report = await play_headless(as_player(player), is_decoded=False)
    assert report.errors == ("Segment 7 is nowhere.",)
