"""The table of all bars, for people."""

from collections.abc import Sequence

from benchmarks.bars import Clause, Report
from benchmarks.machine import Machine

NO_BAR = 100
"""What no bar asks comes last."""


def table(reports: Sequence[Report]) -> str:
    """A line for each clause, by the number of its bar; what fails says so, and what was skipped."""
    found = [(clause, report.machine) for report in reports for clause in report.clauses]
    found.sort(key=lambda it: it[0].number or NO_BAR)
    rows = [("bar", "what", "measured", "asked", "verdict", "peers"), *(_row(*it) for it in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"{bar:>{widths[0]}}  {what:{widths[1]}}  {ours:>{widths[2]}}  {asked:>{widths[3]}}  {verdict:{widths[4]}}  "
        f"{peers}".rstrip()
        for bar, what, ours, asked, verdict, peers in rows
    ]
    return "\n".join([*lines, *(f"{it.name}: skipped, {it.skipped}" for it in reports if it.skipped)])


def tally(reports: Sequence[Report]) -> str:
    """How many clauses hold."""
    clauses = [clause for report in reports for clause in report.clauses]
    return f"{sum(clause.holds for clause in clauses)} of {len(clauses)} clauses hold."


def _row(clause: Clause, machine: Machine) -> tuple[str, str, str, str, str, str]:
    asked = f"{clause.sign} {clause.bar:g} {clause.unit}".rstrip()
    ours = f"{_brief(clause.ours)} {clause.unit}".rstrip()
    return str(clause.number or "–"), clause.text, ours, asked, _verdict(clause, machine), clause.peers


def _brief(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _verdict(clause: Clause, machine: Machine) -> str:
    verdict = "holds" if clause.holds else "FAILS"
    return f"{verdict} (busy machine)" if clause.is_timed and machine.is_busy else verdict
