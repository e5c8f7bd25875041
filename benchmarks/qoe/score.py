"""What a session was worth: linear and log quality of experience."""

import math
from itertools import pairwise

import msgspec

from benchmarks.qoe.simulator import Manifest, Played


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    """A segment is worth its utility, a stall costs by the second, a switch by the step between two utilities.

    Source: Yin et al., "A Control-Theoretic Approach for Dynamic Adaptive Video Streaming over HTTP", SIGCOMM 2015.
    """

    utilities: tuple[float, ...]
    """Of the rungs."""
    stall_price: float
    """Of a second."""


def linear(manifest: Manifest) -> Objective:
    """Megabits a second; a stalled second costs 4.3 on an HD ladder and 25 on a UHD ladder, about its top rung."""
    return Objective(
        utilities=tuple(bitrate / 1000 for bitrate in manifest.bitrates),
        stall_price=4.3 if manifest.bitrates[-1] < 10_000 else 25,
    )


def logarithmic(manifest: Manifest) -> Objective:
    return Objective(
        utilities=tuple(math.log(bitrate / manifest.bitrates[0]) for bitrate in manifest.bitrates), stall_price=2.66
    )


OBJECTIVES = {"linear": linear, "log": logarithmic}


def value(played: Played, objective: Objective) -> float:
    """Per segment's worth of time, waiting and stalls included: Sabre's `time average`."""
    utilities = [objective.utilities[rung] for rung in played.rungs]
    switched = sum(abs(b - a) for a, b in pairwise(utilities))
    total = sum(utilities) - objective.stall_price * played.stall_ms / 1000 - switched
    return total * played.manifest.segment_time / played.play_ms
