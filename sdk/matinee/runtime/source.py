"""Where a presentation comes from: our own backend, or anybody's URL."""

from typing import Protocol
from urllib.parse import quote, urljoin

import msgspec

from matinee.crypto.agreement import AgreementKey, license_key_context
from matinee.crypto.tokens import TrustedKeys, decode_base64url, encode_base64url
from matinee.errors import LicenseInvalid, LicenseRefused, TokenInvalid
from matinee.manifest.presentation import BaseUrl, Presentation
from matinee.manifest.references import host_of
from matinee.runtime.http import FetchFailure, Network
from matinee.runtime.service import Service
from matinee.wire.license import License
from matinee.wire.play import PlayReply
from matinee.wire.steering import SteeringDocument
from matinee.wire.title import MANIFEST_NAME

STEER_AFTER_MS = 30_000
"""The list that comes with press-play is fresh for so long."""
_LICENSE_DEADLINE_MS = 5_000
_MOST_LICENSE_BYTES = 1 << 16


class ContentKeys(msgspec.Struct, frozen=True):
    """What opens a title, and until when."""

    by_id: dict[str, bytes]
    end_wall_ms: int | None = None
    """No frame is decrypted after this; None if the license has no end (W3C ClearKey)."""


class Source(Protocol):
    """What a player must be told to play a title."""

    @property
    def title(self) -> str:
        """For people."""
        ...

    @property
    def realm(self) -> str:
        """Within it the names of appliances are unique: sessions of one realm share what they know of them."""
        ...

    @property
    def position_ms(self) -> int:
        """Where to begin."""
        ...

    @property
    def steer_after_ms(self) -> int | None:
        """When the first advice is due; None if only the manifest can say so."""
        ...

    @property
    def manifests(self) -> dict[str, str]:
        """Where the manifest is to be had, by appliance, best first; at least one."""
        ...

    def places(self, presentation: Presentation | None) -> dict[str, BaseUrl]:
        """Where the segments are, by appliance, best first; none if only the manifest, not yet here, knows."""
        ...

    async def keys(self, presentation: Presentation) -> ContentKeys:
        """The content keys. Raises LicenseRefused or LicenseInvalid."""
        ...

    async def steer(self, *, appliance: str, throughput_kbps: int) -> SteeringDocument:
        """The current advice, or one without a pathway if nobody gives any. Raises MatineeError."""
        ...


class UrlSource:
    """Anybody's DASH URL, clear or with a W3C ClearKey license server."""

    def __init__(self, url: str, http: Network, service: Service) -> None:
        self.title = url
        self.realm = host_of(url)
        self.position_ms = 0
        self.steer_after_ms: int | None = None
        self.manifests = {self.realm: url}
        self._http = http
        self._service = service
        self._steering_url = ""

    def places(self, presentation: Presentation | None) -> dict[str, BaseUrl]:
        if presentation is None:
            return {}
        if presentation.steering is not None:
            self._steering_url = presentation.steering.url
        return {base.service_location: base for base in presentation.base_urls}

    async def keys(self, presentation: Presentation) -> ContentKeys:
        url = presentation.clearkey_license_url
        if not url:
            raise LicenseRefused("The title is encrypted, and its manifest names no ClearKey license server.")
        kids = [encode_base64url(bytes.fromhex(key_id)) for key_id in presentation.key_ids]
        try:
            answer = await self._http.fetch(
                url,
                most_bytes=_MOST_LICENSE_BYTES,
                deadline_ms=_LICENSE_DEADLINE_MS,
                method="POST",
                body=msgspec.json.encode({"kids": kids, "type": "temporary"}),
                headers={"Content-Type": "application/json"},
            )
        except FetchFailure as failure:
            raise LicenseRefused(f"The license server did not answer ({failure.reason}).") from failure
        return _clearkeys(answer.body)

    async def steer(self, *, appliance: str, throughput_kbps: int) -> SteeringDocument:
        if not self._steering_url:
            return SteeringDocument()
        document = await _advice(self._service, self._steering_url, appliance, throughput_kbps)
        self._steering_url = _next_url(document, self._steering_url)
        return document


