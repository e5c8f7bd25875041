"""The gateway: one application of all services, or of some, behind the filters that every request passes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from matinee.clock import Clock
from matinee.crypto.tokens import SigningKey, TrustedKeys
from matinee_asgi.bearer import BearerCheck
from matinee_asgi.client import client_behind
from matinee_asgi.deadline import Deadline
from matinee_asgi.logs import AccessLog
from matinee_asgi.openapi import openapi_document
from matinee_asgi.reply import reply
from matinee_asgi.service import Service, compose
from matinee_asgi.timing import ServerTiming
from matinee_backend.adapters.title_folder import TitleFolder
from matinee_backend.ports import ApplianceDirectory
from matinee_backend.services.auth.login import LoginDesk
from matinee_backend.services.auth.routes import auth_service
from matinee_backend.services.catalog.browse import CatalogDesk
from matinee_backend.services.catalog.routes import catalog_service
from matinee_backend.services.entitlement.entitle import Entitlement
from matinee_backend.services.entitlement.routes import entitlement_service
from matinee_backend.services.license.doors import LicenseDoors
from matinee_backend.services.license.issue import LicenseDesk
from matinee_backend.services.license.revoke import Revoker
from matinee_backend.services.license.routes import license_service
from matinee_backend.services.members.routes import members_service
from matinee_backend.services.placement.place import Placer
from matinee_backend.services.placement.roster import Roster, member_of
from matinee_backend.services.playback.press_play import PlaybackDesk
from matinee_backend.services.playback.routes import playback_service
from matinee_backend.services.steering.direct import Director
from matinee_backend.services.steering.routes import steering_service
from matinee_backend.services.telemetry.follow import Follower
from matinee_backend.services.telemetry.intake import Intake
from matinee_backend.services.telemetry.observe import Observatory
from matinee_backend.services.telemetry.routes import history_service, quality_service, telemetry_service
from matinee_backend.settings import Settings
from matinee_backend.stores import Stores

SERVICES = (
    "auth",
    "members",
    "entitlement",
    "catalog",
    "playback",
    "license",
    "steering",
    "telemetry",
    "history",
    "quality",
    "ingest",
)
"""What `--only` chooses among. `ingest` and `history` have no routes: one keeps the catalog equal to the
origin's folder, the other what was watched to what was told."""

COUNTED_ON_MS = 24 * 3_600_000
"""An appliance that was heard since keeps its place in plans: who restarts finds its titles placed as before."""


@dataclass(frozen=True, kw_only=True)
class House:
    """What the services are made of."""

    stores: Stores
    title_folder: TitleFolder
    key: SigningKey
    public_keys: dict[str, str]
    clock: Clock
    settings: Settings


def application(house: House, *, only: Sequence[str] = SERVICES) -> Starlette:
    """The services named in `only`, all over the same stores, with `/healthz` and `/openapi.json`."""
    made = [service for service in services(house) if service.name in only]
    endpoints = [endpoint for service in made for endpoint in service.endpoints]
    document = openapi_document(endpoints, title="Matinee control plane", version=version("matinee"))

    async def health(request: Request) -> Response:
        return reply({"status": "ok"})

    async def describe(request: Request) -> Response:
        return reply(document)

    @asynccontextmanager
    async def stores_open() -> AsyncIterator[None]:
        try:
            yield
        finally:
            await house.stores.close()

    door = Service(name="gateway", routes=(Route("/healthz", health), Route("/openapi.json", describe)))
    stores = Service(name="stores", running=stores_open)
    return compose([stores, door, *made], middleware=_filters(house.settings, house.clock))


