"""`python -m benchmarks`: every contest, as a table and as a JSON file for each, and the virtual hour."""

import argparse
import platform
import re
from pathlib import Path

import msgspec

from benchmarks.contests import CONTESTS
from benchmarks.measure import Outcome, hold
from benchmarks.virtual_hour import VirtualHour, measured

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Speed as ratios against named peers.")
    parser.add_argument("--smoke", action="store_true", help="seconds instead of minutes: that it runs, not how fast")
    is_smoke = parser.parse_args().smoke
    rounds, round_s = (3, 0.1) if is_smoke else (15, 1.0)
    RESULTS.mkdir(exist_ok=True)
    print(f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}; ours ÷ theirs")
    print(f"{'':24}{'ratio':>7}  {'least … most':>14}  {'ours':>18}  {'theirs':>18}  peer")
    for contest in CONTESTS:
        outcome = hold(contest(), rounds=rounds, round_s=round_s)
        _keep(outcome)
        print(_line(outcome))
        print(f"  {outcome.note}")
    hour = measured(rounds=1, share=60) if is_smoke else measured(rounds=3)
    _keep(hour)
    print(f"{hour.name}: {hour.wall_s} s of wall time (bar: {hour.bar_s} s), {hour.requests:,} requests")


def _keep(result: Outcome | VirtualHour) -> None:
    name = re.sub(r"[^a-z]+", "-", result.name.lower())
    (RESULTS / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(result)))


def _line(outcome: Outcome) -> str:
    least, most = outcome.spread
    ours = f"{outcome.ours_per_s:,.0f} {outcome.unit}/s"
    theirs = f"{outcome.theirs_per_s:,.0f} {outcome.unit}/s"
    spread = f"{least:.2f} … {most:.2f}"
    return f"{outcome.name:24}{outcome.ratio:>7.2f}  {spread:>14}  {ours:>18}  {theirs:>18}  {outcome.peer}"


if __name__ == "__main__":
    main()
