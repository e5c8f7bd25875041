"""Policies: every bitrate policy, by the names of `AbrSettings.policy`."""

from matinee.policy.abr.bola import BOLA
from matinee.policy.abr.decision import AbrPolicy
from matinee.policy.abr.dynamic import DYNAMIC
from matinee.policy.abr.foresight import FORESIGHT
from matinee.policy.abr.hybrid import HYBRID
from matinee.policy.abr.mpc import MPC
from matinee.policy.abr.throughput import THROUGHPUT

POLICIES: dict[str, AbrPolicy] = {
    "foresight": FORESIGHT,
    "throughput": THROUGHPUT,
    "hybrid": HYBRID,
    "bola": BOLA,
    "dynamic": DYNAMIC,
    "mpc": MPC,
}
