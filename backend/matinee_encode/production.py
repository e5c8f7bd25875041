"""Production: everything of a title that is encoded, each part a unit of work that is done once."""

from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

import av
import msgspec

from matinee.errors import MezzanineInvalid
from matinee.files import needing_room
from matinee_encode.checkpoints import Checkpoints
from matinee_encode.crew import Crew, together
from matinee_encode.ladder import LadderRung, ladder_for
from matinee_encode.mezzanine import Mezzanine, SoundStream, TextStream
from matinee_encode.plan import AUDIO_RATE, passes_for, unit_key
from matinee_encode.progress import Advanced, Event, UnitFinished, UnitKept
from matinee_encode.work import EncodeAudio, EncodeVideo, ExtractText, Finished, MakePictures, Survey, Surveyed, Task

ENCODERS = f"PyAV {av.__version__}, libavcodec {'.'.join(map(str, av.library_versions['libavcodec']))}"
MEDIA_NAME, TEXT_NAME = "media.mp4", "text.vtt"
_COUNT_NAME = "count"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be encoded, and how."""

    source: str
    """Absolute path of the mezzanine."""
    sha256: str
    """Of its bytes."""
    preset: str
    workers: int


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What production hands over: folders of finished units, named by what is in them."""

    mezzanine: Mezzanine
    frames: int
    """Of every rung."""
    rungs: tuple[tuple[LadderRung, Path], ...]
    sound: tuple[tuple[SoundStream, Path], ...]
    text: tuple[tuple[TextStream, Path], ...]
    """Only tracks that hold text."""
    pictures: Path

    @property
    def duration_ms(self) -> int:
        return round(self.frames * 1000 / self.mezzanine.rate)

    @property
    def units(self) -> tuple[str, ...]:
        """The keys of all these units."""
        folders = [self.pictures, *(folder for group in (self.rungs, self.sound, self.text) for _, folder in group)]
        return tuple(folder.name for folder in folders)


