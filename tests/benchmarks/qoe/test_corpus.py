from pathlib import Path

import pytest

from benchmarks.qoe.corpus import FAMILIES, cases, read_movie, read_trace, split, traces_folder
from tests.support.qoe import write_corpus


def test_a_family_is_parted_into_halves_that_share_nothing() -> None:
    paths = [Path(f"trace{at}.json") for at in range(11)]
    tune, report = split(paths, "tune"), split(paths, "report")
    assert (len(tune), len(report)) == (5, 6)
    assert sorted(tune + report) == sorted(split(paths, "all")) == sorted(paths)


def test_the_split_hangs_on_names_alone() -> None:
    paths = [Path(f"somewhere/trace{at}.json") for at in range(9)]
    elsewhere = [Path(f"elsewhere/trace{at}.json") for at in reversed(range(9))]
    assert [path.name for path in split(paths, "tune")] == [path.name for path in split(elsewhere, "tune")]


def test_fast_families_get_the_movies_with_more_bitrate(corpus: Path) -> None:
    tops = {case.family: case.manifest.bitrates[-1] for case in cases(corpus, "vod", part="all")}
    assert {family for family, top in tops.items() if top == 25_000} == {"lte_be", "lumos4g", "lumos5g"}


def test_a_mode_says_how_much_is_buffered(corpus: Path) -> None:
    assert {case.buffer_max_ms for case in cases(corpus, "vod", part="all")} == {60_000}
    assert {case.buffer_max_ms for case in cases(corpus, "live", part="all")} == {6_000}


def test_so_many_of_each_family(corpus: Path) -> None:
    assert len(list(cases(corpus, "live", part="all"))) == 2 * len(FAMILIES)
    assert len(list(cases(corpus, "live", part="all", most=1))) == len(FAMILIES)


def test_files_are_read_as_sabre_reads_them(corpus: Path) -> None:
    assert read_trace(corpus / "wifi" / "b.json")[0].latency_ms == 80
    assert read_movie(corpus / "movies" / "hd_live.json").segment_time == 2000


def test_a_folder_without_movies_is_none(tmp_path: Path) -> None:
    assert traces_folder(str(tmp_path)) is None


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    write_corpus(tmp_path)
    assert traces_folder(str(tmp_path)) == tmp_path
    return tmp_path