class TitleSource:
    """A title of our own backend: what `/v1/play` answered, for one device."""

    def __init__(self, reply: PlayReply, service: Service, *, key: AgreementKey, trusted: TrustedKeys) -> None:
        self.title = reply.name
        self.realm = service.url
        self.position_ms = reply.resume_ms
        self.steer_after_ms: int | None = STEER_AFTER_MS
        self._license = reply.license
        self._steering_url = reply.steering_url
        self._service = service
        self._key = key
        self._trusted = trusted
        self._folders = {it.appliance: it.url for it in reply.oca_urls}

    @property
    def manifests(self) -> dict[str, str]:
        return {appliance: folder + MANIFEST_NAME for appliance, folder in self._folders.items()}

    def places(self, presentation: Presentation | None) -> dict[str, BaseUrl]:
        return {name: BaseUrl(url=folder, service_location=name) for name, folder in self._folders.items()}

    async def keys(self, presentation: Presentation) -> ContentKeys:
        return unwrapped_keys(
            self._license, key=self._key, trusted=self._trusted, wall_ms=self._service.clock.wall_ms()
        )

    async def steer(self, *, appliance: str, throughput_kbps: int) -> SteeringDocument:
        document = await _advice(self._service, self._steering_url, appliance, throughput_kbps)
        self._steering_url = _next_url(document, self._steering_url)
        # Fresh tokens come with the advice; an appliance that is not named keeps the folder it had.
        self._folders |= {it.appliance: it.url for it in document.oca_urls}
        return document


def unwrapped_keys(token: str, *, key: AgreementKey, trusted: TrustedKeys, wall_ms: int) -> ContentKeys:
    """The content keys of a license. Raises LicenseInvalid: forged, expired, or of another device."""
    try:
        license = trusted.verify(token, License, wall_ms=wall_ms)
    except TokenInvalid as error:
        raise LicenseInvalid(f"The license cannot be trusted: {error.what}", **error.facts) from error
    by_id = {
        wrapped.key_id: key.unwrap(
            wrapped.wrapped,
            context=license_key_context(
                license_id=license.license_id, device_id=license.device_id, key_id=wrapped.key_id
            ),
        )
        for wrapped in license.keys
    }
    return ContentKeys(by_id, end_wall_ms=license.exp_wall_ms)


class _JsonWebKey(msgspec.Struct, frozen=True):
    kid: str
    k: str


class _ClearKeyLicense(msgspec.Struct, frozen=True):
    """W3C Encrypted Media Extensions, section 9.1.4, "License format"."""

    keys: tuple[_JsonWebKey, ...]


def _clearkeys(document: bytes) -> ContentKeys:
    try:
        license = msgspec.json.decode(document, type=_ClearKeyLicense)
        # Padding is against the standard, and harmless.
        return ContentKeys(
            {decode_base64url(it.kid.rstrip("=")).hex(): decode_base64url(it.k.rstrip("=")) for it in license.keys}
        )
    except (msgspec.DecodeError, UnicodeDecodeError, TokenInvalid) as error:
        raise LicenseInvalid("The license server's answer is no ClearKey license.") from error


async def _advice(service: Service, url: str, appliance: str, throughput_kbps: int) -> SteeringDocument:
    """Ask `url`, saying who delivers now and how fast (ETSI TS 103 998: bits per second)."""
    joint = "&" if "?" in url else "?"
    said = f"_DASH_pathway={quote(appliance)}&_DASH_throughput={throughput_kbps * 1000}"
    return await service.ask(f"{url}{joint}{said}", SteeringDocument)


def _next_url(document: SteeringDocument, url: str) -> str:
    """Where to ask the next time: relative to where it was asked this time."""
    return urljoin(url, document.reload_uri) if document.reload_uri else url