class Production:
    """Owns the crew and the tally of one title."""

    def __init__(self, wish: Wish, store: Checkpoints, report: Callable[[Event], None]) -> None:
        self._wish, self._store, self._report = wish, store, report
        self._crew = Crew(wish.workers)

    async def run(self) -> Parts:
        """Every part, finished. Raises MezzanineInvalid or StorageFull; what is finished by then is kept."""
        answer = await self._crew.run(Survey(source=self._wish.source))
        assert isinstance(answer, Surveyed)
        mezzanine = answer.mezzanine
        ladder = ladder_for(width=mezzanine.width, height=mezzanine.height)
        tally = _Tally(ladder, mezzanine.frames, self._report)
        await together(
            [
                *self._passes(mezzanine, ladder, tally),
                self._make_pictures(mezzanine),
                *(self._extract_text(mezzanine, stream) for stream in mezzanine.text),
            ]
        )
        rungs = tuple((rung, self._finished(self._key("rung", mezzanine, rung, self._wish.preset))) for rung in ladder)
        counts = {_count(folder) for _, folder in rungs}
        if len(counts) != 1:
            raise MezzanineInvalid(f"{self._wish.source} decodes differently each time: {sorted(counts)} frames.")
        frames = counts.pop()
        samples = round(frames / mezzanine.rate * AUDIO_RATE)
        await together(self._encode_audio(mezzanine, stream, samples) for stream in mezzanine.sound)
        text = ((stream, self._finished(self._key("text", mezzanine, stream))) for stream in mezzanine.text)
        return Parts(
            mezzanine=mezzanine,
            frames=frames,
            rungs=rungs,
            sound=tuple(
                (stream, self._finished(self._key("audio", mezzanine, stream, samples))) for stream in mezzanine.sound
            ),
            text=tuple((stream, folder) for stream, folder in text if _count(folder)),
            pictures=self._finished(self._key("pictures", mezzanine)),
        )

    def _passes(
        self, mezzanine: Mezzanine, ladder: tuple[LadderRung, ...], tally: "_Tally"
    ) -> list[Coroutine[None, None, None]]:
        missing: list[LadderRung] = []
        for rung in ladder:
            if self._store.find(self._key("rung", mezzanine, rung, self._wish.preset)):
                self._report(UnitKept(_rung_name(rung)))
                tally.keep(rung)
            else:
                missing.append(rung)
        passes = passes_for(missing, workers=self._wish.workers) if missing else []
        threads = max(1, self._wish.workers // max(1, len(passes)))
        return [self._encode_rungs(mezzanine, rungs, threads, tally) for rungs in passes]

    async def _encode_rungs(
        self, mezzanine: Mezzanine, rungs: tuple[LadderRung, ...], threads: int, tally: "_Tally"
    ) -> None:
        keys = [self._key("rung", mezzanine, rung, self._wish.preset) for rung in rungs]
        drafts = [self._store.draft(key) for key in keys]
        task = EncodeVideo(
            source=self._wish.source,
            mezzanine=mezzanine,
            rungs=rungs,
            drafts=tuple(str(draft / MEDIA_NAME) for draft in drafts),
            preset=self._wish.preset,
            threads=threads,
        )
        count = await self._done(task, advance=lambda frames: tally.advance(rungs, frames))
        for rung, key, draft in zip(rungs, keys, drafts, strict=True):
            self._keep(_rung_name(rung), key, draft, count)

    async def _encode_audio(self, mezzanine: Mezzanine, stream: SoundStream, samples: int) -> None:
        async def make(draft: Path) -> int:
            return await self._done(
                EncodeAudio(
                    source=self._wish.source,
                    mezzanine=mezzanine,
                    stream_index=stream.stream_index,
                    samples=samples,
                    draft=str(draft / MEDIA_NAME),
                )
            )

        await self._once(f"audio {stream.language}", self._key("audio", mezzanine, stream, samples), make)

    async def _make_pictures(self, mezzanine: Mezzanine) -> None:
        async def make(draft: Path) -> int:
            return await self._done(MakePictures(source=self._wish.source, mezzanine=mezzanine, folder=str(draft)))

        await self._once("pictures", self._key("pictures", mezzanine), make)

    async def _extract_text(self, mezzanine: Mezzanine, stream: TextStream) -> None:
        async def make(draft: Path) -> int:
            return await self._done(
                ExtractText(
                    source=self._wish.source,
                    mezzanine=mezzanine,
                    stream_index=stream.stream_index,
                    draft=str(draft / TEXT_NAME),
                )
            )

        await self._once(f"text {stream.language}", self._key("text", mezzanine, stream), make)

    async def _once(self, name: str, key: str, make: Callable[[Path], Awaitable[int]]) -> None:
        """The unit is finished: found so, or made now."""
        if self._store.find(key):
            self._report(UnitKept(name))
            return
        draft = self._store.draft(key)
        self._keep(name, key, draft, await make(draft))

    async def _done(self, task: Task, *, advance: Callable[[int], None] | None = None) -> int:
        answer = await self._crew.run(task, advance=advance or (lambda _: None))
        assert isinstance(answer, Finished)
        return answer.count

    def _keep(self, name: str, key: str, draft: Path, count: int) -> None:
        with needing_room(draft):
            (draft / _COUNT_NAME).write_text(str(count))
        self._store.keep(key, draft)
        self._report(UnitFinished(name))

    def _key(self, kind: str, mezzanine: Mezzanine, *facts: object) -> str:
        return unit_key(kind, ENCODERS, self._wish.sha256, mezzanine, *facts)

    def _finished(self, key: str) -> Path:
        folder = self._store.find(key)
        assert folder is not None, key
        return folder


class _Tally:
    """How much of the picture is encoded, counted in pixels: what a rung costs is near its pixels."""

    def __init__(self, ladder: tuple[LadderRung, ...], frames: int, report: Callable[[Event], None]) -> None:
        self._all_pixels = sum(rung.pixels for rung in ladder) * frames
        self._frames, self._report = frames, report
        self._done: dict[tuple[LadderRung, ...], int] = {}

    def keep(self, rung: LadderRung) -> None:
        self._done[rung,] = rung.pixels * self._frames

    def advance(self, rungs: tuple[LadderRung, ...], frames: int) -> None:
        self._done[rungs] = sum(rung.pixels for rung in rungs) * frames
        ratio = min(1.0, sum(self._done.values()) / self._all_pixels) if self._all_pixels else 0.0
        self._report(Advanced(done_ratio=ratio, frames=self._frames))


def _rung_name(rung: LadderRung) -> str:
    return f"{rung.bitrate_kbps} kbps at {rung.width}×{rung.height}"


def _count(folder: Path) -> int:
    return int((folder / _COUNT_NAME).read_text())
