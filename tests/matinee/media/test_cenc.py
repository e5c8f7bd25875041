"""Decryption, checked against FFmpeg's own on what FFmpeg and Shaka Packager encrypted."""

import io
import struct
from contextlib import suppress
from pathlib import Path

import av
import pytest
from Crypto.Cipher import AES
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.errors import FormatUnsupported, LicenseInvalid, MediaCorrupt, MediaInvalid
from matinee.media.cenc import Decryptor, clear_init, decrypt_segment
from matinee.media.fragments import read_fragments
from matinee.media.header import read_header
from tests.support.media import KEY, KEY_ID, Clip, make_audio, make_video, package_by_shaka

KEYS = {KEY_ID: KEY}
VIDEO_CODECS = ("libx264", "libx265", "libvpx-vp9", "libsvtav1")
AUDIO_CODECS = ("aac", "libopus")
AVC = make_video(seconds=1, keys=KEYS)
[SEGMENT] = AVC.segments


def make_clip(codec: str, *, keys: dict[str, bytes] | None = None) -> Clip:
    return make_audio(codec=codec, keys=keys) if codec in AUDIO_CODECS else make_video(codec=codec, keys=keys)


def opened(clip: Clip) -> bytes:
    return clear_init(clip.init) + b"".join(decrypt_segment(clip.init, segment, KEYS) for segment in clip.segments)


def samples_by_ffmpeg(media: bytes, *, key: bytes | None = None) -> list[bytes]:
    options = {"decryption_key": key.hex()} if key else {}
    with av.open(io.BytesIO(media), "r", options=options) as container:
        return [bytes(packet) for packet in container.demux() if packet.size]


@pytest.mark.parametrize("codec", VIDEO_CODECS + AUDIO_CODECS)
def test_what_ffmpeg_encrypted_opens_as_ffmpeg_opens_it(codec: str) -> None:
    clip = make_clip(codec, keys=KEYS)
    assert samples_by_ffmpeg(opened(clip)) == samples_by_ffmpeg(clip.whole, key=KEY)


@pytest.mark.parametrize("scheme", ["cenc", "cbcs"])
@pytest.mark.parametrize("codec", VIDEO_CODECS + AUDIO_CODECS)
def test_what_shaka_packager_encrypted_opens_as_ffmpeg_opens_it(codec: str, scheme: str, tmp_path: Path) -> None:
    clip = package_by_shaka(make_clip(codec), tmp_path, scheme=scheme)
    assert samples_by_ffmpeg(opened(clip)) == samples_by_ffmpeg(clip.whole, key=KEY)
    assert samples_by_ffmpeg(opened(clip)) != samples_by_ffmpeg(clip.whole)


@pytest.mark.parametrize("scheme", ["cenc", "cens", "cbc1", "cbcs"])
@pytest.mark.parametrize("codec", ["libx264", "aac"])
def test_every_scheme_opens_to_what_was_there_before(codec: str, scheme: str, tmp_path: Path) -> None:
    # Of smaller pictures than these, Packager leaves most samples clear.
    source = make_audio(seconds=1) if codec == "aac" else make_video(seconds=1, width=320, height=180)
    clear, protected = (package_by_shaka(source, folder(tmp_path, name), scheme=name) for name in ("", scheme))
    assert samples_of(protected) != samples_of(clear)
    assert samples_of(protected, keys=KEYS) == samples_of(clear)


@pytest.mark.parametrize("scheme", ["cenc", "cbcs"])
def test_keys_rotate_in_the_middle_of_a_track(scheme: str, tmp_path: Path) -> None:
    keys = {rotated(bytes.fromhex(KEY_ID), by=number).hex(): rotated(KEY, by=number) for number in range(3)}
    source = make_audio(seconds=3)
    clear = package_by_shaka(source, folder(tmp_path, "clear"), scheme="")
    protected = package_by_shaka(source, folder(tmp_path, scheme), scheme=scheme, rotate_s=1)
    assert samples_of(protected, keys=keys) == samples_of(clear)
    with pytest.raises(LicenseInvalid, match="holds no key"):
        samples_of(protected, keys=KEYS)


def folder(parent: Path, name: str) -> Path:
    made = parent / (name or "clear")
    made.mkdir()
    return made


def rotated(data: bytes, *, by: int) -> bytes:
    return data[by:] + data[:by]


