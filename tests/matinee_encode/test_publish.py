"""Publishing: whole or not at all, keys first."""

import hashlib
from pathlib import Path

import msgspec

from matinee.wire.title import Rung, SealedKeys, TitleIndex
from matinee_encode.publish import files_of, media_kbps, publish, published, sha256_of
from matinee_encode.vault import fresh_content_key, sealed

MASTER = bytes(32)


def packaged(folder: Path, text: str = "film") -> TitleIndex:
    for path in ("video/avc-235/init.mp4", "video/avc-235/1.m4s", "manifest.mpd"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"{text} {path}")
    rung = Rung(representation_id="avc-235", width=320, height=180, bitrate_kbps=235, codec="avc1.64000c")
    return TitleIndex(title_id="t", name="T", duration_ms=1000, ladder=(rung,), files=files_of(folder))


def published_as(state: Path, text: str, *, job: str) -> tuple[TitleIndex, SealedKeys]:
    folder, aside = state / "encode" / "unit" / "title", state / "encode" / "aside"
    index = packaged(folder, text)
    keys = sealed(fresh_content_key(), title_id="t", master=MASTER)
    aside.mkdir()
    publish(folder, index, keys, state=state, job=job, aside=aside)
    return index, keys


def test_files_stand_in_playing_order_init_first(tmp_path: Path) -> None:
    for number in (10, 9, 1, 2):
        (tmp_path / "video" / "v").mkdir(parents=True, exist_ok=True)
        (tmp_path / "video" / "v" / f"{number}.m4s").write_bytes(b"x" * number)
    (tmp_path / "video" / "v" / "init.mp4").write_bytes(b"init")
    (tmp_path / "poster.jpg").write_bytes(b"p")
    (tmp_path / "title.json").write_bytes(b"{}")
    files = files_of(tmp_path)
    assert [file.path.rpartition("/")[2] for file in files] == [
        *("init.mp4", "1.m4s", "2.m4s", "9.m4s", "10.m4s"),
        "poster.jpg",
    ]
    assert [file.representation_id for file in files] == ["v"] * 5 + [None]
    assert files[1].sha256 == hashlib.sha256(b"x").hexdigest() == sha256_of(tmp_path / "video" / "v" / "1.m4s")


def test_bitrates_are_measured(tmp_path: Path) -> None:
    (tmp_path / "audio" / "a").mkdir(parents=True)
    (tmp_path / "audio" / "a" / "1.m4s").write_bytes(bytes(16_000))
    assert media_kbps(files_of(tmp_path), "a", duration_ms=1000) == 128
    assert media_kbps((), "a", duration_ms=1000) == 1


def test_a_published_title_is_whole_and_its_keys_are_kept(tmp_path: Path) -> None:
    index, keys = published_as(tmp_path, "film", job="job-1")
    assert published(tmp_path, "t", job="job-1") == index
    assert msgspec.json.decode((tmp_path / "media/t/title.json").read_bytes(), type=TitleIndex) == index
    assert msgspec.json.decode((tmp_path / "keys/t.json").read_bytes(), type=SealedKeys) == keys
    assert (tmp_path / "media/t/manifest.mpd").read_text() == "film manifest.mpd"


def test_another_wish_is_not_taken_for_this_one(tmp_path: Path) -> None:
    assert published(tmp_path, "t", job="job-1") is None
    published_as(tmp_path, "film", job="job-1")
    assert published(tmp_path, "t", job="job-2") is None
    (tmp_path / "media/t/title.json").write_text("{}")
    assert published(tmp_path, "t", job="job-1") is None


def test_a_title_made_anew_replaces_the_old_one_and_its_keys(tmp_path: Path) -> None:
    published_as(tmp_path, "old", job="job-1")
    _, keys = published_as(tmp_path, "new", job="job-2")
    assert (tmp_path / "media/t/manifest.mpd").read_text() == "new manifest.mpd"
    assert msgspec.json.decode((tmp_path / "keys/t.json").read_bytes(), type=SealedKeys) == keys
    assert not (tmp_path / "encode" / "aside").exists()
