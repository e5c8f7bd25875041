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
    from matinee.core.fleet import FleetStats as FleetStats
    from matinee.core.notices import Notice as Notice
    from matinee.core.notices import PlaybackReport as PlaybackReport
    from matinee.core.notices import PlayerState as PlayerState
    from matinee.core.notices import PlaylistNotice as PlaylistNotice
    from matinee.core.stats import PlayerStats as PlayerStats
    from matinee.errors import AppError as AppError
    from matinee.errors import MatineeError as MatineeError
    from matinee.errors import OperatorError as OperatorError
    from matinee.errors import ViewerError as ViewerError
    from matinee.policy.custom import Policies as Policies
    from matinee.policy.settings import PlayerSettings as PlayerSettings
    from matinee.policy.settings import non_default as non_default
    from matinee.policy.settings import settings_from as settings_from
    from matinee.runtime.client import Client as Client
    from matinee.runtime.filters import Filters as Filters
    from matinee.runtime.player import Player as Player
    from matinee.runtime.playlist import Playlist as Playlist

_HOMES = {
    "AppError": "matinee.errors",
    "Client": "matinee.runtime.client",
    "Filters": "matinee.runtime.filters",
    "FleetStats": "matinee.core.fleet",
    "MatineeError": "matinee.errors",
    "Notice": "matinee.core.notices",
    "OperatorError": "matinee.errors",
    "PlaybackReport": "matinee.core.notices",
    "Player": "matinee.runtime.player",
    "PlayerSettings": "matinee.policy.settings",
    "PlayerState": "matinee.core.notices",
    "PlayerStats": "matinee.core.stats",
    "Playlist": "matinee.runtime.playlist",
    "PlaylistNotice": "matinee.core.notices",
    "Policies": "matinee.policy.custom",
    "ViewerError": "matinee.errors",
    "non_default": "matinee.policy.settings",
    "settings_from": "matinee.policy.settings",
}

__all__ = [
    "AppError",
    "Client",
    "Filters",
    "FleetStats",
    "MatineeError",
    "Notice",
    "OperatorError",
    "PlaybackReport",
    "Player",
    "PlayerSettings",
    "PlayerState",
    "PlayerStats",
    "Playlist",
    "PlaylistNotice",
    "Policies",
    "ViewerError",
    "non_default",
    "settings_from",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'matinee' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
