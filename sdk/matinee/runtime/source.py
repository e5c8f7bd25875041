"""Where a presentation comes from: our own backend, or anybody's URL."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from matinee.core.pathways import Pathways
from matinee.crypto.agreement import AgreementKey, license_key_context
from matinee.crypto.tokens import TrustedKeys, decode_base64url, encode_base64url
from matinee.errors import LicenseInvalid, LicenseRefused, SettingsInvalid, TokenInvalid
from matinee.manifest.pathways import request_url
from matinee.manifest.presentation import BaseUrl, Presentation
from matinee.manifest.references import host_of
from matinee.policy.failover import is_passing
from matinee.policy.patience import for_license
from matinee.policy.places import ordered
from matinee.policy.settings import RetrySettings
from matinee.policy.steering import ttl_ms
from matinee.runtime.http import FetchFailure, Network, Request
from matinee.runtime.service import Service, error_of_failure, retried
from matinee.wire.license import License
from matinee.wire.play import OcaUrl, PlayReply
from matinee.wire.steering import (
    MOST_DOCUMENT_BYTES,
    Heard,
    SteeringDocument,
    inline_document,
    is_inline,
    read_steering,
)
from matinee.wire.title import MANIFEST_NAME

STEER_AFTER_MS = 30_000
"""The list that comes with press-play is fresh for so long."""
_LICENSE_DEADLINE_MS = 5_000
_STEERING_DEADLINE_MS = 5_000
_MOST_LICENSE_BYTES = 1 << 16
_KEY_BYTES = 16


class ContentKeys(msgspec.Struct, frozen=True):
    """What opens a title, and until when."""

    by_id: dict[str, bytes]
    end_wall_ms: int | None = None
    """No frame is decrypted after this; None if the license has no end (W3C ClearKey)."""

    def check(self, *, wall_ms: int) -> None:
        """Raises LicenseInvalid once the license has ended."""
        if self.end_wall_ms is not None and wall_ms >= self.end_wall_ms:
            raise LicenseInvalid("The license has ended in mid-play.", reason="expired")


class Guidance(msgspec.Struct, frozen=True):
    """What steering said beside the places and their order."""

    ttl_ms: int
    fresh_ms: int | None = None
    """How long the tokens in the places are good; None if they have no end."""
    bases: dict[str, str] = {}
    """Of each clone the place whose media it holds."""


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

    @property
    def fresh_ms(self) -> int | None:
        """How long the tokens at hand are good; None if they have no end."""
        ...

    def places(self, presentation: Presentation | None) -> dict[str, BaseUrl]:
        """Where the segments lie, by appliance, best first; none if only the manifest, not yet here, knows."""
        ...

    async def keys(self, key_ids: tuple[str, ...], *, license_url: str) -> ContentKeys:
        """The content keys, asked for again while the license server is away; `license_url`: the manifest's word.

        Raises LicenseRefused, LicenseInvalid; ServiceUnavailable or NetworkUnreachable once patience has ended.
        """
        ...

    async def key_at(self, url: str) -> bytes:
        """The one key that lies at `url` (HLS, identity). Raises as `keys`."""
        ...

    async def steer(self, heard: Sequence[Heard]) -> Guidance:
        """Ask for advice once, telling who delivered; `places` are so from now on.

        Raises FetchFailure, or SteeringInvalid for an answer that is no advice.
        """
        ...


class UrlSource:
    """Anybody's DASH or HLS URL, clear, with keys at hand, or with a W3C ClearKey license server."""

    def __init__(self, url: str, http: Network, *, retry: RetrySettings, keys: Mapping[str, str] | None = None) -> None:
        """`keys`: as at `Player.open`. Raises SettingsInvalid."""
        self.title: str = url
        self.realm: str = host_of(url)
        self.position_ms: int = 0
        self.steer_after_ms: int | None = None
        self.manifests: dict[str, str] = {self.realm: url}
        self.fresh_ms: int | None = None
        self._http = http
        self._retry = retry
        self._given = _read_keys(keys or {})
        self._seed = http.draw()
        self._pathways = Pathways()
        self._presentation: Presentation | None = None

    def places(self, presentation: Presentation | None) -> dict[str, BaseUrl]:
        if presentation is not self._presentation and presentation is not None:
            self._presentation = presentation
            self._pathways.configure(ordered(presentation.base_urls, seed=self._seed), presentation.steering)
        return self._pathways.places

    async def keys(self, key_ids: tuple[str, ...], *, license_url: str) -> ContentKeys:
        missing = [key_id for key_id in key_ids if key_id not in self._given]
        if not missing:
            return ContentKeys(self._given)
        if not license_url:
            raise LicenseRefused("The title is encrypted, and its manifest names no ClearKey license server.")
        kids = [encode_base64url(bytes.fromhex(key_id)) for key_id in missing]
        answer = await self._license(license_url, msgspec.json.encode({"kids": kids, "type": "temporary"}))
        return ContentKeys(self._given | _clearkeys(answer))

    async def key_at(self, url: str) -> bytes:
        key = await self._license(url)
        if len(key) != _KEY_BYTES:
            raise LicenseInvalid(f"The key server's answer has {len(key)} bytes; a key has {_KEY_BYTES}.")
        return key

    async def _license(self, url: str, body: bytes | None = None) -> bytes:
        """What the license server answers to a GET, or a POST of `body`."""
        request = Request(
            url=url,
            most_bytes=_MOST_LICENSE_BYTES,
            deadline_ms=_LICENSE_DEADLINE_MS,
            request_class="license",
            method="GET" if body is None else "POST",
            body=body,
            headers={} if body is None else {"Content-Type": "application/json"},
        )

        async def ask() -> bytes:
            try:
                answer = await self._http.fetch(request)
            except FetchFailure as failure:
                if is_passing(failure.reason):
                    raise error_of_failure(failure, "The license server") from failure
                raise LicenseRefused(f"The license server says no ({failure.reason}).") from failure
            return answer.body

        return await retried(ask, patience=for_license(self._retry), retry=self._retry, http=self._http)

    async def steer(self, heard: Sequence[Heard]) -> Guidance:
        document = await _advice(self._http, self._pathways, heard)
        return Guidance(ttl_ms(document.ttl_s), bases=self._pathways.bases)


