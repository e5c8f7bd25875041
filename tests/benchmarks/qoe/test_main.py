import json
from pathlib import Path

import pytest

from benchmarks.qoe.__main__ import main
from tests.support.qoe import write_corpus


def test_without_traces_it_says_so_and_skips(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--traces", str(tmp_path), "--json", str(tmp_path / "it.json")])
    assert "Skipped." in capsys.readouterr().out
    assert not (tmp_path / "it.json").exists()


def test_a_smoke_of_it_says_how_the_bar_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_corpus(tmp_path)
    out = tmp_path / "results" / "it.json"
    arguments = ["--smoke", "--jobs", "1", "--policies", "matinee", "throughput", "--cache", str(tmp_path / "cache")]
    main([*arguments, "--traces", str(tmp_path), "--json", str(out)])
    report = json.loads(out.read_text())
    assert {standing["policy"] for standing in report["standings"]} == {"optimum", "matinee", "throughput"}
    assert "live: rebuffering %" in capsys.readouterr().out
