"""The player: pictures, sound, keys and seeks from real servers on loopback; failures of all kinds in virtual time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from matinee import Player
from matinee.core.notices import Ended, EventReached, FirstFrameReady, PhaseChanged, PlaybackReport
from matinee.errors import FormatUnsupported, LicenseInvalid, LicenseRefused, SegmentUnavailable
from matinee.policy.settings import BufferingSettings, FailoverSettings, PlayerSettings, RetrySettings
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.faults import Corrupt, Fault, Refusal, Refused, Reset, Rule, Silent, Truncated, Unresolved
from matinee.testing.link import Stretch
from matinee.testing.network import Exchange, ScriptedNetwork
from matinee.testing.titles import MANIFEST_PATH, SyntheticTitle
from tests.support.evenings import HEADLESS, Evening, spent
from tests.support.eventful import PLAYLIST_PATH, EventfulShow, EventfulTitle, emsg
from tests.support.media import make_title
from tests.support.servers import MediaServer, serving_title

HASTY = PlayerSettings(
    buffering=BufferingSettings(start_ms=500, resume_ms=500, full_ms=1_500),
    retry=RetrySettings(first_ms=20, cap_ms=100, give_up_ms=500),
    failover=FailoverSettings(silence_least_ms=700, silence_most_ms=800, silence_alone_ms=900),
)


@pytest.fixture
def seconds() -> int:
    return 2


@pytest.fixture
async def served(tmp_path: Path, seconds: int) -> AsyncIterator[MediaServer]:
    async with serving_title(tmp_path) as server:
        title = make_title(tmp_path, seconds=seconds, laurl=f"{server.url}/clearkey")
        server.keys = title.keys
        yield server


async def test_an_encrypted_title_is_shown_picture_for_picture_and_heard(served: MediaServer) -> None:
    async with Player.open(f"{served.url}/manifest.mpd") as player, asyncio.TaskGroup() as group:
        sound = group.create_task(_heard_ms(player))
        positions = [frame.position_ms async for frame in player.video_frames()]
        report = player.report()
    # A busy machine may drop some; none comes twice, out of order, or from elsewhere.
    assert positions == sorted(set(positions) & {number * 1000 // 24 for number in range(48)})
    assert sound.result() >= 1_900
    assert len(positions) == report.frames_shown
    assert (report.ended, _due(report), report.stalls, report.errors) == (True, 48, 0, ())
    assert report.played_ms >= 2_000


async def test_a_picture_is_never_shown_before_it_is_due(served: MediaServer) -> None:
    async with Player.open(f"{served.url}/manifest.mpd") as player:
        early = [
            frame.position_ms async for frame in player.video_frames() if frame.position_ms > player.state.position_ms
        ]
    assert early == []


async def test_frames_come_in_the_size_that_was_asked_for(served: MediaServer) -> None:
    async with Player.open(f"{served.url}/manifest.mpd") as player:
        player.set_picture_size(20, 10)
        frame = await anext(player.video_frames())
    assert (frame.width, frame.height, len(frame.rgb)) == (20, 10, 600)


async def test_the_notices_tell_the_story_in_order(served: MediaServer) -> None:
    async with Player.open(f"{served.url}/manifest.mpd") as player:
        told = [notice async for notice in player.notices()]
    kinds = [type(notice) for notice in told]
    assert kinds.index(FirstFrameReady) < kinds.index(Ended)
    assert PhaseChanged("playing") in told


# In these segments media time begins anew: where the manifest does not place it, an event counts from its segment.
@pytest.mark.parametrize(("path", "at_ms"), [(MANIFEST_PATH, 13_500), (PLAYLIST_PATH, 25_500)])
def test_a_program_is_told_of_the_moments_that_manifest_playlist_and_segments_announce(path: str, at_ms: int) -> None:
    told = EventfulTitle(at_4=emsg(13_500, event_id=7, data=b"hi"))

    async def story(clock: VirtualClock) -> list[tuple[int, int, bool]]:
        network = ScriptedNetwork(clock, hosts={"a.test": told})
        async with Player.open(f"http://a.test{path}", settings=HEADLESS, http=network) as player:
            return [
                (notice.event.start_ms, player.state.position_ms, notice.event.data == b"hi")
                async for notice in player.notices()
                if isinstance(notice, EventReached)
            ]

    assert run_virtual(story) == [(10_000, 10_000, False), (at_ms, at_ms, True)]


def test_close_to_live_a_moment_is_told_though_its_segment_is_still_being_made() -> None:
    async def story(clock: VirtualClock) -> list[int]:
        network, late_ms = ScriptedNetwork(clock, hosts={"a.test": EventfulShow()}), list[int]()
        async with Player.open("http://a.test/manifest.mpd", settings=HEADLESS, http=network) as player:
            async for notice in player.notices():
                if isinstance(notice, EventReached):
                    late_ms.append(player.state.position_ms - notice.event.start_ms)
                if len(late_ms) == 5:
                    break
        return late_ms

    assert run_virtual(story) == [0] * 5


def test_a_broken_event_costs_no_segment() -> None:
    broken = emsg(0, event_id=1).replace(b"urn:own", b"urn:o\xff\xff")

    async def story(clock: VirtualClock) -> PlaybackReport:
        network = ScriptedNetwork(clock, hosts={"a.test": EventfulTitle(at_2=broken)})
        async with Player.open("http://a.test/manifest.mpd", settings=HEADLESS, http=network) as player:
            await player.wait_ended()
            return player.report()

    assert run_virtual(story).errors == ()


async def test_without_anybody_who_looks_the_title_plays_to_its_end(served: MediaServer) -> None:
    async with Player.open(f"{served.url}/manifest.mpd", settings=PlayerSettings(decode=False)) as player:
        await player.wait_ended()
        assert player.report().ended


async def test_a_seek_shows_the_place_asked_for_at_once_and_misses_nothing(served: MediaServer) -> None:
    async with Player.open(f"{served.url}/manifest.mpd") as player:
        frames = player.video_frames()
        await anext(frames)
        player.seek(1_500)
        positions = [frame.position_ms async for frame in frames]
        report = player.report()
    assert 1_500 <= positions[0] < 1_900
    assert report.frames_dropped < 12  # the twelve before the place asked for are not missed
    assert report.played_ms < 1_500


async def test_a_pause_holds_the_picture(served: MediaServer) -> None:
    async with Player.open(f"{served.url}/manifest.mpd") as player:
        frames = player.video_frames()
        while (await anext(frames)).position_ms < 200:
            pass
        player.pause()
        held_ms = player.state.position_ms
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                # One that was due already may still come.
                while (await anext(frames)).position_ms <= held_ms:
                    pass
        assert player.state.position_ms == held_ms
        player.resume()
        await player.wait_ended()


# So long that the last segment is not asked for before the first picture was shown.
@pytest.mark.parametrize("seconds", [3])
@pytest.mark.parametrize("fault", ["garbage", "reset", "silence"])
async def test_a_failing_appliance_costs_no_stall(served: MediaServer, tmp_path: Path, fault: str) -> None:
    async with _two_places(served, tmp_path) as (first, player):
        frames = player.video_frames()
        await anext(frames)
        first.fault = fault
        async for _ in frames:
            pass
        report = player.report()
    assert (report.ended, report.stalls) == (True, 0)
    # Of 72; on a busy machine the last may come due when all is over.
    assert _due(report) >= 66
    assert [(it.from_appliance, it.to_appliance) for it in report.failovers] == [("a", "b")]
    assert report.bytes_by_appliance["b"] > 0


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Refused(), "refused"),
        (Unresolved(), "unresolved"),
        (Reset(), "reset"),
        (Reset(after_bytes=20_000), "reset"),
        (Truncated(after_bytes=20_000), "truncated"),
        (Corrupt(), "truncated"),
        (Silent(), "silence"),
        (Silent(after_bytes=20_000), "silence"),
        (Refusal(404), "http-404"),
        (Refusal(429, retry_after="9"), "http-429"),
        (Refusal(502), "http-502"),
        (Refusal(503, retry_after="9"), "http-503"),
    ],
)
def test_an_appliance_that_begins_to_fail_is_left_at_once_and_costs_no_stall(fault: Fault, reason: str) -> None:
    memory = spent(Evening(rules=[Rule(fault=fault, host="a.test", from_ms=10_000)]))
    assert (memory.report.ended, memory.report.stalls) == (True, 0)
    assert [(it.from_appliance, it.to_appliance, it.reason) for it in memory.report.failovers] == [("a", "b", reason)]
    failed = next(it for it in memory.exchanges if it.host == "a.test" and it.at_ms >= 10_000)
    again = next(it for it in memory.exchanges if (it.host, it.path) == ("b.test", failed.path))
    assert again.at_ms <= (failed.ended_ms or 0)


def test_when_nobody_delivers_playback_fails_with_what_and_where() -> None:
    with pytest.raises(SegmentUnavailable, match="segment was delivered by none of: a, b"):
        spent(Evening(rules=[Rule(fault=Refusal(500), path="*.m4s", from_ms=10_000)]))


def test_a_garbage_manifest_fails_with_a_typed_error() -> None:
    with pytest.raises(SegmentUnavailable, match="manifest"):
        spent(Evening(rules=[Rule(fault=Corrupt(), path="*.mpd")]))


def test_a_network_that_was_away_and_is_back_needs_no_help() -> None:
    memory = spent(Evening(away_ms=(10_000, 60_000)))
    assert (memory.report.ended, memory.report.stalls) == (True, 1)
    assert memory.report.played_ms == 120_000


async def test_a_manifest_that_is_well_formed_but_not_played_says_why(served: MediaServer, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.mpd"
    remote = '<Period xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="http://elsewhere.test/period"'
    manifest.write_text(manifest.read_text().replace("<Period", remote, 1))
    async with Player.open(f"{served.url}/manifest.mpd", settings=HASTY) as player:
        with pytest.raises(FormatUnsupported):
            await player.wait_ended()


async def test_a_license_server_without_the_key_is_no_license(served: MediaServer) -> None:
    served.keys = {}
    async with Player.open(f"{served.url}/manifest.mpd") as player:
        frames = [frame async for frame in player.video_frames()]
        with pytest.raises((LicenseInvalid, LicenseRefused)):
            await player.wait_ended()
    assert frames == []


async def test_a_license_without_the_key_is_told_even_where_nobody_decodes(served: MediaServer) -> None:
    served.keys = {}
    async with Player.open(f"{served.url}/manifest.mpd", settings=PlayerSettings(decode=False)) as player:
        with pytest.raises(LicenseInvalid, match="none of the title's keys"):
            await player.wait_ended()


async def test_a_wrong_key_is_told_and_not_shown_as_garbage(served: MediaServer) -> None:
    served.keys = dict.fromkeys(served.keys, bytes(16))
    async with Player.open(f"{served.url}/manifest.mpd") as player:
        frames = [frame async for frame in player.video_frames()]
        with pytest.raises(LicenseInvalid):
            await player.wait_ended()
    assert frames == []


async def test_leaving_early_leaves_no_task_behind(served: MediaServer) -> None:
    before = _own_tasks()
    async with Player.open(f"{served.url}/manifest.mpd") as player:
        await anext(player.video_frames())
        assert _own_tasks() != before
    assert _own_tasks() == before


async def test_an_error_of_the_program_around_it_passes_unchanged(served: MediaServer) -> None:
    with pytest.raises(ZeroDivisionError):
        async with Player.open(f"{served.url}/manifest.mpd"):
            raise ZeroDivisionError


def test_on_a_link_that_answers_at_once_the_best_picture_is_played() -> None:
    at_once = (Stretch(duration_ms=1_000, bandwidth_kbps=10_000_000, latency_ms=1),)
    memory = spent(Evening(trace=at_once))
    assert memory.report.ended
    assert memory.report.mean_bitrate_kbps > max(SyntheticTitle().ladder) * 3 // 4


def test_what_failed_for_one_viewer_is_spared_all_others_of_the_process() -> None:
    async def evening(clock: VirtualClock) -> list[Exchange]:
        networks = [_with_a_dead_appliance(clock) for _ in range(20)]

        async def watched(network: ScriptedNetwork, *, from_ms: int) -> None:
            await clock.wait_until(from_ms)
            async with Player.open("http://b.test/manifest.mpd", settings=HEADLESS, http=network) as player:
                await player.wait_ended()

        async with asyncio.TaskGroup() as group:
            for at, network in enumerate(networks):
                group.create_task(watched(network, from_ms=at * 1_000))
        return [it for network in networks for it in network.asked("a.test")]

    asked = sorted(it.at_ms for it in run_virtual(evening))
    # The first viewer's first requests, side by side; the evening is over before anybody is due to probe.
    assert 1 <= len(asked) <= 4
    assert asked[-1] < 1_000


def _own_tasks() -> set[str]:
    """Of this side of the wire: the test's servers have tasks of their own."""
    return {str(task.get_coro()) for task in asyncio.all_tasks() if "RequestHandler" not in str(task.get_coro())}