class TitleSource:
    """A title of our own backend: what `/v1/play` answered, for one device."""

    def __init__(
        self, reply: PlayReply, http: Network, service: Service, *, key: AgreementKey, trusted: TrustedKeys
    ) -> None:
        self.title: str = reply.name
        self.realm: str = service.url
        self.position_ms: int = reply.resume_ms
        self.steer_after_ms: int | None = STEER_AFTER_MS
        self._license = reply.license
        self._http = http
        self._service = service
        self._key = key
        self._trusted = trusted
        folders = (BaseUrl(url=it.url, service_location=it.appliance) for it in reply.oca_urls)
        self._pathways = Pathways(folders, steering_url=reply.steering_url)
        self.fresh_ms = self._fresh_ms(reply.oca_urls)

    @property
    def manifests(self) -> dict[str, str]:
        return {name: request_url(place, MANIFEST_NAME) for name, place in self._pathways.places.items()}

    def places(self, presentation: Presentation | None) -> dict[str, BaseUrl]:
        return self._pathways.places

    async def keys(self, key_ids: tuple[str, ...], *, license_url: str) -> ContentKeys:
        return unwrapped_keys(
            self._license, key=self._key, trusted=self._trusted, wall_ms=self._service.clock.wall_ms()
        )

    async def key_at(self, url: str) -> bytes:
        raise LicenseRefused("The keys of our own titles come with the license, not from a URL.")

    async def steer(self, heard: Sequence[Heard]) -> Guidance:
        document = await _advice(self._http, self._pathways, heard)
        self.fresh_ms = self._fresh_ms(document.oca_urls)
        return Guidance(ttl_ms(document.ttl_s), self.fresh_ms, self._pathways.bases)

    def _fresh_ms(self, urls: Iterable[OcaUrl]) -> int | None:
        """How long the first of their tokens to end is good."""
        ends = [it.exp_wall_ms for it in urls if it.exp_wall_ms]
        return max(0, min(ends) - self._service.clock.wall_ms()) if ends else None


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


def _read_keys(keys: Mapping[str, str]) -> dict[str, bytes]:
    """`keys` as bytes, by key ids as manifests are read."""
    try:
        by_id = {bytes.fromhex(key_id.replace("-", "")): bytes.fromhex(key) for key_id, key in keys.items()}
    except ValueError as error:
        raise SettingsInvalid("Content keys and their ids are hexadecimal digits.") from error
    if any(len(key_id) != _KEY_BYTES or len(key) != _KEY_BYTES for key_id, key in by_id.items()):
        raise SettingsInvalid("Content keys and their ids have 32 hexadecimal digits each.")
    return {key_id.hex(): key for key_id, key in by_id.items()}


class _JsonWebKey(msgspec.Struct, frozen=True):
    kid: str
    k: str


class _ClearKeyLicense(msgspec.Struct, frozen=True):
    """W3C Encrypted Media Extensions, section 9.1.4, "License format"."""

    keys: tuple[_JsonWebKey, ...]


def _clearkeys(document: bytes) -> dict[str, bytes]:
    try:
        license = msgspec.json.decode(document, type=_ClearKeyLicense)
        # Padding is against the standard, and harmless.
        return {decode_base64url(it.kid.rstrip("=")).hex(): decode_base64url(it.k.rstrip("=")) for it in license.keys}
    except (msgspec.DecodeError, UnicodeDecodeError, TokenInvalid) as error:
        raise LicenseInvalid("The license server's answer is no ClearKey license.") from error


async def _advice(http: Network, pathways: Pathways, heard: Sequence[Heard]) -> SteeringDocument:
    """Ask once; `pathways` are steered by the answer from now on."""
    asked = pathways.steering_url
    if is_inline(asked):
        document = read_steering(inline_document(asked), url=asked)
    else:
        request = Request(
            url=pathways.question(heard),
            most_bytes=MOST_DOCUMENT_BYTES,
            deadline_ms=_STEERING_DEADLINE_MS,
            request_class="steering",
        )
        answer = await http.fetch(request)
        document = read_steering(answer.body, url=answer.url)
    pathways.take(document, asked=asked)
    return document
