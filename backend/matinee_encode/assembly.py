"""Assembly: finished parts become a packaged, encrypted title folder, itself a unit of work."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from matinee.errors import MezzanineInvalid, StorageFull
from matinee.files import needing_room
from matinee.wire.title import MANIFEST_NAME, POSTER_NAME, AudioTrack, Rung, SealedKeys, TextTrack, TitleIndex
from matinee_encode.checkpoints import Checkpoints
from matinee_encode.manifests import (
    dress_manifest,
    dress_master_playlist,
    dress_media_playlist,
    renditions_of,
    text_playlist,
    text_playlist_path,
)
from matinee_encode.packager import MASTER_NAME, PACKAGER_VERSION, PackagerInput, package
from matinee_encode.plan import ThumbnailTrack, distinct, segment_frames, unit_key
from matinee_encode.production import MEDIA_NAME, TEXT_NAME, Parts
from matinee_encode.progress import Event, UnitFinished, UnitKept
from matinee_encode.publish import files_of, media_kbps
from matinee_encode.settings import EncodeSettings
from matinee_encode.vault import fresh_content_key, sealed

_TITLE, _KEYS = "title", "sealed.json"
_CHANNELS = 2


class Subtitles(msgspec.Struct, frozen=True, kw_only=True):
    language: str
    webvtt: bytes


class Assembled(msgspec.Struct, frozen=True, kw_only=True):
    """A title, ready to be published."""

    unit: str
    """Its checkpoint's name."""
    folder: Path
    index: TitleIndex
    keys: SealedKeys


