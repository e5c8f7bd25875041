"""Reading a mezzanine: what a survey finds, and what is refused by name."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from matinee.errors import MezzanineInvalid
from matinee_encode.reading import frames_of, opened, survey
from tests.matinee_encode.films import MOVING, TONE, film


def test_a_survey_finds_size_rate_length_sound_and_text(tmp_path: Path) -> None:
    (tmp_path / "s.srt").write_text("1\n00:00:00,500 --> 00:00:01,500\nHello\n")
    languages = ("-metadata:s:a:0", "language=fra", "-metadata:s:s:0", "language=eng")
    streams = ("-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264", "-c:s", "mov_text")
    path = film(tmp_path / "a.mp4", *MOVING, *TONE, "-i", str(tmp_path / "s.srt"), *streams, *languages)
    found = survey(str(path))
    assert (found.width, found.height, found.quarter_turns, found.rate) == (160, 90, 0, Fraction(25))
    assert found.duration_ms == pytest.approx(2000, abs=50)
    assert [stream.language for stream in found.sound] == ["fr"]
    assert [stream.language for stream in found.text] == ["en"]


def test_a_rotated_film_is_seen_upright(tmp_path: Path) -> None:
    plain = film(tmp_path / "plain.mp4", *MOVING, "-c:v", "libx264")
    turned = film(tmp_path / "turned.mp4", "-display_rotation", "90", "-i", str(plain), "-c", "copy")
    found = survey(str(turned))
    assert (found.width, found.height, found.quarter_turns) == (90, 160, 3)


def test_anamorphic_pixels_widen_the_picture(tmp_path: Path) -> None:
    found = survey(str(film(tmp_path / "a.mp4", *MOVING, "-vf", "setsar=4/3", "-c:v", "libx264")))
    assert (found.width, found.height) == (213, 90)


def test_a_varying_rate_becomes_the_one_at_which_no_frame_moves(tmp_path: Path) -> None:
    sparse = ("-vf", "select='if(lt(t,1),1,not(mod(n,5)))'", "-fps_mode", "vfr", "-c:v", "libx264")
    assert survey(str(film(tmp_path / "a.mp4", *MOVING, *sparse))).rate == 25


def test_interlaced_pictures_are_noticed(tmp_path: Path) -> None:
    interlaced = ("-vf", "interlace", "-c:v", "mpeg2video", "-flags", "+ildct+ilme")
    assert survey(str(film(tmp_path / "a.mpg", *MOVING, *interlaced))).is_interlaced


def test_frames_count_from_the_first_ones_time(tmp_path: Path) -> None:
    path = str(film(tmp_path / "late.ts", *MOVING, "-c:v", "libx264", "-output_ts_offset", "10"))
    times = [frame.time for frame in frames_of(path, survey(path))]
    assert times[0] == 0
    assert times[-1] == pytest.approx(49 / 25)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.mp4", b""),
        ("garbage.mp4", random.Random(7).randbytes(50_000)),
        ("text.mp4", b"To be, or not to be\n" * 100),
        ("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nhttp://127.0.0.1:9/a.ts\n"),
    ],
)
def test_what_is_no_film_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(MezzanineInvalid, match=name):
        survey(str(tmp_path / name))


def test_a_list_of_files_is_refused_even_if_they_are_there(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", *MOVING, "-c:v", "libx264")
    (tmp_path / "list.ffconcat").write_text("ffconcat version 1.0\nfile a.mp4\n")
    with pytest.raises(MezzanineInvalid, match="a list of files"):
        survey(str(tmp_path / "list.ffconcat"))


def test_a_film_of_sound_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MezzanineInvalid, match="no picture"):
        survey(str(film(tmp_path / "song.m4a", *TONE)))


def test_less_than_a_second_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MezzanineInvalid, match="lasts 400 ms"):
        survey(str(film(tmp_path / "a.mp4", *MOVING, "-t", "0.4", "-c:v", "libx264")))


def test_high_dynamic_range_is_refused_by_name(tmp_path: Path) -> None:
    deep = ("-vf", "format=yuv420p10,setparams=color_trc=smpte2084", "-c:v", "ffv1")
    with pytest.raises(MezzanineInvalid, match="PQ"):
        survey(str(film(tmp_path / "a.mkv", *MOVING, *deep)))


def test_a_film_that_ends_before_it_says_is_refused(tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mkv", *MOVING, "-c:v", "libx264").read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MezzanineInvalid, match="cut short"):
        list(frames_of(str(cut), survey(str(cut))))


def test_a_damaged_film_is_refused(tmp_path: Path) -> None:
    data = bytearray(film(tmp_path / "whole.mp4", *MOVING, "-c:v", "libx264").read_bytes())
    dice = random.Random(7)
    for _ in range(len(data) // 100):
        data[dice.randrange(1000, len(data) // 2)] = dice.randrange(256)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    with pytest.raises(MezzanineInvalid, match="damaged"):
        list(frames_of(str(damaged), survey(str(damaged))))


def test_a_leap_in_time_is_refused(tmp_path: Path) -> None:
    leap = ("-vf", f"setpts='if(gt(N,25),PTS+{Fraction(90)}/TB,PTS)'", "-fps_mode", "vfr", "-c:v", "libx264")
    path = str(film(tmp_path / "a.mkv", *MOVING, *leap))
    with pytest.raises(MezzanineInvalid, match="leaps from 1 s to 91 s"):
        list(frames_of(path, survey(path)))


def test_an_error_within_is_not_lost_when_the_file_is_closed(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", *MOVING, "-c:v", "libx264")
    with pytest.raises(ZeroDivisionError), opened(str(path)):
        raise ZeroDivisionError
