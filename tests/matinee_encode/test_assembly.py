"""Assembly: what a packaged, encrypted title holds."""

import asyncio
import base64
from pathlib import Path
from xml.etree import ElementTree

import m3u8  # type: ignore[import-untyped]
import pytest

from matinee.manifest.formats import read_manifest
from matinee.manifest.hls.media_playlist import read_playlist
from matinee.wire.title import TitleIndex
from matinee_encode.assembly import Assembly, Subtitles
from matinee_encode.checkpoints import Checkpoints
from matinee_encode.production import Production, Wish
from matinee_encode.progress import Event, UnitFinished, UnitKept
from matinee_encode.settings import settings_for
from tests.matinee_encode.conftest import SUBTITLES
from tests.matinee_encode.films import MOVING, content_key, film, heard, luma, mean_error, representation, seen

DASH = {"": "urn:mpeg:dash:schema:mpd:2011"}
KID = "{urn:mpeg:cenc:2013}default_KID"


def test_every_rung_decodes_with_the_titles_key(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    key = content_key(state, title)
    assert len(title.ladder) == 5
    for rung in title.ladder:
        frames = seen(representation(state, title, rung.representation_id), key=key)
        assert [round((frame.time or 0) * 24) for frame in frames] == list(range(144))
        assert (frames[0].width, frames[0].height) == (rung.width, rung.height)
        assert [number for number, frame in enumerate(frames) if frame.key_frame] == [0, 96]


def test_what_decodes_is_the_film(made: tuple[Path, TitleIndex], reel: Path) -> None:
    state, title = made
    shown = seen(representation(state, title, "avc-1050"), key=content_key(state, title))
    source = seen(reel.read_bytes(), key=None)
    for number in (0, 50, 100, 143):
        original, copy = (luma(frames[number], width=64, height=36) for frames in (source, shown))
        assert mean_error(original, copy) < 8


def test_the_sound_decodes_and_is_as_long_as_the_picture(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    (track,) = title.audio
    blocks = heard(representation(state, title, track.representation_id), key=content_key(state, title))
    assert sum(block.samples for block in blocks) == pytest.approx(6 * 48_000, abs=2048)
    assert (track.channels, track.codec) == (2, "mp4a.40.2")


def test_each_segment_is_playable_by_itself_after_the_init_segment(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    folder = state / "media" / title.title_id / "video" / "avc-235"
    init = (folder / "init.mp4").read_bytes()
    frames = [len(seen(init + (folder / f"{n}.m4s").read_bytes(), key=content_key(state, title))) for n in (1, 2)]
    assert frames == [96, 48]


def test_dash_and_hls_list_the_same_segments_and_all_are_there(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    folder = state / "media" / title.title_id
    by_dash = set()
    for each in ElementTree.parse(folder / "manifest.mpd").iterfind(".//Representation[SegmentTemplate]", DASH):
        template = each.find("SegmentTemplate", DASH)
        assert template is not None
        count = sum(int(s.get("r", "0")) + 1 for s in template.iterfind("SegmentTimeline/S", DASH))
        media = template.get("media", "")
        by_dash |= {media.replace("$Number$", str(number)) for number in range(1, count + 1)}
    master = m3u8.load(str(folder / "master.m3u8"))
    playlists = [each.uri for each in master.playlists] + [each.uri for each in master.media if each.type == "AUDIO"]
    by_hls = {
        f"{uri.rpartition('/')[0]}/{segment.uri}"
        for uri in playlists
        for segment in m3u8.load(str(folder / uri)).segments
    }
    assert by_dash == by_hls == {file.path for file in title.files if file.path.endswith(".m4s")}


def test_a_player_reads_the_same_title_from_either_manifest(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    folder = state / "media" / title.title_id
    place = "http://a.example/titles/x/"
    dash, hls = (
        read_manifest((folder / name).read_bytes(), url=f"{place}{name}") for name in ("manifest.mpd", "master.m3u8")
    )
    assert hls.base_urls == dash.base_urls
    of_dash = {track.kind: track for track in dash.periods[0].tracks}
    for track in (track for track in hls.periods[0].tracks if "trick-play" not in track.roles):
        alike = of_dash.pop(track.kind)
        assert (track.language, len(track.renditions)) == (alike.language, len(alike.renditions))
        for ours, theirs in zip(track.renditions, alike.renditions, strict=True):
            assert (ours.height, ours.codecs) == (theirs.height, theirs.codecs)
            assert ours.index is not None
            path = ours.index.path
            listed = read_playlist((folder / path).read_bytes(), url=f"{place}{path}", place=place)
            assert [each.resource for each in listed.segments] == [each.resource for each in theirs.segments]
            assert [each.init for each in listed.segments] == [each.init for each in theirs.segments]
            assert listed.end_ms == pytest.approx(theirs.segments[-1].end_ms, abs=2)
            assert listed.key_ids == alike.key_ids
    assert list(of_dash) == ["image"]


def test_one_key_id_runs_through_index_manifest_playlists_and_init_segments(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    folder = state / "media" / title.title_id
    (key_id,) = title.key_ids
    kids = {each.get(KID) for each in ElementTree.parse(folder / "manifest.mpd").iter() if each.get(KID)}
    assert {(kid or "").replace("-", "") for kid in kids} == {key_id}
    uris = {m3u8.load(str(path)).keys[0].uri for path in folder.glob("*/*/index.m3u8")}
    assert {base64.b64decode(uri.partition("base64,")[2]).hex() for uri in uris} == {key_id}
    assert all(bytes.fromhex(key_id) in path.read_bytes() for path in folder.glob("*/*/init.mp4"))


def test_nothing_at_the_origin_is_in_the_clear(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    shown = seen(representation(state, title, "avc-1050"), key=content_key(state, title))
    with_another_key = seen(representation(state, title, "avc-1050"), key="00" * 16)
    assert not with_another_key or bytes(with_another_key[0].planes[0]) != bytes(shown[0].planes[0])
    secret = content_key(state, title)
    for path in (each for each in (state / "media").rglob("*") if each.is_file()):
        data = path.read_bytes()
        assert bytes.fromhex(secret) not in data
        assert secret.encode() not in data.lower()


def test_every_file_is_listed_with_its_size(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    folder = state / "media" / title.title_id
    there = {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    del there["title.json"]
    assert {file.path: file.size_bytes for file in title.files} == there
    assert {"poster.jpg", "thumbnails/tile-1.jpg", "text/en.vtt", "text/en.m3u8"} < set(there)


def test_given_subtitles_are_passed_through(made: tuple[Path, TitleIndex]) -> None:
    state, title = made
    assert [track.language for track in title.text] == ["en"]
    assert (state / "media" / title.title_id / title.text[0].path).read_text() == SUBTITLES


def test_the_index_rises_and_says_what_was_measured(made: tuple[Path, TitleIndex]) -> None:
    _, title = made
    measured = [rung.bitrate_kbps for rung in title.ladder]
    assert measured == sorted(measured)
    assert (title.duration_ms, title.frame_rate_millihertz, title.genres) == (6000, 24_000, ("Test",))
    assert all(rung.codec.startswith("avc1.") for rung in title.ladder)


def test_packaging_is_a_unit_that_is_found_again(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", *MOVING, "-c:v", "libx264")
    store, events = Checkpoints(tmp_path / "encode"), list[Event]()
    settings = settings_for(name="A", state=tmp_path, workers=2)
    given = [Subtitles(language="en", webvtt=b"WEBVTT\n")] * 2
    with store.locked():
        wish = Wish(source=str(source), sha256="abc", preset="ultrafast", workers=2)
        parts = asyncio.run(Production(wish, store, lambda _: None).run())
        assembly = Assembly(parts, given, settings, master=bytes(32), fingerprint="f")
        first, second = (asyncio.run(assembly.run(store, events.append)) for _ in range(2))
    assert events == [UnitFinished("packaging"), UnitKept("packaging")]
    assert first == second
    assert [track.path for track in first.index.text] == ["text/en.vtt", "text/en-2.vtt"]
    assert first.index.audio == ()
