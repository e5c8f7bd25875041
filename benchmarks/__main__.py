"""`python -m benchmarks`: every contest, as a table and as a JSON file for each."""

import argparse
import platform
import re
from pathlib import Path

import msgspec

from benchmarks.contests import CONTESTS
from benchmarks.measure import Outcome, hold

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Speed as ratios against named peers.")
    parser.add_argument("--smoke", action="store_true", help="seconds instead of minutes: that it runs, not how fast")
    rounds, round_s = (3, 0.1) if parser.parse_args().smoke else (15, 1.0)
    RESULTS.mkdir(exist_ok=True)
    print(f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}; ours ÷ theirs")
    print(f"{'':24}{'ratio':>7}  {'least … most':>14}  {'ours':>18}  {'theirs':>18}  peer")
    for contest in CONTESTS:
        outcome = hold(contest(), rounds=rounds, round_s=round_s)
        name = re.sub(r"[^a-z]+", "-", outcome.name.lower())
        (RESULTS / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(outcome)))
        print(_line(outcome))
        print(f"  {outcome.note}")


def _line(outcome: Outcome) -> str:
    least, most = outcome.spread
    ours = f"{outcome.ours_per_s:,.0f} {outcome.unit}/s"
    theirs = f"{outcome.theirs_per_s:,.0f} {outcome.unit}/s"
    spread = f"{least:.2f} … {most:.2f}"
    return f"{outcome.name:24}{outcome.ratio:>7.2f}  {spread:>14}  {ours:>18}  {theirs:>18}  {outcome.peer}"


if __name__ == "__main__":
    main()
