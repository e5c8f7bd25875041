"""One title after another, the next one ready when its turn comes."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from matinee import PlayerSettings, Playlist
from matinee.core.notices import Ended, FirstFrameReady, ItemEntered, ItemFailed, PlaylistNotice
from matinee.errors import SegmentUnavailable, SettingsInvalid
from matinee.policy.custom import Policies
from matinee.policy.settings import PreloadSettings, RetrySettings
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.faults import Refusal
from matinee.testing.network import ScriptedNetwork
from matinee.testing.titles import SyntheticTitle

HEADLESS = PlayerSettings(decode=False, retry=RetrySettings(give_up_start_ms=1))
TITLE = SyntheticTitle(duration_ms=20_000)
URLS = tuple(f"https://{name}.test/manifest.mpd" for name in "abc")
ResultT = TypeVar("ResultT")
Story = Callable[[Playlist, ScriptedNetwork], Awaitable[ResultT]]


def watched(
    story: Story[ResultT],
    *,
    settings: PlayerSettings = HEADLESS,
    policies: Policies | None = None,
    broken: tuple[str, ...] = (),
) -> ResultT:
    """What `story` makes of an evening with three titles, on virtual time."""

    async def evening(clock: VirtualClock) -> ResultT:
        network = ScriptedNetwork(clock, hosts={f"{name}.test": TITLE for name in "abc"})
        for name in broken:
            network.fail(Refusal(404), host=f"{name}.test")
        async with Playlist(URLS, settings=settings, policies=policies, http=network, seed=7) as playlist:
            return await story(playlist, network)

    return run_virtual(evening)


async def told(playlist: Playlist) -> list[PlaylistNotice]:
    return [notice async for notice in playlist.notices()]


async def entered(playlist: Playlist) -> list[int]:
    return [notice.at async for notice in playlist.notices() if isinstance(notice, ItemEntered)]


def test_all_play_one_after_another_and_are_one_value_in_the_end() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        notices = await told(playlist)
        await playlist.wait_ended()
        assert [notice.at for notice in notices if isinstance(notice, ItemEntered)] == [1, 2]
        assert sum(isinstance(notice, Ended) for notice in notices) == 3
        stats = playlist.stats()
        assert (stats.sessions, stats.starts, stats.ends, stats.stalls, stats.played_ms) == (3, 3, 3, 0, 60_000)

    watched(story)


def test_the_next_title_is_fetched_ahead_and_begins_at_once() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        notices = await told(playlist)
        starts = [notice.startup_ms for notice in notices if isinstance(notice, FirstFrameReady)]
        assert (starts[0] > 0, starts[1:]) == (True, [0, 0])

    watched(story)


def test_no_more_is_fetched_ahead_than_a_start_needs_and_nothing_before_the_title_that_plays_is_whole() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        async for notice in playlist.notices():
            if isinstance(notice, ItemEntered):
                break
        now_ms = network.clock.now_ms()
        ahead = [it for it in network.asked("b.test") if it.at_ms < now_ms]
        names = sorted(it.path.rpartition("/")[2] for it in ahead)
        assert names == ["1.m4s", "1.m4s", "init.mp4", "init.mp4", "manifest.mpd"]
        assert ahead[0].at_ms >= max(it.at_ms for it in network.asked("a.test"))

    watched(story)


@pytest.mark.parametrize("policy", ["near", "never"])
def test_when_that_is_can_be_chosen_by_name(policy: str) -> None:
    settings = PlayerSettings(decode=False, preload=PreloadSettings(policy=policy, near_ms=5_000))  # type: ignore[arg-type]

    async def story(playlist: Playlist, network: ScriptedNetwork) -> int:
        await playlist.wait_ended()
        ends_ms = max(it.at_ms for it in network.asked("b.test"))
        return ends_ms - network.asked("b.test")[0].at_ms

    # Near: its first segments come 5 s before the rest of them. Never: all of them at once.
    assert (watched(story, settings=settings) > 4_000) == (policy == "near")


def test_a_policy_of_ones_own_decides() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> bool:
        async for notice in playlist.notices():
            if isinstance(notice, ItemEntered):
                break
        return network.asked("b.test")[0].at_ms < 2_000

    assert watched(story, policies=Policies(preload=lambda *, is_whole, left_ms, near_ms: True))


def test_what_the_link_has_shown_is_known_to_the_next_title() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        await playlist.wait_ended()
        firsts = [it for it in playlist.stats().formats if it.kind == "video" and it.at_ms == 0]
        assert [it.bitrate_kbps for it in firsts] == [300, 3_000, 3_000]

    watched(story)


def test_the_viewer_skips_and_goes_back() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        places: list[int] = []
        presses: list[Callable[[], None]] = [playlist.previous, lambda: playlist.go_to(2)]
        playlist.next()
        async for notice in playlist.notices():
            if isinstance(notice, ItemEntered):
                places.append(playlist.at)
                if presses:
                    presses.pop(0)()
        assert places == [1, 0, 2]

    watched(story)


def test_previous_means_the_beginning_once_an_item_has_played_a_while() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        await network.clock.wait_until(5_000)
        playlist.previous()
        assert (playlist.at, playlist.state.position_ms) == (0, 0)

    watched(story)


def test_a_place_that_is_not_there_is_refused() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        playlist.go_to(3)

    with pytest.raises(IndexError):
        watched(story)
    with pytest.raises(SettingsInvalid):
        Playlist([])


def test_one_is_repeated_until_the_viewer_moves_on() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> list[int]:
        playlist.set_repeat("one")
        places: list[int] = []
        async for notice in playlist.notices():
            if isinstance(notice, ItemEntered):
                places.append(notice.at)
                if len(places) == 2:
                    playlist.set_repeat("none")
                    playlist.next()
        return places

    assert watched(story) == [0, 0, 1, 2]


def test_all_are_repeated() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> list[int]:
        playlist.set_repeat("all")
        places: list[int] = []
        async for notice in playlist.notices():
            if isinstance(notice, ItemEntered):
                places.append(notice.at)
                if len(places) == 4:
                    break
        return places

    assert watched(story) == [1, 2, 0, 1]


def test_shuffled_each_has_its_turn_once() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> list[int]:
        playlist.set_shuffle(True)
        return await entered(playlist)

    assert sorted(watched(story)) == [1, 2]


def test_a_pause_and_a_rate_are_for_the_next_item_too() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        playlist.set_rate(2_000)
        playlist.pause()
        playlist.next()
        async for notice in playlist.notices():
            if isinstance(notice, ItemEntered):
                break
        await network.clock.wait_until(60_000)
        assert (playlist.at, playlist.state.phase, playlist.state.position_ms) == (1, "paused", 0)
        playlist.resume()
        await network.clock.wait_until(61_000)
        assert (playlist.state.phase, playlist.state.rate_permille) == ("playing", 2_000)

    watched(story)


def test_an_item_that_cannot_be_played_is_told_and_passed_over() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        notices = await told(playlist)
        await playlist.wait_ended()
        (failed,) = (notice for notice in notices if isinstance(notice, ItemFailed))
        assert (failed.at, failed.item, failed.failure.code) == (1, URLS[1], "segment-unavailable")
        assert isinstance(failed.failure.error, SegmentUnavailable)
        assert playlist.at == 2
        assert playlist.stats().ends == 2

    watched(story, broken=("b",))


def test_if_none_can_be_played_the_last_error_is_raised() -> None:
    async def story(playlist: Playlist, network: ScriptedNetwork) -> None:
        playlist.set_repeat("all")
        await playlist.wait_ended()

    with pytest.raises(SegmentUnavailable, match=r"c\.test"):
        watched(story, broken=("a", "b", "c"))
