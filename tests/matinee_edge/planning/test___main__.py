"""The command, as it is called."""

import json
import re
import shlex
from pathlib import Path

import pytest

from matinee_edge.planning.__main__ import plan

ROLL_OUT = ["--subscribers", "2e6", "--concurrency", "0.1", "--mbps", "5"]
PAGE = (Path(__file__).parents[3] / "docs" / "capacity.md").read_text()
FILE = "growth = '20 %'\n[regions.north]\nsubscribers = 2e6\n[regions.south]\nsubscribers = 2e5\n"


def written(folder: Path, text: str) -> str:
    file = folder / "plan.toml"
    file.write_text(text)
    return str(file)


def test_it_prints_the_roll_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(ROLL_OUT) == 0
    said = capsys.readouterr().out
    assert "13 appliances of 80 Gb/s" in said
    assert "Findings" in said


def test_it_says_the_same_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert plan([*ROLL_OUT, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    region = document["plan"]["regions"]["region"]
    assert region["demand"]["streams"] == 200_000
    assert region["fleet"] == {"carrying": 13, "surviving": 14, "with_headroom": 15, "to_buy": 15}
    assert region["region"]["headroom"] == 0.15
    assert document["findings"]["region"][0].startswith("200,000 streams")
    assert document["figures"]["region"][0] == {
        "option": "--subscribers",
        "text": "2e6",
        "unit": "",
        "meaning": "people with an account",
        "source": "given",
    }


def test_it_plans_the_regions_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(["--file", written(tmp_path, FILE), "--json"]) == 0
    regions = json.loads(capsys.readouterr().out)["plan"]["regions"]
    assert [len(regions[name]["years"]) for name in ("north", "south")] == [5, 5]


def test_an_option_counts_for_every_region_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(["--file", written(tmp_path, FILE), "--growth", "0", "--json"]) == 0
    regions = json.loads(capsys.readouterr().out)["plan"]["regions"]
    assert [len(regions[name]["years"]) for name in ("north", "south")] == [1, 1]


def test_one_region_of_a_file_is_shown_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(["--file", written(tmp_path, FILE), "--region", "south"]) == 0
    said = capsys.readouterr().out
    assert "20,000  10 % of them" in said
    assert "north" not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "The region 'region' lacks a figure. Give --subscribers"),
        (["--subscribers", "many"], "--subscribers: 'many' is no figure. Write a whole number such as 500."),
        (["--file", "nowhere.toml"], "nowhere.toml cannot be read"),
    ],
)
def test_a_mistake_is_one_line_and_no_plan(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert plan(arguments) == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == ""


def test_a_mistake_in_a_file_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, FILE.replace("2e5", "'5 TB'"))
    assert plan(["--file", file]) == 1
    assert f"{file}, line 5: subscribers: a count is wanted, and '5 TB' is a size." in capsys.readouterr().err


def test_a_region_that_the_file_has_not_is_told_those_that_it_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plan(["--file", written(tmp_path, FILE), "--region", "east"]) == 1
    assert "has no region 'east'; it has north, south." in capsys.readouterr().err


def test_the_worked_example_of_the_page_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    [command] = re.findall(r"^\$ matinee plan (.*)$", PAGE, re.MULTILINE)
    [shown] = re.findall(r"(?ms)^```text\n(.*?)^```", PAGE)
    assert plan(shlex.split(command)) == 0
    assert capsys.readouterr().out.startswith(f"{shown}\nFindings\n")


def test_the_plan_file_of_the_page_is_planned_by_its_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [text] = re.findall(r"(?ms)^```toml\n(.*?)^```", PAGE)
    monkeypatch.chdir(tmp_path)
    written(tmp_path, text)
    commands = re.findall(r"^matinee plan (.*)$", PAGE, re.MULTILINE)
    assert len(commands) == 3
    assert [plan(shlex.split(command)) for command in commands] == [0, 0, 0]
    assert "south" in capsys.readouterr().out
