"""Encoding the picture: geometry, rate, GOPs and bitrates as they come out."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import av
import pytest
from av.filter import Graph

from matinee_encode.ladder import LadderRung
from matinee_encode.rationals import fraction_of
from matinee_encode.reading import frames_of, survey
from matinee_encode.video import encode_rungs, pulled, steady
from matinee_encode.work import EncodeVideo
from tests.matinee_encode.films import MOVING, film, luma, mean_error, seen


def rungs(*sizes: tuple[int, int, int]) -> tuple[LadderRung, ...]:
    return tuple(LadderRung(bitrate_kbps=kbps, width=width, height=height) for kbps, width, height in sizes)


def encoded(source: Path, ladder: Sequence[LadderRung], folder: Path) -> tuple[int, list[Path]]:
    drafts = [folder / f"{rung.bitrate_kbps}.mp4" for rung in ladder]
    task = EncodeVideo(
        source=str(source),
        mezzanine=survey(str(source)),
        rungs=tuple(ladder),
        drafts=tuple(str(draft) for draft in drafts),
        preset="ultrafast",
        threads=1,
    )
    heard: list[int] = []
    frames = encode_rungs(task, advance=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == frames
    return frames, drafts


def keyframes(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [index for index, frame in enumerate(container.decode(video=0)) if frame.key_frame]


def test_rungs_of_one_pass_have_the_same_frames_and_keyframes(reel: Path, tmp_path: Path) -> None:
    frames, drafts = encoded(reel, rungs((235, 160, 90), (750, 320, 180)), tmp_path)
    assert frames == 144
    assert [keyframes(draft) for draft in drafts] == [[0, 96], [0, 96]]
    assert [len(seen(draft.read_bytes(), key=None)) for draft in drafts] == [144, 144]


def test_a_rung_costs_what_it_says(reel: Path, tmp_path: Path) -> None:
    _, drafts = encoded(reel, rungs((235, 320, 180), (750, 320, 180)), tmp_path)
    kbps = [draft.stat().st_size * 8 / 6000 for draft in drafts]
    assert kbps == [pytest.approx(235, rel=0.2), pytest.approx(750, rel=0.2)]


def test_the_picture_is_the_sources(reel: Path, tmp_path: Path) -> None:
    _, (draft,) = encoded(reel, rungs((1050, 320, 180)), tmp_path)
    shown = seen(draft.read_bytes(), key=None)
    for number, frame in enumerate(frames_of(str(reel), survey(str(reel)))):
        if number % 36 == 0:
            original, copy = (luma(each, width=160, height=90) for each in (frame, shown[number]))
            assert mean_error(original, copy) < 8


def test_a_turned_film_stands_upright(tmp_path: Path) -> None:
    plain = film(tmp_path / "plain.mp4", *MOVING, "-c:v", "libx264")
    turned = film(tmp_path / "turned.mp4", "-display_rotation", "-90", "-i", str(plain), "-c", "copy")
    clockwise = film(tmp_path / "clockwise.mkv", "-i", str(plain), "-vf", "transpose=clock", "-c:v", "ffv1")
    _, (draft,) = encoded(turned, rungs((1050, 90, 160)), tmp_path)
    copy, expected = seen(draft.read_bytes(), key=None)[10], seen(clockwise.read_bytes(), key=None)[10]
    assert mean_error(luma(copy, width=90, height=160), luma(expected, width=90, height=160)) < 10


def test_a_varying_rate_becomes_constant_without_losing_time(tmp_path: Path) -> None:
    sparse = ("-vf", "select='if(lt(t,1),1,not(mod(n,5)))'", "-fps_mode", "vfr", "-c:v", "libx264")
    frames, (draft,) = encoded(film(tmp_path / "a.mp4", *MOVING, *sparse), rungs((235, 160, 90)), tmp_path)
    assert frames == pytest.approx(50, abs=5)
    times = [frame.time or 0 for frame in seen(draft.read_bytes(), key=None)]
    assert {round((after - before) * 25, 3) for before, after in pairwise(times)} == {1}


@pytest.mark.parametrize("pixels", ["yuv444p10", "bgr0", "gray", "yuv422p"])
def test_whatever_the_source_the_rung_is_eight_bit_420(tmp_path: Path, pixels: str) -> None:
    source = film(tmp_path / "a.mkv", *MOVING, "-pix_fmt", pixels, "-c:v", "ffv1")
    _, (draft,) = encoded(source, rungs((375, 160, 90)), tmp_path)
    frame = seen(draft.read_bytes(), key=None)[0]
    assert (frame.format.name, frame.width, frame.height) == ("yuv420p", 160, 90)


def test_an_odd_sized_anamorphic_film_gets_square_pixels(tmp_path: Path) -> None:
    odd = ("-vf", "scale=161:91,setsar=4/3", "-pix_fmt", "yuv444p", "-c:v", "ffv1")
    _, (draft,) = encoded(film(tmp_path / "a.mkv", *MOVING, *odd), rungs((375, 214, 90)), tmp_path)
    with av.open(str(draft)) as container:
        assert fraction_of(container.streams.video[0].sample_aspect_ratio) in (1, None)


def test_a_steady_chain_deinterlaces(tmp_path: Path) -> None:
    interlaced = ("-vf", "interlace", "-c:v", "mpeg2video", "-flags", "+ildct+ilme")
    path = str(film(tmp_path / "a.mpg", *MOVING, *interlaced))
    mezzanine = survey(path)
    graph = Graph()
    first, *_ = frames_of(path, mezzanine)
    source, end = steady(graph, first, mezzanine)
    sink = graph.add("buffersink")
    end.link_to(sink)
    graph.configure()
    for frame in frames_of(path, mezzanine):
        source.push(frame)
    source.push(None)
    assert not any(frame.interlaced_frame for frame in pulled(sink))
