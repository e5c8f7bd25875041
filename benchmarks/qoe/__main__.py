"""`python -m benchmarks.qoe`: the contest of ABR policies, as tables, as a verdict and as a JSON file."""

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.qoe.contest import Standing, hold, standings
from benchmarks.qoe.corpus import BUFFER_MAX_MS, FAMILIES, Mode, Part, cases, traces_folder
from benchmarks.qoe.field import OURS, POLICIES
from benchmarks.qoe.pace import decision_us
from benchmarks.qoe.score import OBJECTIVES
from benchmarks.qoe.verdict import Clause, Lead, clauses, decision_clause, leads

RESULT = Path(__file__).parents[1] / "results" / "abr-qoe.json"
MODES: tuple[Mode, ...] = ("vod", "live")


class Report(msgspec.Struct, frozen=True, kw_only=True):
    part: Part
    standings: list[Standing]
    leads: dict[Mode, list[Lead]]
    decision_us: float
    verdict: list[Clause]


def main(argv: Sequence[str] | None = None) -> None:
    options = _options().parse_args(argv)
    folder = traces_folder(options.traces)
    if folder is None:
        print("The contest of ABR policies needs throughput traces: --traces DIR, or MATINEE_TRACES. Skipped.")
        return
    modes = ("live",) if options.smoke else tuple(options.modes)
    report = _report(options, folder, modes)
    for mode in modes:
        _print_mode(mode, report)
    _print_verdict(report.verdict)
    options.json.parent.mkdir(exist_ok=True)
    options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.qoe", description="ABR policies in Sabre-equivalent sessions.")
    parser.add_argument("--traces", metavar="DIR", help="throughput traces and movies; else MATINEE_TRACES")
    parser.add_argument("--json", metavar="FILE", type=Path, default=RESULT)
    parser.add_argument("--part", choices=("report", "tune", "all"), default="report", help="which half of the traces")
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--policies", nargs="+", choices=tuple(POLICIES), default=tuple(POLICIES))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument(
        "--cache",
        metavar="DIR",
        type=Path,
        default=Path(tempfile.gettempdir()) / "matinee-optimum",
        help="where optimal plans are kept: to find them all takes half an hour",
    )
    parser.add_argument("--smoke", action="store_true", help="live, one trace of each family: that it runs")
    return parser


def _report(options: argparse.Namespace, folder: Path, modes: Sequence[Mode]) -> Report:
    found: list[Standing] = []
    ahead: dict[Mode, list[Lead]] = {}
    verdict: list[Clause] = []
    pace_us = decision_us(next(cases(folder, modes[0], part=options.part)))
    for mode in modes:
        played = cases(folder, mode, part=options.part, most=1 if options.smoke else None)
        of_mode = standings(hold(played, options.policies, cache=options.cache, jobs=options.jobs), mode)
        found += of_mode
        if OURS in options.policies and len(options.policies) > 1:
            ahead[mode] = leads(of_mode)
            verdict += clauses(of_mode)
    return Report(
        part=options.part,
        standings=found,
        leads=ahead,
        decision_us=pace_us,
        verdict=[*verdict, decision_clause(pace_us)],
    )


def _print_mode(mode: Mode, report: Report) -> None:
    of_mode = [standing for standing in report.standings if standing.mode == mode]
    seconds = BUFFER_MAX_MS[mode] // 1000
    print(f"\n{mode}: {seconds} s of buffer, {of_mode[0].cases} traces ({report.part}); fractions of the optimum")
    print(f"{'':14}{'linear':>8}{'log':>8}{'rebuf %':>9}{'switch':>8}{'p5 lin':>8}{'p5 log':>8}   linear QoE:", end="")
    print("".join(f"{family:>9}" for family in FAMILIES))
    for it in of_mode:
        numbers = f"{it.fraction['linear']:8.3f}{it.fraction['log']:8.3f}{it.rebuffer_percent:9.2f}{it.switches:8.1f}"
        numbers += f"{it.p5_qoe['linear']:8.2f}{it.p5_qoe['log']:8.2f}"
        families = "".join(f"{it.family_qoe['linear'].get(family, float('nan')):9.2f}" for family in FAMILIES)
        print(f"{it.policy:14}{numbers}{'':14}{families}")
    for objective in OBJECTIVES:
        ahead = [lead for lead in report.leads.get(mode, ()) if lead.objective == objective]
        text = ", ".join(f"{lead.family} {lead.percent:+.1f} % ({lead.best_peer})" for lead in ahead)
        if text:
            print(f"ahead of the best peer, {objective}: {text}")


def _print_verdict(verdict: Sequence[Clause]) -> None:
    print("\nThe bar")
    for clause in verdict:
        print(f"{'holds ' if clause.holds else 'FAILS '}{clause.ours:9.3f}{clause.bar:9.3f}  {clause.text}")


if __name__ == "__main__":
    main()
