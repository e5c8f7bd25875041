"""Reports of trials that nobody held."""

from benchmarks.bars import Clause, Report
from benchmarks.machine import Machine


def report(name: str, *clauses: Clause, skipped: str = "", others_percent: int = 0) -> Report:
    machine = Machine(python="CPython", system="Linux", processor="one", cores=2, others_percent=others_percent)
    return Report(name=name, is_smoke=False, machine=machine, clauses=[*clauses], skipped=skipped, details=None)
