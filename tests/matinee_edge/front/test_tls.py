"""TLS 1.3 and nothing older, with a certificate that is renewed in place."""

import asyncio
import ssl
from pathlib import Path

import aiohttp
import pytest

from matinee.errors import SettingsInvalid
from matinee_edge.front.tls import Tls
from tests.support.edge import Issuer, appliance, eventually, origin_settings
from tests.support.fronts import certify, client, fronted, get, trusting
from tests.support.titles import write_title


async def test_tls_1_3_is_spoken_and_http_1_1_in_it(tmp_path: Path) -> None:
    paths = certify(tmp_path)
    context = trusting(paths[0])
    context.set_alpn_protocols(["h2", "http/1.1"])
    async with fronted(tls=Tls(*paths)) as front, client(front.port, tls=context) as viewer:
        secured = viewer.writer.get_extra_info("ssl_object")
        assert (secured.version(), secured.selected_alpn_protocol()) == ("TLSv1.3", "http/1.1")
        for target in ("/a", "/b"):
            viewer.say(get(target))
            assert (await viewer.hear()).body == target.encode()


async def test_tls_1_2_is_refused(tmp_path: Path) -> None:
    paths = certify(tmp_path)
    old = trusting(paths[0], newest=ssl.TLSVersion.TLSv1_2)
    async with fronted(tls=Tls(*paths)) as front:
        with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
            async with client(front.port, tls=old):
                pass
        await eventually(lambda: front.is_at_rest)


@pytest.mark.parametrize("garbage", [get("/"), b"\x16\x03\x01\xff\xff" + b"\0" * 600, b"\0", b"\x80\x2e\x01" * 99])
async def test_whatever_is_no_handshake_ends_the_connection_and_nothing_else(tmp_path: Path, garbage: bytes) -> None:
    paths = certify(tmp_path)
    async with fronted(tls=Tls(*paths), head_deadline_ms=200) as front:
        async with client(front.port) as stranger:
            stranger.say(garbage)
            assert b"HTTP" not in await stranger.rest()
        async with client(front.port, tls=trusting(paths[0])) as viewer:
            viewer.say(get("/"))
            assert (await viewer.hear()).status == 200
        await eventually(lambda: front.is_at_rest)


async def test_a_renewed_certificate_is_shown_without_a_restart(tmp_path: Path) -> None:
    paths = certify(tmp_path)
    before = trusting(paths[0])
    async with fronted(tls=Tls(*paths)) as front, client(front.port, tls=before) as kept:
        certify(tmp_path)
        after = trusting(paths[0])
        async with asyncio.timeout(10):
            while True:
                try:
                    async with client(front.port, tls=after) as viewer:
                        viewer.say(get("/"))
                        assert (await viewer.hear()).status == 200
                        break
                except ssl.SSLCertVerificationError:
                    continue
        kept.say(get("/"))
        assert (await kept.hear()).status == 200


async def test_a_broken_renewal_leaves_the_certificate_as_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    paths = certify(tmp_path)
    context = trusting(paths[0])
    async with fronted(tls=Tls(*paths)) as front:
        paths[0].write_bytes(b"half of it")
        await eventually(lambda: "stays as it was" in caplog.text)
        async with client(front.port, tls=context) as viewer:
            viewer.say(get("/"))
            assert (await viewer.hear()).status == 200


def test_a_certificate_that_is_none_or_whose_key_is_locked_is_refused_at_the_start(tmp_path: Path) -> None:
    certificate, key = certify(tmp_path)
    with pytest.raises(SettingsInvalid, match=r"absent\.pem"):
        Tls(tmp_path / "absent.pem", key)
    with pytest.raises(SettingsInvalid, match=r"key\.pem"):
        Tls(key, certificate)
    certify(tmp_path, password=b"secret")
    with pytest.raises(SettingsInvalid, match="certificate"):
        Tls(certificate, key)


async def test_an_appliance_speaks_tls_to_an_http_library(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    write_title(tmp_path / "media", "heat", rungs=1, segments=1, segment_bytes=3 << 20)
    certificate, key = certify(tmp_path)
    settings = origin_settings(tmp_path / "media", issuer, tls_certificate=certificate, tls_key=key)
    async with appliance(settings) as url, aiohttp.ClientSession() as http:
        url = url.replace("127.0.0.1", "localhost") + f"/t/{issuer.media_token('*')}/titles/heat/video/v1/1.m4s"
        async with http.get(url, ssl=trusting(certificate)) as response:
            body = await response.read()
        assert body == (tmp_path / "media/heat/video/v1/1.m4s").read_bytes()
        async with http.get(url, ssl=trusting(certificate), headers={"Range": "bytes=1000000-"}) as response:
            assert await response.read() == body[1_000_000:]
