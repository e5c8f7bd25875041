"""The trials: each measures some bars, alone by `python -m benchmarks NAME`. A new one is a line here."""

from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from benchmarks.bars import Measured, Report
from benchmarks.machine import Watch


class Trial(NamedTuple):
    """A module with `measured(*, is_smoke) -> Measured`; it is loaded when it runs, since some need much."""

    name: str
    module: str
    bars: str
    """Their numbers in docs/benchmarks.md."""
    takes: str
    """How long on two idle cores."""
    what: str


TRIALS = {
    trial.name: trial
    for trial in (
        Trial("abr", "benchmarks.abr", "1", "half an hour", "bitrate policies against peers and the optimum"),
        Trial("faults", "benchmarks.faults", "2, 3, 4", "two minutes", "fail-over, silence, a dead appliance"),
        Trial("loopback", "benchmarks.loopback", "2, 3", "four minutes", "fail-over on real sockets"),
        Trial("storm", "benchmarks.storm", "7", "five minutes", "live viewers, and servers that say 503"),
        Trial("startup", "benchmarks.startup", "8", "a minute", "to the first picture, against bare requests"),
        Trial("live", "benchmarks.live_latency", "9", "five minutes", "latency of live on links that jitter and dip"),
        Trial("scale", "benchmarks.scale", "10", "six minutes", "a thousand sessions in one process"),
        Trial("soak", "benchmarks.soak", "10", "two minutes", "ten thousand segments, and what is left behind"),
        Trial("fill", "benchmarks.fill", "–", "three minutes", "a night's fill of fifty appliances"),
        Trial("appliance", "benchmarks.appliance", "–", "seven minutes", "an appliance beside nginx"),
        Trial("ingest", "benchmarks.ingest", "–", "a minute", "telemetry that comes in, against a bare handler"),
        Trial("hour", "benchmarks.virtual_hour", "–", "half a minute", "an hour of playback on virtual time"),
        Trial("steering", "benchmarks.steering", "–", "four minutes", "decisions over 18,000 appliances"),
        Trial("crowds", "benchmarks.crowds", "–", "five minutes", "failure, overload and flash crowds, steered"),
        Trial("edge-kill", "benchmarks.edge_kill", "–", "five minutes", "an appliance killed at a hundred moments"),
        Trial("license", "benchmarks.license", "–", "a minute", "licenses asked for, wrapped and signed"),
        Trial("speed", "benchmarks.contests", "–", "three minutes", "decryption, tokens, manifests against peers"),
    )
}


def hold(trial: Trial, *, is_smoke: bool) -> Report:
    """The trial, in this process."""
    measured: Callable[..., Measured] = import_module(trial.module).measured
    watch = Watch()
    clauses, details, skipped = measured(is_smoke=is_smoke)
    return Report(
        name=trial.name,
        is_smoke=is_smoke,
        machine=watch.machine(),
        clauses=clauses,
        skipped=skipped,
        details=details,
    )
