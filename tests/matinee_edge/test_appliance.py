"""Whole appliances: read-through, fills that survive `kill -9`, an orderly stop, and life without a control plane."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp

from matinee.wire.placement import PlacedTitle, Placement, Source
from matinee.wire.steering import Heartbeat, shelf_digest
from tests.matinee_edge.test_heartbeat import Control
from tests.support.edge import (
    Issuer,
    Spy,
    appliance,
    eventually,
    isp_settings,
    origin_settings,
    served,
    shelf_in,
    stock,
)
from tests.support.kills import killed
from tests.support.titles import write_title


@asynccontextmanager
async def process(folder: Path, issuer: Issuer, *options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`python -m matinee_edge` as isp-a, killed at the end if it still runs; and its URL."""
    ready = folder / "isp-a.json"
    ready.unlink(missing_ok=True)
    named = ["--name", "isp-a", "--kind", "isp", "--shelf", str(folder / "isp-a"), "--trust", str(issuer.trust)]
    tokens = [
        "--media-token-file",
        str(issuer.media_token_file),
        "--control-token-file",
        str(issuer.control_token_file),
    ]
    with (folder / "isp-a.log").open("ab") as log:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "matinee_edge", *named, *tokens, "--ready-file", str(ready), *options, stderr=log
        )
    try:
        await eventually(ready.exists)
        yield running, json.loads(ready.read_text())["url"]
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def status_of(url: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as http, http.get(f"{url}/v1/status") as response:
        status: dict[str, Any] = await response.json()
        return status


async def fetched(url: str, issuer: Issuer, path: str, *, title: str = "heat") -> tuple[int, bytes]:
    address = f"{url}/t/{issuer.media_token('*')}/titles/{title}/{path}"
    async with aiohttp.ClientSession() as http, http.get(address) as response:
        return response.status, await response.read()


def on_shelf(folder: Path, name: str = "isp-a") -> list[Path]:
    return [path for path in (folder / name / "objects").rglob("*") if path.is_file()]


async def test_what_lacks_is_fetched_through_two_tiers_once_and_served(tmp_path: Path) -> None:
    issuer, spies = Issuer(tmp_path), list[Spy]()
    index = write_title(tmp_path / "media", "heat")
    async with appliance(origin_settings(tmp_path / "media", issuer), spy=spies) as origin:
        exchange_settings = isp_settings(tmp_path / "ex", issuer, name="ex", kind="exchange", parent=origin)
        async with (
            appliance(exchange_settings) as exchange,
            appliance(isp_settings(tmp_path / "isp", issuer, parent=exchange)) as isp,
        ):
            for _ in range(2):
                for file in index.files:
                    expected = (tmp_path / "media/heat" / file.path).read_bytes()
                    assert await fetched(isp, issuer, file.path) == (200, expected)
            status = await status_of(isp)
    assert len(spies[0].asked) == len(set(spies[0].asked)) == len(index.files) + 1
    assert (status["titles"], status["hits"], status["misses"]) == (["heat"], len(index.files), len(index.files))


async def test_a_crowd_that_asks_at_once_costs_one_fetch(tmp_path: Path) -> None:
    issuer, spies = Issuer(tmp_path), list[Spy]()
    write_title(tmp_path / "media", "heat")
    async with (
        appliance(origin_settings(tmp_path / "media", issuer), spy=spies) as origin,
        appliance(isp_settings(tmp_path / "isp", issuer, parent=origin)) as isp,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200)) as http,
    ):
        address = f"{isp}/t/{issuer.media_token('*')}/titles/heat/video/v1/1.m4s"

        async def ask() -> bytes:
            async with http.get(address) as response:
                return await response.read()

        answers = await asyncio.gather(*(ask() for _ in range(200)))
    assert set(answers) == {(tmp_path / "media/heat/video/v1/1.m4s").read_bytes()}
    assert sorted(spies[0].asked) == ["heat/title.json", "heat/video/v1/1.m4s"]


