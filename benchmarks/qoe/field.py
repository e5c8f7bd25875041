"""The field: every policy of the contest, by its name."""

from collections.abc import Callable
from functools import partial

from benchmarks.qoe.peers.bola import BolaE, BolaU
from benchmarks.qoe.peers.dynamic import Dynamic, DynamicDash
from benchmarks.qoe.peers.hls_js import HlsJs
from benchmarks.qoe.peers.hyb import Hyb
from benchmarks.qoe.peers.lolp import LolPlus
from benchmarks.qoe.peers.media3 import Media3
from benchmarks.qoe.peers.mpc import RobustMpc
from benchmarks.qoe.peers.shaka import Shaka
from benchmarks.qoe.peers.soda import Soda
from benchmarks.qoe.peers.throughput import Throughput
from benchmarks.qoe.sabre_plugin import sabre_plugin
from benchmarks.qoe.simulator import Abr, Session

OURS = "matinee"


def matinee(session: Session) -> Abr:
    """Our default, through the very plug-in that Sabre loads."""
    bound = type(OURS, (sabre_plugin, Abr), {"session": session})
    controller: Abr = bound({"buffer_size": session.buffer_max_ms})
    return controller


PEERS: dict[str, Callable[[Session], Abr]] = {
    "throughput": Throughput,
    "bola-u": BolaU,
    "bola-e": BolaE,
    "bola-e -ao": partial(BolaE, stays_within=True),
    "dynamic": DynamicDash,
    "dynamic-sabre": partial(DynamicDash, stays_within=False),
    "dynamic-mmsys": Dynamic,
    "hyb": Hyb,
    "robust-mpc": RobustMpc,
    "soda": Soda,
    "lol+": LolPlus,
    "hls.js": HlsJs,
    "shaka": Shaka,
    "media3": Media3,
}

POLICIES: dict[str, Callable[[Session], Abr]] = {OURS: matinee, **PEERS}
