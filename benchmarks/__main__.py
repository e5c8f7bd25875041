"""`python -m benchmarks`: every trial, or the ones that are named, a JSON file for each, and the table of all bars."""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bars import RESULTS, SMOKE, forget, keep, kept
from benchmarks.table import table, tally
from benchmarks.trials import TRIALS, Trial, hold


def main(argv: Sequence[str] | None = None) -> int:
    """The number of trials that broke; a bar that is missed is told by the table."""
    options = _options().parse_args(argv)
    folder = options.json or (SMOKE if options.smoke else RESULTS)
    trials = options.trials or [*TRIALS.values()]
    broken = [] if options.table else _all_held(trials, folder, is_smoke=options.smoke)
    reports = [report for trial in trials if (report := kept(trial.name, folder))]
    print(f"\n{table(reports)}\n{tally(reports)}{' A smoke: its numbers mean nothing.' if options.smoke else ''}")
    if broken:
        print(f"Broken: {', '.join(broken)}.")
    return len(broken)


def _options() -> argparse.ArgumentParser:
    told = "\n".join(f"  {it.name:10}{it.bars:9}{it.what} ({it.takes})" for it in TRIALS.values())
    parser = argparse.ArgumentParser(
        prog="benchmarks",
        description=f"Measures what docs/benchmarks.md asks.\n\n  trial     bars\n{told}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("trials", nargs="*", type=_trial, metavar="TRIAL", help="which; all if none is named")
    parser.add_argument("--smoke", action="store_true", help="seconds instead of minutes: that it runs, not how fast")
    parser.add_argument("--table", action="store_true", help="measure nothing: the table of what was measured last")
    parser.add_argument("--json", metavar="DIR", type=Path, help="where the results go")
    return parser


def _trial(name: str) -> Trial:
    if name not in TRIALS:
        raise argparse.ArgumentTypeError(f"no such trial: {name!r}; there are {', '.join(TRIALS)}")
    return TRIALS[name]


def _all_held(trials: Sequence[Trial], folder: Path, *, is_smoke: bool) -> list[str]:
    """The names of those that broke. Interrupted, it leaves what was measured before."""
    broken = []
    for trial in trials:
        forget(trial.name, folder)
        try:
            if not _is_held(trial, folder, is_smoke=is_smoke, is_alone=len(trials) == 1):
                broken.append(trial.name)
        except KeyboardInterrupt:
            print("Interrupted.")
            return [*broken, trial.name]
    return broken


def _is_held(trial: Trial, folder: Path, *, is_smoke: bool, is_alone: bool) -> bool:
    """Each of several has a process of its own: what one breaks or leaves behind meets none of the others."""
    if is_alone:
        print(f"\n{trial.name}: {trial.what}{'' if is_smoke else f' ({trial.takes})'}", flush=True)
        keep(hold(trial, is_smoke=is_smoke), folder)
        return True
    command = [sys.executable, "-m", "benchmarks", trial.name, "--json", str(folder)]
    command += ["--smoke"] if is_smoke else []
    return subprocess.run(command, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