async def test_a_corrupt_answer_of_the_parent_is_never_served_nor_kept(tmp_path: Path) -> None:
    issuer, spies = Issuer(tmp_path), list[Spy]()
    write_title(tmp_path / "media", "heat")
    async with (
        appliance(origin_settings(tmp_path / "media", issuer), spy=spies) as origin,
        appliance(isp_settings(tmp_path / "isp-a", issuer, parent=origin)) as isp,
    ):
        assert (await fetched(isp, issuer, "manifest.mpd"))[0] == 200
        spies[0].spoil = lambda body: bytes([body[0] ^ 1]) + body[1:]
        status, body = await fetched(isp, issuer, "poster.jpg")
        assert (status, json.loads(body)["type"]) == (502, "urn:matinee:problem:segment-unavailable")
    assert len(on_shelf(tmp_path)) == len({"title.json", "manifest.mpd"})


async def test_a_parent_that_is_away_is_a_bad_gateway_and_what_is_here_is_served(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    write_title(tmp_path / "media", "heat")
    await stock(shelf_in(tmp_path / "isp"), tmp_path / "media", "heat", lacking="poster.jpg")
    async with appliance(isp_settings(tmp_path / "isp", issuer, parent="http://127.0.0.1:1")) as isp:
        assert (await fetched(isp, issuer, "manifest.mpd"))[0] == 200
        assert (await fetched(isp, issuer, "poster.jpg"))[0] == 502


async def test_an_origin_serves_a_title_that_an_encoder_puts_there_while_it_runs(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    async with appliance(origin_settings(tmp_path / "media", issuer)) as origin:
        assert (await status_of(origin))["titles"] == []
        write_title(tmp_path / "media", "heat")
        async with asyncio.timeout(10):
            while (await fetched(origin, issuer, "poster.jpg"))[0] != 200:
                continue


async def test_a_fill_killed_in_its_middle_goes_on_after_a_restart(tmp_path: Path) -> None:
    issuer, spies, control = Issuer(tmp_path), list[Spy](), Control()
    index = write_title(tmp_path / "media", "heat")
    async with (
        appliance(origin_settings(tmp_path / "media", issuer), spy=spies) as origin,
        served(control.app) as control_url,
    ):
        spies[0].free_answers = 6
        spies[0].is_open.clear()
        async with process(tmp_path, issuer, "--parent", origin, "--control", control_url) as (running, _):
            await eventually(lambda: len(spies[0].asked) > 6 and len(on_shelf(tmp_path)) == 6)
            running.kill()
            await running.wait()
        (tmp_path / "isp-a/landing/left-by-the-killed").write_bytes(b"half")
        spies[0].is_open.set()
        before = set(spies[0].asked[:6])
        spies[0].asked.clear()
        # Without a control plane: what was placed is remembered.
        async with process(tmp_path, issuer, "--parent", origin) as (_, url):
            await eventually(lambda: len(on_shelf(tmp_path)) == len(index.files) + 1)
            assert (await status_of(url))["titles"] == ["heat"]
    assert set(spies[0].asked) & before == {"heat/title.json"}
    assert list((tmp_path / "isp-a/landing").iterdir()) == []
    assert {sha256(path.read_bytes()).hexdigest() for path in on_shelf(tmp_path)} >= {it.sha256 for it in index.files}


async def test_killed_at_random_moments_it_serves_no_wrong_byte_and_its_books_agree_with_its_disk(
    tmp_path: Path,
) -> None:
    """A hundred moments: `python -m benchmarks edge-kill`."""
    found = await killed(tmp_path, kills=6, seed=1)
    assert (found.wrong, found.disagreements) == ([], [])
    assert found.kills == 6
    assert found.verified


async def test_an_orderly_stop_finishes_what_is_sent_and_tells_the_control_plane_first(tmp_path: Path) -> None:
    issuer, control = Issuer(tmp_path), Control()
    write_title(tmp_path / "media", "heat", rungs=1, segments=1, segment_bytes=16 << 20)
    await stock(shelf_in(tmp_path / "isp-a"), tmp_path / "media", "heat")
    expected = (tmp_path / "media/heat/video/v1/1.m4s").read_bytes()
    async with (
        served(control.app) as control_url,
        process(tmp_path, issuer, "--control", control_url) as (running, url),
        aiohttp.ClientSession() as http,
    ):
        address = f"{url}/t/{issuer.media_token('*')}/titles/heat/video/v1/1.m4s"
        async with http.get(address) as response:
            running.send_signal(signal.SIGTERM)
            await eventually(lambda: any(beat.draining for beat in control.heard))
            assert await response.read() == expected
        assert await running.wait() == 0
    assert not (tmp_path / "isp-a.json").exists()


async def test_heartbeats_say_what_is_whole_and_where(tmp_path: Path) -> None:
    issuer, control = Issuer(tmp_path), Control()
    write_title(tmp_path / "media", "heat")
    await stock(shelf_in(tmp_path / "isp"), tmp_path / "media", "heat")
    async with served(control.app) as control_url:
        settings = isp_settings(
            tmp_path / "isp", issuer, control=control_url, control_token_file=issuer.control_token_file
        )
        async with appliance(settings) as url:
            await eventually(lambda: control.shelves)
    heard = next(told for told in control.heard if told.titles is not None)
    said = Heartbeat(
        appliance="isp-a", kind="isp", base_url=url, shelf=shelf_digest(("heat",)), titles=("heat",), used=heard.used
    )
    assert heard == said
    assert heard.used.most_connections == settings.max_connections


async def test_no_token_stands_in_the_log_even_with_an_access_log_and_a_failing_parent(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    options = ("--parent", "http://127.0.0.1:1", "--control", "http://127.0.0.1:1", "--access-log")
    path = tmp_path / "isp-a.log"
    async with process(tmp_path, issuer, *options) as (_, url):
        assert (await fetched(url, issuer, "poster.jpg"))[0] == 502
        await eventually(lambda: "GET /t/…/titles/heat/poster.jpg 502" in path.read_text())
    log = path.read_text()
    assert log.count("does not answer") == 1
    for token_file in (issuer.media_token_file, issuer.control_token_file):
        assert token_file.read_text() not in log
    assert issuer.media_token("*") not in log


async def test_wrong_settings_are_one_line_and_a_failure(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    for options, said in (
        (["--kind", "origin", "--trust", "absent"], "absent"),
        (["--kind", "origin", "--trust", str(issuer.trust), "--parent", "http://x"], "no --parent"),
        (["--kind", "isp", "--trust", str(issuer.trust), "--parent", "http://x"], "--media-token-file"),
        (["--kind", "isp", "--trust", str(issuer.trust), "--control", "ftp://x"], "--control"),
    ):
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "matinee_edge", "--name", "a", "--shelf", str(tmp_path / "s"), *options,
            stderr=asyncio.subprocess.PIPE, env=os.environ,
        )  # fmt: skip
        _, errors = await running.communicate()
        assert running.returncode == 1
        assert said in errors.decode().splitlines()[-1]
        assert len(errors.decode().splitlines()) == 1


async def test_two_of_a_site_fetch_each_file_once_from_outside_and_the_rest_from_each_other(tmp_path: Path) -> None:
    issuer, control, spies = Issuer(tmp_path), Control(), list[Spy]()
    index = write_title(tmp_path / "media", "heat", rungs=2, segments=20)
    origin_spies, names = list[Spy](), ("isp-a", "isp-b")
    async with AsyncExitStack() as stack:
        origin = await stack.enter_async_context(
            appliance(origin_settings(tmp_path / "media", issuer), spy=origin_spies)
        )
        control_url = await stack.enter_async_context(served(control.app))
        control.placements = {name: Placement(titles=()) for name in names}
        sources = dict[str, Source]()
        for name in names:
            settings = isp_settings(
                tmp_path / name,
                issuer,
                name=name,
                parent=origin,
                control=control_url,
                control_token_file=issuer.control_token_file,
            )
            url = await stack.enter_async_context(appliance(settings, spy=spies))
            sources[name] = Source(name=name, base_url=url)
        for name, peer in zip(names, reversed(names), strict=True):
            title = PlacedTitle(title_id="heat", holders=(peer,))
            control.placements[name] = Placement(titles=(title,), peers=(sources[peer],))
        await eventually(lambda: all(len(on_shelf(tmp_path, name)) == len(index.files) + 1 for name in names))
        status = await status_of(sources["isp-a"].base_url)
    media = [path for path in origin_spies[0].asked if path != "heat/title.json"]
    assert len(media) == len(set(media)) == len(index.files)
    assert set(status["fill"]["bytes_by_source"]) == {"parent", "isp-b"}
