"""The whole way: log in, browse, press play, watch to the end."""

import asyncio
import io
import re

import av

from matinee import Client, Player
from matinee.media.frames import SAMPLE_RATE
from matinee_local.plan import ISP_APPLIANCES
from tests.support.system import FRAMES, SECONDS, House

HOPS = ("gateway", "auth", "entitlement", "playback", "license")
STEREO_BYTES = 4
"""One sample of both channels."""


async def test_the_homepage_shows_the_title_with_its_poster(client: Client, house: House) -> None:
    homepage = await client.homepage()
    items = [item for row in homepage.rows for item in row.items]
    assert {(item.title_id, item.name, item.duration_ms) for item in items} == {
        (house.title.title_id, "The Reel", SECONDS * 1000)
    }
    assert {"New", "Test"} <= {row.title for row in homepage.rows}
    poster = await client.fetch(items[0].poster_url)
    with av.open(io.BytesIO(poster), "r", format="jpeg_pipe") as image:
        (picture,) = image.decode(video=0)
    assert (picture.width, picture.height) == (320, 180)


async def test_the_title_is_seen_heard_and_read_to_its_end(client: Client, house: House) -> None:
    async with client.play(house.title.title_id) as player, asyncio.TaskGroup() as group:
        sound = group.create_task(_heard_ms(player))
        positions: list[int] = []
        read: list[str] = []
        async for frame in player.video_frames():
            positions.append(frame.position_ms)
            read += player.cues_at(frame.position_ms)
        report = player.report()
    assert positions == sorted(set(positions))
    # A slow machine drops pictures, and says so.
    assert (len(positions), report.frames_dropped + len(positions)) == (report.frames_shown, FRAMES)
    assert sound.result() >= SECONDS * 1000 - 50
    assert list(dict.fromkeys(read)) == ["Good evening.", "Sit down."]
    assert (report.title, report.ended, report.stalls, report.failovers) == ("The Reel", True, 0, ())
    assert report.bytes_by_appliance.keys() <= {*ISP_APPLIANCES}


async def test_the_answer_to_play_says_what_each_hop_took(house: House) -> None:
    async with house.door() as door:
        answer = await door.press_play(house.title.title_id)
    shares = dict(re.findall(r"(\w+);dur=([\d.]+)", answer.headers["Server-Timing"]))
    assert [name for name in HOPS if name in shares] == [*HOPS]
    assert all(float(share_ms) >= 0 for share_ms in shares.values())


async def test_the_answer_to_play_names_the_near_appliances_first(house: House) -> None:
    async with house.door() as door:
        reply = await door.play(house.title.title_id)
    assert {it.appliance for it in reply.oca_urls[:2]} == {*ISP_APPLIANCES}
    assert [it.appliance for it in reply.oca_urls[2:]] == ["exchange"]
    assert reply.manifest_url == reply.oca_urls[0].url + "manifest.mpd"


async def _heard_ms(player: Player) -> int:
    samples = sum([len(block.pcm) // STEREO_BYTES async for block in player.audio_blocks()])
    return samples * 1000 // SAMPLE_RATE
