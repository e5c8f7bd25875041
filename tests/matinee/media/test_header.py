"""What an init segment says, and what is refused."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.errors import FormatUnsupported, MediaCorrupt, MediaInvalid
from matinee.media.header import key_ids_in, read_header
from matinee.media.protection import Protection
from tests.support.media import KEY, KEY_ID, make_audio, make_muxed, make_video, package_by_shaka

KEYS = {KEY_ID: KEY}
CLEAR, PROTECTED = make_video(seconds=1).init, make_video(seconds=1, keys=KEYS).init


def test_an_init_segment_says_how_its_track_counts_time() -> None:
    header = read_header(CLEAR)
    assert (header.kind, header.codec, header.timescale) == ("vide", "avc1", 24_000)
    assert header.protection is None
    assert header.nal_length_bytes == 4


def test_the_edit_list_moves_the_first_picture_to_the_start() -> None:
    assert read_header(CLEAR).shift == -2_000  # the two frames by which B-frames delay composition


def test_the_edit_list_puts_priming_before_the_start() -> None:
    assert read_header(make_audio(seconds=1).init).shift == -1_024
    assert read_header(make_audio(seconds=1, codec="libopus").init).shift == -312


def test_an_init_segment_tells_the_keys_of_all_its_tracks() -> None:
    assert key_ids_in(PROTECTED) == (KEY_ID,)
    assert key_ids_in(CLEAR) == ()
    assert key_ids_in(b"\x47" * 188) == ()


def test_an_encrypted_track_names_its_scheme_and_key_and_what_it_was_before() -> None:
    header = read_header(PROTECTED)
    assert header.codec == "avc1"
    assert header.protection == Protection(
        scheme="cenc", key_id=KEY_ID, iv_bytes=8, constant_iv=b"", crypt_blocks=0, skip_blocks=0
    )


def test_a_pattern_and_a_constant_iv_are_read(tmp_path: Path) -> None:
    header = read_header(package_by_shaka(make_video(seconds=1), tmp_path, scheme="cbcs").init)
    assert header.protection is not None
    assert (header.protection.scheme, header.protection.iv_bytes) == ("cbcs", 0)
    assert (header.protection.crypt_blocks, header.protection.skip_blocks) == (1, 9)
    assert len(header.protection.constant_iv) == 16


def test_license_system_boxes_are_kept_whole(tmp_path: Path) -> None:
    [pssh] = read_header(package_by_shaka(make_video(seconds=1), tmp_path, scheme="cenc").init).pssh
    assert pssh[4:8] == b"pssh"
    assert bytes.fromhex(KEY_ID) in pssh


@pytest.mark.parametrize("timescale", [0, 1 << 31])
def test_a_timescale_of_zero_or_beyond_the_decoders_is_invalid(timescale: int) -> None:
    at = CLEAR.index(b"mdhd") + 16
    with pytest.raises(MediaInvalid, match="timescale"):
        read_header(CLEAR[:at] + timescale.to_bytes(4, "big") + CLEAR[at + 4 :])


def test_what_is_neither_video_nor_sound_nor_text_is_unsupported() -> None:
    at = CLEAR.index(b"vide")
    with pytest.raises(FormatUnsupported, match="meta"):
        read_header(CLEAR[:at] + b"meta" + CLEAR[at + 4 :])


def test_a_missing_box_is_named() -> None:
    with pytest.raises(MediaInvalid) as caught:
        read_header(CLEAR.replace(b"mvex", b"free"))
    assert caught.value.facts["box"] == "moov/mvex"


def test_of_several_tracks_the_one_that_is_meant_is_read() -> None:
    init, _ = make_muxed(make_video(seconds=1), make_audio(seconds=1))
    video, audio = read_header(init, kind="vide"), read_header(init, kind="soun")
    assert (video.codec, video.timescale, video.is_muxed) == ("avc1", 24_000, True)
    assert (audio.codec, audio.track_id) == ("mp4a", 2)
    for kind in ("", "subt"):
        with pytest.raises(FormatUnsupported, match="2 tracks"):
            read_header(init, kind=kind)


def test_no_cut_of_an_init_segment_is_read() -> None:
    for size in range(len(CLEAR)):
        with pytest.raises((MediaInvalid, MediaCorrupt)):
            read_header(CLEAR[:size])


@given(at=st.integers(0, len(PROTECTED) - 1), value=st.binary(min_size=1, max_size=8))
def test_a_damaged_init_segment_is_read_or_refused(at: int, value: bytes) -> None:
    with suppress(MediaInvalid, MediaCorrupt, FormatUnsupported):
        assert read_header(PROTECTED[:at] + value + PROTECTED[at + len(value) :]).timescale > 0
