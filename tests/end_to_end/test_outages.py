"""`kill -9` in mid-play: the viewer does not notice."""

import pytest

from matinee import Client, PlaybackReport, Player
from matinee.core.notices import FirstFrameReady
from matinee.errors import NetworkUnreachable
from matinee_local.plan import CONTROL_PLANE
from tests.support.system import House


async def test_the_appliance_in_use_dies_and_the_picture_does_not_stop(client: Client, house: House) -> None:
    async with client.play(house.title.title_id) as player:
        await _wait_first_frame(player)
        used = player.state.appliance
        with house.without(used):
            await player.wait_ended()
        report = player.report()
    assert _trouble(report) == (True, 0, ())
    assert {failover.from_appliance for failover in report.failovers} == {used}
    assert len(report.bytes_by_appliance) == 2
    await house.wait_well()


async def test_the_control_plane_dies_and_playback_reaches_the_end(client: Client, house: House) -> None:
    async with client.play(house.title.title_id) as player:
        await _wait_first_frame(player)
        with house.without(CONTROL_PLANE):
            await player.wait_ended()
            with pytest.raises(NetworkUnreachable, match=rf"{house.url} does not answer \(refused\)"):
                async with client.play(house.title.title_id):
                    pass
        report = player.report()
    assert _trouble(report) == (True, 0, ())
    await house.wait_well()


async def test_what_was_killed_is_started_again_at_its_address(house: House) -> None:
    before, url = house.process("isp-b"), house.url_of("isp-b")
    house.kill("isp-b")
    await house.wait_restarted("isp-b", before)
    await house.wait_well()
    assert house.url_of("isp-b") == url


async def _wait_first_frame(player: Player) -> None:
    async for notice in player.notices():
        if isinstance(notice, FirstFrameReady):
            return


def _trouble(report: PlaybackReport) -> tuple[bool, int, tuple[str, ...]]:
    return report.ended, report.stalls, report.errors
