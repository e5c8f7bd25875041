"""Shaka Player in Debian's Chromium plays our encrypted DASH from an appliance: a player that we did not write."""

import asyncio
import json
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.engines.conftest import Encoded, Pressed, missing

pytestmark = pytest.mark.engines

SHAKA = Path(__file__).parents[2] / ".tools" / "npm" / "node_modules" / "shaka-player" / "dist"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--autoplay-policy=no-user-gesture-required",
)
LICENSE_REQUEST_FAILED = "6007"
"""Shaka's name for it (shaka.util.Error.Code)."""
_DEADLINE_S = 120
PAGE = """<!doctype html><video id="video" muted></video><script src="/shaka-player.compiled.js"></script><script>
const video = document.getElementById("video"), told = {errors: [], positions: [], heights: []};
const tell = () => fetch("/told", {method: "POST", body: JSON.stringify(told)});
async function play({manifest, keys = {}, license, bearer, climb}) {
  shaka.polyfill.installAll();
  const player = new shaka.Player();
  await player.attach(video);
  player.configure({drm: {clearKeys: keys, servers: license ? {"org.w3.clearkey": license} : {}}});
  player.getNetworkingEngine().registerRequestFilter((type, request) => {
    if (type === shaka.net.NetworkingEngine.RequestType.LICENSE) request.headers["Authorization"] = bearer;
  });
  player.addEventListener("error", event => { told.errors.push(`${event.detail.code}`); tell(); });
  video.addEventListener("timeupdate", () => told.positions.push(video.currentTime));
  video.addEventListener("ended", () => {
    const quality = video.getVideoPlaybackQuality();
    told.frames = quality.totalVideoFrames; told.dropped = quality.droppedVideoFrames;
    told.rungs = player.getVariantTracks().length;
    tell();
  });
  video.addEventListener("resize", () => told.heights.push(video.videoHeight));
  if (climb) player.configure({abr: {enabled: false}});
  await player.load(manifest);
  if (climb) {
    const rungs = player.getVariantTracks().sort((a, b) => a.bandwidth - b.bandwidth);
    player.selectVariantTrack(rungs[0], true);
    video.addEventListener("timeupdate", function up() {
      if (video.currentTime < 2) return;
      video.removeEventListener("timeupdate", up);
      player.selectVariantTrack(rungs[rungs.length - 1], true);
    });
  }
  await video.play();
}
fetch("/wish").then(answer => answer.json()).then(play)
  .catch(error => { told.errors.push(`${error.code || ""} ${error.message}`); tell(); });
</script>"""


@pytest.fixture
def shaka() -> Path:
    if not SHAKA.is_dir():
        missing("shaka-player is not installed: npm install --prefix .tools/npm shaka-player")
    return SHAKA


async def test_shaka_player_plays_our_encrypted_title_to_its_end(
    encoded: Encoded, title_url: str, shaka: Path, program: Callable[[str], str], tmp_path: Path
) -> None:
    keys = {encoded.key_id: encoded.key.hex()}
    told = await played(
        program("chromium"), shaka, tmp_path, wish={"manifest": f"{title_url}manifest.mpd", "keys": keys}
    )
    assert told["errors"] == []
    assert told["positions"] == sorted(told["positions"])
    assert told["positions"][-1] * 1000 == pytest.approx(encoded.index.duration_ms, abs=100)
    assert told["rungs"] == len(encoded.index.ladder)
    assert told["frames"] > 0


async def test_shaka_player_does_not_play_it_with_another_key(
    encoded: Encoded, title_url: str, shaka: Path, program: Callable[[str], str], tmp_path: Path
) -> None:
    wish = {"manifest": f"{title_url}manifest.mpd", "keys": {encoded.key_id: bytes(16).hex()}}
    told = await played(program("chromium"), shaka, tmp_path, wish=wish)
    assert told["errors"] != []


async def test_shaka_player_gets_its_keys_at_our_clearkey_door_and_switches_quality(
    encoded: Encoded, pressed: Pressed, shaka: Path, program: Callable[[str], str], tmp_path: Path
) -> None:
    wish = {"manifest": pressed.manifest_url, "license": pressed.license_url, "bearer": pressed.bearer, "climb": True}
    told = await played(program("chromium"), shaka, tmp_path, wish=wish)
    assert told["errors"] == []
    assert told["positions"][-1] * 1000 == pytest.approx(encoded.index.duration_ms, abs=100)
    heights = [rung.height for rung in encoded.index.ladder]
    assert {min(heights), max(heights)} <= set(told["heights"])


async def test_shaka_player_plays_nothing_for_somebody_who_is_not_logged_in(
    pressed: Pressed, shaka: Path, program: Callable[[str], str], tmp_path: Path
) -> None:
    wish = {"manifest": pressed.manifest_url, "license": pressed.license_url, "bearer": "Bearer forged"}
    told = await played(program("chromium"), shaka, tmp_path, wish=wish)
    assert [error.partition(" ")[0] for error in told["errors"]] == [LICENSE_REQUEST_FAILED]


async def played(chromium: str, shaka: Path, profile: Path, *, wish: dict[str, Any]) -> dict[str, Any]:
    """What the page told at the end, or at the first error."""
    told: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    async with page(shaka, wish, told) as url:
        browser = await asyncio.create_subprocess_exec(
            chromium, *FLAGS, f"--user-data-dir={profile}", url, stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            async with asyncio.timeout(_DEADLINE_S):
                return await told
        finally:
            browser.terminate()
            await browser.wait()


@asynccontextmanager
async def page(shaka: Path, wish: dict[str, Any], told: "asyncio.Future[dict[str, Any]]") -> AsyncIterator[str]:
    """The URL of a page on loopback that plays `wish` and answers `told`."""

    async def show(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    async def ask(request: web.Request) -> web.Response:
        return web.json_response(wish)

    async def hear(request: web.Request) -> web.Response:
        if not told.done():
            told.set_result(json.loads(await request.text()))
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", show), web.get("/wish", ask), web.post("/told", hear), web.static("/", shaka)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
