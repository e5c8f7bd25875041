"""A device at its backend: log in, browse, press play."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from matinee import Client, PlayerSettings
from matinee.errors import LoginRefused, NetworkUnreachable, ServiceUnavailable, SessionExpired, TooManyStreams
from matinee.policy.settings import RetrySettings
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.network import ScriptedNetwork
from matinee.wire.telemetry import FirstFrameShown, PlayEnded, PlayStarted
from tests.support.media import make_title
from tests.support.scripted_plane import PASSWORD, ControlPlane, scripted_plane
from tests.support.servers import MediaServer, serving_title


@pytest.fixture
async def media(tmp_path: Path) -> AsyncIterator[MediaServer]:
    title = make_title(tmp_path, seconds=2)
    async with serving_title(tmp_path, keys=title.keys) as server:
        yield server


@pytest.fixture
async def plane(media: MediaServer) -> AsyncIterator[ControlPlane]:
    async with scripted_plane({"isp-a": f"{media.url}/", "exchange": f"{media.url}/"}, media.keys) as plane:
        yield plane


@pytest.fixture
async def client(plane: ControlPlane) -> AsyncIterator[Client]:
    async with Client(plane.url, settings=PlayerSettings(retry=RetrySettings(first_ms=1, cap_ms=5))) as client:
        await client.login("a@b.example", PASSWORD)
        yield client


async def test_an_encrypted_title_plays_with_the_license_of_this_device(client: Client) -> None:
    async with client.play("title") as player:
        shown = [frame.position_ms async for frame in player.video_frames()]
        report = player.report()
    assert len(shown) + report.frames_dropped == 48
    assert (report.title, report.ended, list(report.bytes_by_appliance)) == ("A title", True, ["isp-a"])


async def test_a_title_goes_on_where_the_profile_left_it(client: Client, plane: ControlPlane) -> None:
    plane.resume_ms = 1_000
    async with client.play("title") as player:
        frame = await anext(player.video_frames())
    assert 1_000 <= frame.position_ms < 1_900


async def test_what_the_viewer_got_is_told(client: Client, plane: ControlPlane) -> None:
    async with client.play("title") as player:
        await player.wait_ended()
    told = {type(event): event for event in plane.told}
    assert set(told) >= {PlayStarted, FirstFrameShown, PlayEnded}
    ended = told[PlayEnded]
    assert isinstance(ended, PlayEnded)
    assert (ended.completed, ended.stalls) == (True, 0)
    assert len({event.event_id for event in plane.told}) == len(plane.told)


async def test_a_collector_that_refuses_does_not_disturb_playback(client: Client, plane: ControlPlane) -> None:
    async with client.play("title") as player:
        plane.refusal = (TooManyStreams("No."), 503)
        await player.wait_ended()
        assert player.report().errors == ()


async def test_a_refusal_to_play_is_raised_when_play_is_pressed(client: Client, plane: ControlPlane) -> None:
    plane.refusal = (TooManyStreams("All 2 streams are in use."), 409)
    with pytest.raises(TooManyStreams, match="2 streams"):
        async with client.play("title"):
            pass


async def test_a_wrong_password_is_told(plane: ControlPlane) -> None:
    async with Client(plane.url) as client:
        with pytest.raises(LoginRefused):
            await client.login("a@b.example", "wrong")
        assert not client.is_logged_in


async def test_a_login_is_kept_for_the_next_run(plane: ControlPlane, tmp_path: Path) -> None:
    store = tmp_path / "device.json"
    async with Client(plane.url, device_store=store) as client:
        await client.login("a@b.example", PASSWORD)
    async with Client(plane.url, device_store=store) as again:
        assert again.is_logged_in
        assert [profile.name for profile in again.profiles] == ["Somebody"]
        assert (await again.homepage()).rows[0].items[0].title_id == "title"
        again.log_out()
        assert not again.is_logged_in


async def test_nobody_logged_in_plays_nothing(plane: ControlPlane) -> None:
    async with Client(plane.url) as client:
        with pytest.raises(SessionExpired):
            async with client.play("title"):
                pass


async def test_a_service_that_is_away_is_named() -> None:
    async with Client("http://127.0.0.1:9", settings=PlayerSettings(retry=RetrySettings(first_ms=1))) as client:
        with pytest.raises(NetworkUnreachable, match=r"127\.0\.0\.1:9"):
            await client.login("a@b.example", PASSWORD)


def test_a_client_asks_over_the_network_it_was_given() -> None:
    async def story(clock: VirtualClock) -> bytes:
        network = ScriptedNetwork(clock, hosts={"images.test": lambda request: request.path.encode()})
        async with Client("http://plane.test", http=network) as client:
            return await client.fetch("http://images.test/poster.jpg")

    assert run_virtual(story) == b"/poster.jpg"


async def test_what_one_client_could_not_tell_the_next_one_of_the_device_tells(
    plane: ControlPlane, tmp_path: Path
) -> None:
    def client() -> Client:
        settings = PlayerSettings(retry=RetrySettings(first_ms=1, cap_ms=5))
        return Client(plane.url, device_store=tmp_path / "state" / "device.json", settings=settings)

    async with client() as first:
        await first.login("a@b.example", PASSWORD)
        async with first.play("title"):
            plane.refusal = (ServiceUnavailable("Away."), 503)
    assert plane.told == []
    plane.refusal = None
    async with client() as second, second.play("title"):
        pass
    assert [type(event) for event in plane.told].count(PlayEnded) == 2