def _due(report: PlaybackReport) -> int:
    """Frames that were due: shown, or dropped because the machine was busy."""
    return report.frames_shown + report.frames_dropped


async def _heard_ms(player: Player) -> int:
    return sum([block.duration_ms async for block in player.audio_blocks()])


def _name_places(folder: Path, **places: str) -> None:
    """Let the manifest name several places that hold its segments."""
    manifest = folder / "manifest.mpd"
    named = "".join(f'<BaseURL serviceLocation="{name}">{url}</BaseURL>' for name, url in places.items())
    manifest.write_text(manifest.read_text().replace("<Period", f"{named}<Period", 1))


def _with_a_dead_appliance(clock: VirtualClock) -> ScriptedNetwork:
    title = SyntheticTitle(duration_ms=30_000, places=(("a", "http://a.test/"), ("b", "http://b.test/")))
    network = ScriptedNetwork(clock, hosts=dict.fromkeys(("a.test", "b.test"), title))
    network.fail(Refused(), host="a.test")
    return network


class _two_places:
    """The title at two appliances, `a` before `b`, and a player of it."""

    def __init__(self, served: MediaServer, folder: Path) -> None:
        self._served, self._folder = served, folder
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> tuple[MediaServer, Player]:
        first = await self._stack.enter_async_context(serving_title(self._folder))
        _name_places(self._folder, a=f"{first.url}/", b=f"{self._served.url}/")
        player = Player.open(f"{self._served.url}/manifest.mpd", settings=HASTY)
        return first, await self._stack.enter_async_context(player)

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()
