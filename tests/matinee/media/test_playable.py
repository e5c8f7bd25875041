"""Codecs by the names that manifests give them."""

import pytest

from matinee.media.playable import is_playable
from tests.support.media import make_audio, make_video

PLAYABLE = [
    "avc1.64001f",
    "avc3.640028",
    "hvc1.1.6.L93.B0",
    "hev1.2.4.L120.90",
    "vp09.00.10.08",
    "vp9",
    "vp08.00.41.08",
    "av01.0.04M.08",
    "AV01.0.08M.10",
    "mp4a.40.2",
    "mp4a.40.5",
    "mp4a.40.29",
    "mp4a.6B",
    "mp4a.40.34",
    "ac-3",
    "ec-3",
    "mp4a.a6",
    "Opus",
    "opus",
    "fLaC",
    "stpp",
    "stpp.ttml.im1t",
    "wvtt",
]


@pytest.mark.parametrize("codec", PLAYABLE)
def test_what_pyav_decodes_or_we_read_is_playable(codec: str) -> None:
    assert is_playable(codec)


@pytest.mark.parametrize("codec", ["dvh1.05.06", "ac-4.02.01.01", "mp4a.40.42", "mhm1.0x0D", "xyz1", "mp4v.20.9"])
def test_what_nobody_decodes_is_not(codec: str) -> None:
    assert not is_playable(codec)


def test_all_codecs_of_a_list_must_be_playable() -> None:
    assert is_playable("avc1.64001f, mp4a.40.2")
    assert not is_playable("avc1.64001f,ac-4.02.01.01")
    assert is_playable("")


def test_what_our_clips_are_of_is_playable() -> None:
    assert is_playable(f"{make_video(seconds=1, codec='libsvtav1').codecs},{make_audio(seconds=1).codecs}")
