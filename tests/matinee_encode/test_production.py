"""Production: units of work that are done once."""

import asyncio
from pathlib import Path

import pytest

from matinee.errors import MezzanineInvalid
from matinee_encode.checkpoints import Checkpoints
from matinee_encode.production import Production, Wish
from matinee_encode.progress import Advanced, Event, UnitFinished, UnitKept
from tests.matinee_encode.films import MOVING, TONE, film


def produced(source: Path, store: Checkpoints, *, preset: str = "ultrafast") -> list[Event]:
    events: list[Event] = []
    with store.locked():
        wish = Wish(source=str(source), sha256="abc", preset=preset, workers=2)
        asyncio.run(Production(wish, store, events.append).run())
    return events


def test_what_is_finished_is_not_done_again(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", *MOVING, *TONE, "-c:v", "libx264")
    store = Checkpoints(tmp_path / "encode")
    first, second = produced(source, store), produced(source, store)
    done = {event.unit for event in first if isinstance(event, UnitFinished)}
    assert {event.unit for event in second if isinstance(event, UnitKept)} == done
    assert len(done) == 7
    assert not any(isinstance(event, UnitFinished) for event in second)


def test_a_lost_rung_alone_is_made_again(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", *MOVING, *TONE, "-c:v", "libx264")
    store = Checkpoints(tmp_path / "encode")
    produced(source, store)
    lost = next((tmp_path / "encode").glob("rung-*"))
    store.discard(lost.name)
    again = [event.unit for event in produced(source, store) if isinstance(event, UnitFinished)]
    assert len(again) == 1
    assert lost.is_dir()


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    source = film(tmp_path / "a.mp4", *MOVING, "-c:v", "libx264")
    ratios = [
        event.done_ratio for event in produced(source, Checkpoints(tmp_path / "e")) if isinstance(event, Advanced)
    ]
    assert ratios == sorted(ratios)
    assert ratios[-1] == 1.0


def test_of_a_film_cut_short_nothing_is_kept_as_finished(tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mkv", *MOVING, "-c:v", "libx264").read_bytes()
    (tmp_path / "cut.mkv").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(MezzanineInvalid, match="cut short"):
        produced(tmp_path / "cut.mkv", Checkpoints(tmp_path / "encode"))
    assert [path.name for path in (tmp_path / "encode").iterdir()] == ["lock"]
