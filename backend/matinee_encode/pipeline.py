"""Making a title: from a file and settings to a published folder, every step a checkpoint."""

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

from matinee.errors import MezzanineInvalid
from matinee.wire.title import TitleIndex
from matinee_encode.assembly import Assembly, Subtitles
from matinee_encode.checkpoints import Checkpoints
from matinee_encode.packager import PACKAGER_VERSION
from matinee_encode.plan import unit_key
from matinee_encode.production import ENCODERS, Production, Wish
from matinee_encode.progress import Event
from matinee_encode.publish import publish, published, sha256_of
from matinee_encode.settings import EncodeSettings
from matinee_encode.subtitles import read_webvtt
from matinee_encode.vault import master_key


def _unheard(event: Event) -> None:
    """Nobody listens."""


def make_title(source: Path, settings: EncodeSettings, *, report: Callable[[Event], None] = _unheard) -> TitleIndex:
    """The title stands whole at the origin, its keys sealed; made now, or found as this very wish left it.

    Blocks, and starts an event loop of its own: call it from a thread where one runs. `report` is called
    from within. Interrupted anywhere, even by `kill -9`, it takes up again after the last finished unit.

    Raises MezzanineInvalid for a file that cannot become a title, StorageFull, SettingsInvalid for
    subtitles or a master key that are none, ServiceUnavailable if another encode has the same state;
    nothing is published then, and finished units are kept.
    """
    if not source.is_file():
        raise MezzanineInvalid(f"{source} is not a file.", source=str(source))
    given = tuple(Subtitles(language=tag, webvtt=read_webvtt(tag, path)) for tag, path in settings.subtitles)
    master = master_key(settings.state)
    store = Checkpoints(settings.state / "encode")
    with store.locked():
        before = source.stat()
        sha256 = sha256_of(source)
        # Titles are sealed under the master key: with another one they are other titles.
        fingerprint = hashlib.sha256(master).hexdigest()
        job = unit_key("job", ENCODERS, PACKAGER_VERSION, sha256, fingerprint, given, _looks(settings))
        standing = published(settings.state, settings.title_id, job=job)
        if standing is not None:
            return standing
        wish = Wish(source=str(source.resolve()), sha256=sha256, preset=settings.preset, workers=settings.workers)
        parts = asyncio.run(Production(wish, store, report).run())
        if (source.stat().st_size, source.stat().st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            raise MezzanineInvalid(f"{source} changed while it was encoded.", source=str(source))
        assembly = Assembly(parts, given, settings, master=master, fingerprint=fingerprint)
        title = asyncio.run(assembly.run(store, report))
        aside = store.draft("replaced")
        publish(title.folder, title.index, title.keys, state=settings.state, job=job, aside=aside)
        # The units are the film in the clear: none outlives the title that they were made for.
        for unit in (title.unit, *parts.units):
            store.discard(unit)
        return title.index


def _looks(settings: EncodeSettings) -> list[object]:
    """The settings that decide what the title is, and not where or how fast it is made."""
    return [
        settings.name,
        settings.title_id,
        settings.description,
        settings.credit,
        settings.genres,
        settings.preset,
    ]
