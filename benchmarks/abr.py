"""Bar 1: the contest of bitrate policies (`benchmarks.qoe`), as it stands in the table of all bars."""

import tempfile
from pathlib import Path

import msgspec

from benchmarks.bars import Clause, Measured, at_least, at_most
from benchmarks.qoe.__main__ import Report, main
from benchmarks.qoe.verdict import Clause as Verdict


def measured(*, is_smoke: bool) -> Measured:
    """Of the half of the traces that nothing was tuned on; in a smoke, live only, a trace of each family."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "qoe.json"
        main(["--json", str(out), *(["--smoke"] if is_smoke else [])])
        if not out.exists():
            return Measured([], None, "no traces: set MATINEE_TRACES")
        report = msgspec.json.decode(out.read_bytes(), type=Report)
    return Measured([clause(it) for it in report.verdict], report)


def clause(verdict: Verdict) -> Clause:
    """The same, as all bars have it."""
    make = at_most if any(word in verdict.text for word in ("rebuffering", "decision")) else at_least
    return make(verdict.text, verdict.ours, bar=verdict.bar, number=1, is_timed="decision" in verdict.text)