class Assembly:
    """Puts one title together."""

    def __init__(
        self, parts: Parts, given: Sequence[Subtitles], settings: EncodeSettings, *, master: bytes, fingerprint: str
    ) -> None:
        """`given` subtitles come before the mezzanine's own. `fingerprint` tells one master key from another."""
        self._parts, self._settings, self._master = parts, settings, master
        subtitles = [*given, *(_subtitles(stream.language, folder) for stream, folder in parts.text)]
        names = distinct([each.language for each in subtitles])
        self._text = {
            TextTrack(language=each.language, path=f"text/{name}.vtt"): each.webvtt
            for name, each in zip(names, subtitles, strict=True)
        }
        self._audio_ids = distinct([f"aac-{stream.language}" for stream, _ in parts.sound])
        folders = [folder for _, folder in (*parts.rungs, *parts.sound)]
        self._unit = unit_key(
            "package",
            PACKAGER_VERSION,
            fingerprint,
            settings.title_id,
            settings.license_url,
            [folder.name for folder in (*folders, parts.pictures)],
            [(track, webvtt) for track, webvtt in self._text.items()],
        )

    async def run(self, store: Checkpoints, report: Callable[[Event], None]) -> Assembled:
        """The title's folder, found finished or packaged now. Raises StorageFull or MezzanineInvalid."""
        unit = store.find(self._unit)
        if unit is not None and not (unit / _TITLE).is_dir():
            # It was published by a process that did not live to remove what is left of it.
            store.discard(self._unit)
            unit = None
        if unit is None:
            unit = await self._package(store)
            report(UnitFinished("packaging"))
        else:
            report(UnitKept("packaging"))
        return Assembled(
            unit=self._unit,
            folder=unit / _TITLE,
            index=self._index(unit / _TITLE, msgspec.json.decode((unit / _KEYS).read_bytes(), type=SealedKeys)),
            keys=msgspec.json.decode((unit / _KEYS).read_bytes(), type=SealedKeys),
        )

    async def _package(self, store: Checkpoints) -> Path:
        parts = self._parts
        draft = store.draft(self._unit)
        folder = draft / _TITLE
        inputs = self._inputs()
        _require_room(inputs, draft)
        key = fresh_content_key()
        gop = segment_frames(parts.mezzanine.rate)
        with needing_room(draft):
            folder.mkdir()
            await package(inputs, folder, key=key, segment_s=gop / parts.mezzanine.rate)
            self._verify(folder)
            self._dress(folder, key.key_id)
            keys = sealed(key, title_id=self._settings.title_id, master=self._master)
            (draft / _KEYS).write_bytes(msgspec.json.encode(keys))
        return store.keep(self._unit, draft)

    def _inputs(self) -> list[PackagerInput]:
        video = [
            PackagerInput(path=folder / MEDIA_NAME, kind="video", representation_id=rung.representation_id)
            for rung, folder in self._parts.rungs
        ]
        audio = [
            PackagerInput(
                path=folder / MEDIA_NAME, kind="audio", representation_id=representation_id, language=stream.language
            )
            for representation_id, (stream, folder) in zip(self._audio_ids, self._parts.sound, strict=True)
        ]
        return video + audio

    def _verify(self, folder: Path) -> None:
        """Every rung has all its segments, and they weigh what went in: a full disk has fooled nobody."""
        segments = -(-self._parts.frames // segment_frames(self._parts.mezzanine.rate))
        for rung, source in self._parts.rungs:
            made = list((folder / "video" / rung.representation_id).glob("*.m4s"))
            size_bytes = sum(path.stat().st_size for path in made)
            if len(made) != segments or size_bytes < (source / MEDIA_NAME).stat().st_size * 9 // 10:
                raise MezzanineInvalid(
                    f"Packaging {rung.representation_id} gave {len(made)} segments of {segments}, {size_bytes} bytes."
                )

    def _dress(self, folder: Path, key_id: str) -> None:
        pictures, tracks = self._parts.pictures, tuple(self._text)
        thumbnails = msgspec.json.decode((pictures / "track.json").read_bytes(), type=ThumbnailTrack)
        (folder / "thumbnails").mkdir()
        shutil.copy(pictures / POSTER_NAME, folder)
        for tile in pictures.glob("tile-*.jpg"):
            shutil.copy(tile, folder / "thumbnails")
        if tracks:
            (folder / "text").mkdir()
        for track, webvtt in self._text.items():
            (folder / track.path).write_bytes(webvtt)
            playlist = text_playlist(track, duration_ms=self._parts.duration_ms)
            (folder / text_playlist_path(track)).write_text(playlist)
        for path in [*folder.glob("*/*/index.m3u8"), *folder.glob("*/*/iframes.m3u8")]:
            path.write_text(dress_media_playlist(path.read_text(), key_id=key_id))
        master, manifest = folder / MASTER_NAME, folder / MANIFEST_NAME
        master.write_text(dress_master_playlist(master.read_text(), text=tracks))
        manifest.write_bytes(
            dress_manifest(
                manifest.read_bytes(), text=tracks, thumbnails=thumbnails, license_url=self._settings.license_url
            )
        )

    def _index(self, folder: Path, keys: SealedKeys) -> TitleIndex:
        settings, parts = self._settings, self._parts
        files = files_of(folder)
        renditions = renditions_of((folder / MANIFEST_NAME).read_bytes())

        def kbps(representation_id: str) -> int:
            return media_kbps(files, representation_id, duration_ms=parts.duration_ms)

        ladder = [
            Rung(
                representation_id=rung.representation_id,
                width=rung.width,
                height=rung.height,
                bitrate_kbps=kbps(rung.representation_id),
                codec=renditions[rung.representation_id].codec,
            )
            for rung, _ in parts.rungs
        ]
        return TitleIndex(
            title_id=settings.title_id,
            name=settings.name,
            duration_ms=parts.duration_ms,
            ladder=tuple(sorted(ladder, key=lambda rung: rung.bitrate_kbps)),
            audio=tuple(
                AudioTrack(
                    representation_id=each,
                    language=renditions[each].language,
                    channels=_CHANNELS,
                    bitrate_kbps=kbps(each),
                    codec=renditions[each].codec,
                )
                for each in self._audio_ids
            ),
            text=tuple(self._text),
            key_ids=tuple(entry.key_id for entry in keys.keys),
            files=files,
            frame_rate_millihertz=round(parts.mezzanine.rate * 1000),
            description=settings.description,
            credit=settings.credit,
            genres=settings.genres,
        )


def _subtitles(language: str, folder: Path) -> Subtitles:
    return Subtitles(language=language, webvtt=(folder / TEXT_NAME).read_bytes())


def _require_room(inputs: Sequence[PackagerInput], draft: Path) -> None:
    needed_bytes = sum(each.path.stat().st_size for each in inputs) * 11 // 10
    free_bytes = shutil.disk_usage(draft).free
    if free_bytes < needed_bytes:
        raise StorageFull(
            f"The title needs {needed_bytes / 1e6:.1f} MB and {free_bytes / 1e6:.1f} MB are left under {draft.parent}."
        )
