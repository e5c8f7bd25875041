"""Matinee, the player SDK.

A lazy façade (PEP 562): importing `matinee` or any of its pure rooms loads neither aiohttp nor PyAV; a name
loads its module when it is first used.

The pure half (`errors`, `wire`, `manifest`, `policy`, `core`) decides; `crypto` and `media` work on bytes; `runtime`
carries out. What may enter: what a device needs to log in, browse and play. What may not: servers, screens, and what
only one program needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matinee.core.notices import PlaybackReport as PlaybackReport
    from matinee.core.notices import PlayerState as PlayerState
    from matinee.errors import MatineeError as MatineeError
    from matinee.policy.settings import PlayerSettings as PlayerSettings
    from matinee.runtime.client import Client as Client
    from matinee.runtime.player import Player as Player

_HOMES = {
    "Client": "matinee.runtime.client",
    "MatineeError": "matinee.errors",
    "PlaybackReport": "matinee.core.notices",
    "Player": "matinee.runtime.player",
    "PlayerSettings": "matinee.policy.settings",
    "PlayerState": "matinee.core.notices",
}

__all__ = ["Client", "MatineeError", "PlaybackReport", "Player", "PlayerSettings", "PlayerState"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'matinee' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
