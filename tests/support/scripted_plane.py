"""A control plane of one account and one title: real tokens and licenses, scripted refusals, everything it heard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec
from aiohttp import web

from matinee.crypto.agreement import license_key_context, wrap
from matinee.crypto.tokens import SigningKey, encode_base64url
from matinee.errors import LoginRefused, MatineeError
from matinee.wire.auth import AccessClaims, Login, LoginRequest, Profile
from matinee.wire.catalog import CatalogItem, Homepage, Row
from matinee.wire.license import License, WrappedKey
from matinee.wire.play import OcaUrl, PlayReply, PlayRequest
from matinee.wire.problem import problem_of
from matinee.wire.steering import SteeringDocument
from matinee.wire.telemetry import TelemetryBatch, TelemetryEvent
from matinee.wire.title import Rung
from tests.support.servers import serving

FAR_MS = 1 << 52
PASSWORD = "correct horse"
BodyT = TypeVar("BodyT")


@dataclass
class ControlPlane:
    """Answers as the real one does, for as many devices as log in."""

    appliances: dict[str, str]
    """Base URLs of the title's folder, by appliance."""
    keys: dict[str, bytes]
    url: str = ""
    refusal: tuple[MatineeError, int] | None = None
    """What `/v1/play` and `/v1/telemetry` answer, if anything."""
    resume_ms: int = 0
    steering: SteeringDocument = field(default_factory=lambda: SteeringDocument(ttl_s=300))
    steered: list[str] = field(default_factory=list)
    """The queries of steering requests."""
    told: list[TelemetryEvent] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    signing: SigningKey = field(default_factory=SigningKey.generate)
    devices: list[str] = field(default_factory=list)
    """Agreement keys, in order of login."""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v1/login", self._login)
        app.router.add_get("/v1/profiles/{profile_id}/homepage", self._homepage)
        app.router.add_post("/v1/play", self._play)
        app.router.add_get("/v1/steering", self._steer)
        app.router.add_post("/v1/telemetry", self._telemetry)
        return app

    async def _login(self, request: web.Request) -> web.Response:
        asked = await _body(request, LoginRequest)
        if asked.password != PASSWORD:
            return _refused(LoginRefused("Unknown account or wrong password."), 401)
        self.devices.append(asked.device.agreement_key)
        claims = AccessClaims(sub="account", device_id=f"device-{len(self.devices)}", exp_wall_ms=FAR_MS)
        return _said(
            Login(
                access_token=self.signing.sign(claims),
                expires_wall_ms=FAR_MS,
                account_id="account",
                device_id=claims.device_id,
                profiles=(Profile(profile_id="profile", name="Somebody"),),
                service_keys={self.signing.key_id: encode_base64url(self.signing.public)},
            )
        )

    async def _homepage(self, request: web.Request) -> web.Response:
        item = CatalogItem(title_id="title", name="A title", duration_ms=2_000)
        return _said(Homepage(rows=(Row(title="New", items=(item,)),), page=1, pages=1))

    async def _play(self, request: web.Request) -> web.Response:
        asked = await _body(request, PlayRequest)
        if self.refusal is not None:
            return _refused(*self.refusal)
        device = self.devices[int(asked.device_id.removeprefix("device-")) - 1]
        return _said(
            PlayReply(
                session_id="session",
                title_id=asked.title_id,
                name="A title",
                manifest_url=next(iter(self.appliances.values())) + "manifest.mpd",
                license=self._license(asked, device),
                oca_urls=tuple(OcaUrl(appliance=name, url=url) for name, url in self.appliances.items()),
                bitrate_ladder=(Rung(representation_id="0", width=64, height=36, bitrate_kbps=100, codec="avc1"),),
                steering_url=f"{self.url}/v1/steering",
                telemetry_url=f"{self.url}/v1/telemetry",
                resume_ms=self.resume_ms,
            )
        )

    def _license(self, asked: PlayRequest, device: str) -> str:
        def wrapped(key_id: str, key: bytes) -> WrappedKey:
            context = license_key_context(license_id="license", device_id=asked.device_id, key_id=key_id)
            return WrappedKey(key_id=key_id, wrapped=wrap(key, to_public=device, context=context))

        return self.signing.sign(
            License(
                license_id="license",
                title_id=asked.title_id,
                account_id="account",
                device_id=asked.device_id,
                keys=tuple(wrapped(key_id, key) for key_id, key in self.keys.items()),
                issued_wall_ms=0,
                exp_wall_ms=FAR_MS,
            )
        )

    async def _steer(self, request: web.Request) -> web.Response:
        self.steered.append(request.rel_url.raw_query_string)
        return _said(self.steering)

    async def _telemetry(self, request: web.Request) -> web.Response:
        batch = await _body(request, TelemetryBatch)
        if self.refusal is not None:
            return _refused(*self.refusal)
        self.told += batch.events
        self.heard.set()
        return web.Response(status=202)


@asynccontextmanager
async def scripted_plane(appliances: dict[str, str], keys: dict[str, bytes]) -> AsyncIterator[ControlPlane]:
    plane = ControlPlane(appliances, keys)
    async with serving(plane.application()) as url:
        plane.url = url
        yield plane


async def _body(request: web.Request, body_type: type[BodyT]) -> BodyT:
    return msgspec.json.decode(await request.read(), type=body_type)


def _said(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")


def _refused(error: MatineeError, status: int) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(problem_of(error, status=status)))
