"""The door: a front with the bounds that the settings name."""

from starlette.types import ASGIApp

from matinee.clock import Clock
from matinee_edge.front.bounds import Bounds
from matinee_edge.front.server import Front
from matinee_edge.front.tls import Tls
from matinee_edge.hits import Hits
from matinee_edge.settings import EdgeSettings
from matinee_edge.tally import Tally


def door(
    app: ASGIApp, hits: Hits, *, settings: EdgeSettings, tally: Tally, clock: Clock, is_private: bool = False
) -> Front:
    """What speaks to clients; a private one speaks to workers, in plain.

    Raises SettingsInvalid if the certificate cannot be used.
    """
    tls = None
    if settings.tls_certificate is not None and settings.tls_key is not None and not is_private:
        tls = Tls(settings.tls_certificate, settings.tls_key)
    bounds = Bounds(
        max_connections=settings.max_connections,
        max_head_bytes=settings.max_head_bytes,
        head_deadline_ms=settings.head_deadline_ms,
        idle_deadline_ms=settings.idle_deadline_ms,
        write_deadline_ms=settings.write_deadline_ms,
    )
    return Front(
        app,
        hits.answer,
        name=settings.name,
        bounds=bounds,
        tally=tally,
        clock=clock,
        tls=tls,
        is_logging=settings.access_log and not is_private,
    )
