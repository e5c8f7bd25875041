"""One appliance on one port, as a process: from its start until it is told to stop."""

import asyncio
import signal
import socket
from pathlib import Path

import pytest

from matinee.errors import SettingsInvalid
from matinee_edge.serving import serve
from tests.support.edge import Issuer, origin_settings
from tests.support.fronts import SMALL_BUFFER_BYTES, certify, client, get, origin_process, trusting
from tests.support.titles import write_title

SEGMENT_BYTES = 8 << 20


def shop(folder: Path) -> tuple[Issuer, str, bytes]:
    """Who issues tokens, a segment's target, and its bytes."""
    issuer = Issuer(folder)
    write_title(folder / "media", "heat", rungs=1, segments=1, segment_bytes=SEGMENT_BYTES)
    target = f"/t/{issuer.media_token('heat')}/titles/heat/video/v1/1.m4s"
    return issuer, target, (folder / "media/heat/video/v1/1.m4s").read_bytes()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_finishes_what_it_is_sending(tmp_path: Path, number: signal.Signals) -> None:
    issuer, target, content = shop(tmp_path)
    async with (
        origin_process(tmp_path, issuer) as (running, port),
        client(port, buffer_bytes=SMALL_BUFFER_BYTES) as viewer,
        client(port) as idle,
    ):
        viewer.say(get(target))
        idle.say(get("/healthz"))
        assert (await idle.hear()).status == 200
        running.send_signal(number)
        assert await idle.rest() == b""
        assert (await viewer.hear()).body == content
        async with asyncio.timeout(10):
            assert await running.wait() == 0
        assert not (tmp_path / "ready.json").exists()


async def test_with_a_certificate_it_speaks_tls(tmp_path: Path) -> None:
    issuer, target, content = shop(tmp_path)
    certificate, key = certify(tmp_path)
    options = ("--tls-certificate", str(certificate), "--tls-key", str(key))
    async with (
        origin_process(tmp_path, issuer, *options) as (_, port),
        client(port, tls=trusting(certificate)) as viewer,
    ):
        assert "https://" in (tmp_path / "ready.json").read_text()
        viewer.say(get(target))
        assert (await viewer.hear()).body == content


def test_a_port_that_is_taken_is_said_to_be(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = origin_settings(tmp_path / "media", Issuer(tmp_path), port=taken.getsockname()[1])
        with pytest.raises(SettingsInvalid, match="cannot be listened on"):
            serve(settings, draw=lambda: 0)
