"""What a player says of its requests."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from matinee import Player, PlayerSettings, settings_from
from matinee.testing.clock import VirtualClock, run_virtual
from matinee.testing.network import HostRequest, ScriptedNetwork
from matinee.testing.titles import MANIFEST_PATH, SyntheticTitle


def asked(settings: PlayerSettings) -> list[HostRequest]:
    """What a host was asked while a title was played."""
    title, requests = SyntheticTitle(duration_ms=20_000), list[HostRequest]()

    def host(request: HostRequest) -> bytes | None:
        requests.append(request)
        return title(request)

    async def story(clock: VirtualClock) -> None:
        network = ScriptedNetwork(clock, hosts={"a.test": host})
        async with Player.open(f"http://a.test{MANIFEST_PATH}", settings=settings, http=network) as player:
            await player.wait_ended()

    run_virtual(story)
    return requests


def told_to(settings: PlayerSettings) -> list[str]:
    return [parse_qs(request.query).get("CMCD", [""])[0] for request in asked(settings)]


def marking(mode: str, version: int = 1) -> PlayerSettings:
    return settings_from({"cmcd.mode": mode, "cmcd.version": version, "decode": False})


def test_nothing_is_said_unless_it_is_wished() -> None:
    requests = asked(marking("off"))
    assert not any("CMCD" in request.query or "CMCD-Session" in request.headers for request in requests)


def test_every_request_says_what_it_is_for() -> None:
    told = told_to(marking("query"))
    kinds = {match[1] for line in told if (match := re.search(r"\bot=(\w+)", line))}
    assert all("sf=d" in line for line in told)
    assert {"m", "i", "v"} <= kinds
    assert "su" in told[0].split(",")


def test_a_segment_says_how_playback_stands() -> None:
    media = [line.split(",") for line in told_to(marking("query", 2)) if "ot=v" in line]
    names = {item.partition("=")[0] for item in media[-1]}
    assert names >= {"bl", "br", "d", "dl", "mtp", "ot", "rtp", "sf", "sid", "sn", "st", "sta", "tb", "v"}
    assert ("st=v" in media[-1], "v=2" in media[-1]) == (True, True)


@pytest.mark.parametrize("version", [1, 2])
def test_headers_say_the_same_and_leave_the_address_alone(version: int) -> None:
    requests = asked(marking("headers", version))
    assert all("CMCD-Session" in request.headers and not urlsplit(request.query).path for request in requests)


def test_a_session_has_a_name_of_its_own() -> None:
    sids = {match[1] for line in told_to(marking("query")) if (match := re.search(r'sid="(\w+)"', line))}
    assert len(sids) == 1
    assert re.fullmatch("[0-9a-f]{32}", sids.pop())