def samples_of(clip: Clip, *, keys: dict[str, bytes] | None = None) -> list[bytes]:
    header = read_header(clip.init)
    opened = [Decryptor(header, keys).decrypt(segment) if keys else segment for segment in clip.segments]
    return [
        segment[sample.start : sample.start + sample.size]
        for segment in opened
        for fragment in read_fragments(segment, header)
        for sample in fragment.samples
    ]


def test_an_opened_file_says_nothing_of_protection_and_keeps_its_size() -> None:
    header = read_header(clear_init(AVC.init))
    assert (header.codec, header.protection) == ("avc1", None)
    assert len(clear_init(AVC.init)) == len(AVC.init)
    assert len(decrypt_segment(AVC.init, SEGMENT, KEYS)) == len(SEGMENT)


def test_a_clear_segment_stays_what_it_is() -> None:
    clip = make_video(seconds=1)
    assert clear_init(clip.init) == clip.init
    assert decrypt_segment(clip.init, clip.segments[0], {}) is clip.segments[0]


def test_a_clear_lead_of_an_encrypted_track_stays_clear() -> None:
    lead = decrypt_segment(AVC.init, SEGMENT, KEYS)
    assert decrypt_segment(AVC.init, lead, KEYS) is lead


@pytest.mark.parametrize("iv", [bytes(8), b"\xff" * 8, bytes(16), b"\xff" * 15 + b"\xfe"], ids=bytes.hex)
def test_counters_run_as_in_counter_mode_and_do_not_carry_into_the_upper_half(iv: bytes) -> None:
    clip = make_audio(seconds=1, keys=KEYS)
    at = clip.init.index(b"tenc") + 11
    init = clip.init[:at] + bytes([len(iv)]) + clip.init[at + 1 :]
    samples = [bytes(range(256)) * 300, b"short"]
    encrypted = [
        AES.new(KEY, AES.MODE_CTR, nonce=iv[:8], initial_value=int.from_bytes(iv[8:], "big")).encrypt(sample)
        for sample in samples
    ]
    assert decrypt_segment(init, segment_of(encrypted, iv=iv), KEYS).endswith(b"".join(samples))


def segment_of(samples: list[bytes], *, iv: bytes) -> bytes:
    """Whole encrypted samples, all under the same `iv`, as no packager would have it."""
    sizes = struct.pack(f">{len(samples)}I", *map(len, samples))
    tables = box(b"senc", struct.pack(">II", 0, len(samples)) + iv * len(samples))
    tables += box(b"tfhd", struct.pack(">II", 0x020000, 1)) + box(b"tfdt", bytes(8))
    moof_bytes = 16 + len(tables) + 20 + len(sizes)
    run = box(b"trun", struct.pack(">IIi", 0x201, len(samples), moof_bytes + 8) + sizes)
    return box(b"moof", box(b"traf", tables + run)) + box(b"mdat", b"".join(samples))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def test_a_key_that_the_license_lacks_is_named() -> None:
    with pytest.raises(LicenseInvalid, match=KEY_ID):
        decrypt_segment(AVC.init, SEGMENT, {"0" * 32: KEY})


def test_a_key_of_another_size_is_refused() -> None:
    with pytest.raises(LicenseInvalid, match="16 bytes"):
        decrypt_segment(AVC.init, SEGMENT, {KEY_ID: KEY + KEY})


def test_another_scheme_is_unsupported() -> None:
    with pytest.raises(FormatUnsupported, match="cenx"):
        decrypt_segment(AVC.init.replace(b"cenc", b"cenx"), SEGMENT, KEYS)


def test_a_segment_that_is_cut_short_is_corrupt() -> None:
    with pytest.raises(MediaCorrupt):
        decrypt_segment(AVC.init, SEGMENT[:-1], KEYS)


def test_a_table_that_does_not_fit_its_samples_is_invalid() -> None:
    at = SEGMENT.index(b"senc") + 8
    with pytest.raises(MediaInvalid, match="encryption table"):
        decrypt_segment(AVC.init, SEGMENT[:at] + struct.pack(">I", 7) + SEGMENT[at + 4 :], KEYS)


@settings(max_examples=50)
@given(at=st.integers(0, SEGMENT.index(b"mdat")), value=st.binary(min_size=1, max_size=8))
def test_a_damaged_segment_is_opened_or_refused(at: int, value: bytes) -> None:
    damaged = SEGMENT[:at] + value + SEGMENT[at + len(value) :]
    with suppress(MediaInvalid, MediaCorrupt, FormatUnsupported, LicenseInvalid):
        assert len(decrypt_segment(AVC.init, damaged, KEYS)) == len(SEGMENT)
