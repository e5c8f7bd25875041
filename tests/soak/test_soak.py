"""Five hundred segments, and nothing has grown: no task, no socket, no object. Ten thousand: `benchmarks.soak`."""

from benchmarks.feature import Feature
from benchmarks.origin import application
from benchmarks.soak import soaked
from tests.support.media import KEY, KEY_ID, make_audio, make_video
from tests.support.servers import serving

SEGMENTS, NOISE = 512, 64
"""A leak of one object in each segment after the first half would be four times the noise of what is under way."""


async def test_a_long_session_holds_no_more_than_a_short_one() -> None:
    keys = {KEY_ID: KEY}
    clips = {"v100": make_video(keys=keys), "a96": make_audio(keys=keys)}
    feature = Feature(
        segment_s=1,
        inits={name: clip.init for name, clip in clips.items()},
        segments={name: clip.segments for name, clip in clips.items()},
    )
    async with serving(application(feature)) as url:
        soak = await soaked(f"{url}/manifest.mpd", segments=SEGMENTS, sessions=1)
    assert soak.segments >= SEGMENTS
    assert abs(soak.tasks) + abs(soak.sockets) < 8
    assert {name: count for name, count in soak.objects.items() if count >= NOISE} == {}
