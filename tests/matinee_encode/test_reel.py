"""A reel made of nothing."""

from itertools import pairwise
from pathlib import Path

import av
import pytest

from matinee.errors import StorageFull
from matinee_encode.reading import frames_of, survey
from matinee_encode.reel import make_reel
from tests.matinee_encode.films import luma, mean_error


def test_a_reel_is_a_film_with_sound(reel: Path) -> None:
    found = survey(str(reel))
    assert (found.width, found.height, found.rate.numerator, len(found.sound)) == (320, 180, 24, 1)
    assert found.duration_ms == pytest.approx(6000, abs=50)


def test_it_moves_and_has_four_shots(reel: Path) -> None:
    pictures = [luma(frame, width=32, height=18) for frame in frames_of(str(reel), survey(str(reel)))]
    assert len(pictures) == 144
    changes = [mean_error(before, after) for before, after in pairwise(pictures)]
    assert min(changes) > 0
    cuts = sorted(range(len(changes)), key=lambda index: changes[index])[-3:]
    assert sorted(cuts) == [35, 71, 107]


def test_its_sound_is_audible_on_both_sides(reel: Path) -> None:
    with av.open(str(reel)) as container:
        frames = list(container.decode(audio=0))
    for channel in range(2):
        assert max(max(memoryview(each.planes[channel]).cast("f")[: each.samples]) for each in frames) > 0.1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_leaves_no_part_of_a_reel(tmp_path: Path) -> None:
    (tmp_path / "a.mkv.draft").symlink_to("/dev/full")
    with pytest.raises(StorageFull):
        make_reel(tmp_path / "a.mkv", seconds=1, width=320, height=180)
    assert list(tmp_path.iterdir()) == []
