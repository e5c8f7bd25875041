"""When placed titles come out."""

from pathlib import Path

import msgspec

from matinee.wire.placement import PlacedTitle, Placement
from matinee_edge.fill.releases import LOOK_EVERY_MS, Releases, remembered
from tests.support.clock import HandClock


def keep(memory: Path, *titles: PlacedTitle) -> Placement:
    placement = Placement(titles=titles)
    draft = memory.with_suffix(".draft")
    draft.write_bytes(msgspec.json.encode(placement))
    draft.replace(memory)
    return placement


def test_a_release_is_known_from_the_kept_placement(tmp_path: Path) -> None:
    memory = tmp_path / "placement"
    keep(memory, PlacedTitle(title_id="sequel", released_wall_ms=7), PlacedTitle(title_id="heat"))
    it = Releases(memory, clock=HandClock())
    assert (it.of("sequel"), it.of("heat"), it.of("ronin")) == (7, 0, 0)


def test_another_placement_is_noticed_within_a_second(tmp_path: Path) -> None:
    memory, clock = tmp_path / "placement", HandClock()
    it = Releases(memory, clock=clock)
    assert it.of("sequel") == 0
    keep(memory, PlacedTitle(title_id="sequel", released_wall_ms=7))
    clock.move(LOOK_EVERY_MS)
    assert it.of("sequel") == 7


def test_what_cannot_be_read_counts_as_no_placement(tmp_path: Path) -> None:
    memory = tmp_path / "placement"
    assert remembered(memory) == Placement(titles=())
    memory.write_bytes(b"{")
    assert remembered(memory) == Placement(titles=())
    placement = keep(memory, PlacedTitle(title_id="heat"))
    assert remembered(memory) == placement