def services(house: House) -> tuple[Service, ...]:
    """Every service of the control plane, in the order of SERVICES."""
    stores, clock, settings = house.stores, house.clock, house.settings
    bearer = BearerCheck(keys=TrustedKeys.from_text(house.public_keys), clock=clock)
    entitlement = Entitlement(
        members=stores.members, titles=stores.titles, leases=stores.leases, clock=clock, settings=settings.streams
    )
    placer = Placer(
        titles=stores.titles,
        history=stores.history,
        plans=stores.plans,
        roster=lambda: _roster(stores.appliances, clock=clock),
        clock=clock,
        settings=settings.placement,
    )
    observatory = Observatory(stores.events, clock=clock)
    director = Director(
        directory=stores.appliances,
        placer=placer,
        key=house.key,
        clock=clock,
        settings=settings.steering,
        told_by_players=observatory.error_permille,
    )
    licenses = LicenseDesk(
        members=stores.members,
        keys=stores.keys,
        ledger=stores.licenses,
        key=house.key,
        clock=clock,
        settings=settings.license,
    )
    doors = LicenseDoors(desk=licenses, entitlement=entitlement, ledger=stores.licenses, leases=stores.leases)
    revoker = Revoker(ledger=stores.licenses, leases=stores.leases, members=stores.members, clock=clock)
    playback = PlaybackDesk(
        members=stores.members, history=stores.history, entitlement=entitlement, licenses=licenses, director=director
    )
    catalog = CatalogDesk(titles=stores.titles, history=stores.history, director=director, clock=clock)

    def public_url(request: Request) -> str:
        return settings.gateway.public_url or f"{request.url.scheme}://{request.url.netloc}"

    client = client_behind(settings.gateway.trusted_proxies)
    return (
        auth_service(desk=_login_desk(house), service_keys=house.public_keys),
        members_service(bearer=bearer, members=stores.members),
        entitlement_service(bearer=bearer, entitlement=entitlement),
        catalog_service(bearer=bearer, entitlement=entitlement, members=stores.members, desk=catalog, client=client),
        playback_service(bearer=bearer, desk=playback, public_url=public_url, client=client),
        license_service(bearer=bearer, doors=doors, revoker=revoker),
        steering_service(bearer=bearer, director=director, public_url=public_url, client=client),
        telemetry_service(
            bearer=bearer,
            intake=Intake(stores.events, clock=clock, settings=settings.telemetry),
            site_of=lambda request: director.site_of(client(request)),
        ),
        history_service(_follower(house)),
        quality_service(bearer=bearer, observatory=observatory),
        _ingest_service(house.title_folder, every_ms=settings.media_store.scan_every_ms),
    )


async def _roster(directory: ApplianceDirectory, *, clock: Clock) -> Roster:
    heard = await directory.heard_since(clock.wall_ms() - COUNTED_ON_MS)
    _, announced = await directory.announced_since(0)
    places = {place.appliance: place for place in announced}
    return Roster(member_of(it, places.get(it.appliance)) for it in heard)


def _login_desk(house: House) -> LoginDesk:
    return LoginDesk(
        members=house.stores.members,
        key=house.key,
        service_keys=house.public_keys,
        clock=house.clock,
        settings=house.settings.auth,
    )


def _follower(house: House) -> Follower:
    return Follower(
        events=house.stores.events,
        history=house.stores.history,
        leases=house.stores.leases,
        members=house.stores.members,
        titles=house.stores.titles,
        clock=house.clock,
        settings=house.settings.streams,
    )


def _ingest_service(folder: TitleFolder, *, every_ms: int) -> Service:
    @asynccontextmanager
    async def watching() -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(folder.watch(every_ms=every_ms), name="watch the media folder")
            yield
            task.cancel()

    return Service(name="ingest", running=watching)


def _filters(settings: Settings, clock: Clock) -> list[Middleware]:
    """Outermost first. Browsers' players are let in from anywhere: tokens travel in headers, never in cookies.

    dash.js sends credentials along when it asks for a ClearKey license, and browsers take the answer only if it
    names their own origin.
    """
    anybody = {"allow_origin_regex": ".*", "allow_credentials": True}
    return [
        Middleware(AccessLog, clock=clock),
        Middleware(
            CORSMiddleware,
            **(anybody if settings.license.clearkey else {"allow_origins": ["*"]}),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Server-Timing", "Retry-After"],
        ),
        Middleware(ServerTiming),
        Middleware(Deadline, deadline_ms=settings.gateway.deadline_ms, retry_after_ms=settings.gateway.retry_after_ms),
    ]
