"""Steering: which appliance next (DASH and HLS content steering), and what appliances say of themselves."""

import re
from base64 import b64decode
from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated, Literal, NamedTuple
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

import msgspec
from msgspec import Meta

from matinee.errors import SteeringInvalid
from matinee.wire.ids import ApplianceId, TitleId
from matinee.wire.placement import Placement
from matinee.wire.play import OcaUrl

SteeringDialect = Literal["DASH", "HLS"]
"""Whose names the parameters of a question have: `_DASH_pathway` or `_HLS_pathway`."""

MOST_DOCUMENT_BYTES = 256 << 10
MOST_PATHWAYS = 100
"""Named by one document; as many clones."""
MOST_URL_CHARS = 4096

MOST_TITLES = 10_000
"""On one shelf: with names of full length they fit a body of 1 MiB."""
MOST_SUBNETS = 10_000
"""Announced by one appliance."""

Amount = Annotated[int, Meta(ge=0, le=1 << 40)]
Share = Annotated[int, Meta(ge=0, le=1000)]
"""In thousandths."""
ShelfDigest = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$(?!\n)")]
PlaceName = Annotated[str, Meta(pattern=r"^[a-z0-9-]{0,64}$(?!\n)")]
"""A site, cluster or region: lower-case letters, digits and dashes; empty for none."""
Subnet = Annotated[str, Meta(pattern=r"^[0-9a-f.:]{2,45}/[0-9]{1,3}$(?!\n)")]
"""`10.0.0.0/8`, `2001:db8::/32`."""

_PATHWAY_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
"""draft-pantos-content-steering-01, section 2."""
_HOST = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_PARAMETER = re.compile(r"[!-~]{0,2048}")


class UriReplacement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the URLs of a clone differ from those of its base."""

    host: str = msgspec.field(name="HOST", default="")
    """With or without port; empty keeps the host."""
    params: dict[str, str] = msgspec.field(name="PARAMS", default={})
    """Put into every query, percent-encoded as they are."""
    per_variant_uris: dict[str, str] = msgspec.field(name="PER-VARIANT-URIS", default={})
    """HLS: the playlist of a variant stream, by STABLE-VARIANT-ID; nothing else is replaced in it."""
    per_rendition_uris: dict[str, str] = msgspec.field(name="PER-RENDITION-URIS", default={})
    """HLS: the same by STABLE-RENDITION-ID."""


class PathwayClone(msgspec.Struct, frozen=True, kw_only=True):
    """A pathway that the manifest does not name, made of one that it does."""

    base_id: str = msgspec.field(name="BASE-ID")
    pathway_id: str = msgspec.field(name="ID")
    replacement: UriReplacement = msgspec.field(name="URI-REPLACEMENT")


class SteeringDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A steering manifest (ETSI TS 103 998; draft-pantos-content-steering-01): the names on the wire are theirs."""

    version: int = msgspec.field(name="VERSION", default=1)
    ttl_s: int = msgspec.field(name="TTL", default=300)
    """Whole seconds, as the standard has it: the one quantity here that is not in milliseconds."""
    reload_uri: str = msgspec.field(name="RELOAD-URI", default="")
    pathway_priority: tuple[str, ...] = msgspec.field(name="PATHWAY-PRIORITY", default=())
    """Appliance ids, best first."""
    pathway_clones: tuple[PathwayClone, ...] = msgspec.field(name="PATHWAY-CLONES", default=())
    oca_urls: tuple[OcaUrl, ...] = msgspec.field(name="OCA-URLS", default=())
    """Our extension, which other players ignore: the same appliances with fresh media tokens."""


class Heard(NamedTuple):
    """An appliance used since the last question."""

    appliance: str
    throughput_kbps: int
    """0 if not measured."""


def read_steering(document: bytes, *, url: str) -> SteeringDocument:
    """What `document`, fetched from the absolute `url`, says: each pathway once, its `reload_uri` absolute.

    Clones that break their format are left out; what else does is refused, as is any version but 1, which stands
    for rules that nobody here knows.
    Raises: SteeringInvalid.
    """
    if len(document) > MOST_DOCUMENT_BYTES:
        raise SteeringInvalid(
            f"The steering document has {len(document)} bytes; {MOST_DOCUMENT_BYTES} are read at most."
        )
    try:
        said = msgspec.json.decode(document, type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SteeringInvalid(f"The steering document breaks its format: {error}.") from error
    if said.version != 1:
        raise SteeringInvalid(f"The steering document is of version {said.version}; 1 is read here.")
    if max(len(said.pathway_priority), len(said.pathway_clones), len(said.oca_urls)) > MOST_PATHWAYS:
        raise SteeringInvalid(f"The steering document names more than {MOST_PATHWAYS} pathways.")
    return SteeringDocument(
        ttl_s=int(said.ttl_s),
        reload_uri=_next_url(said.reload_uri, url=url),
        pathway_priority=tuple(dict.fromkeys(said.pathway_priority)),
        pathway_clones=tuple(clone for raw in said.pathway_clones if (clone := _clone(raw))),
        oca_urls=tuple(said.oca_urls),
    )


def question_url(url: str, *, dialect: SteeringDialect, heard: Iterable[Heard]) -> str:
    """`url`, saying who delivered since the last question and how fast; the last of `heard` is in use.

    DASH names all of them, HLS the one in use; both in quotation marks, and in bits per second. What the query says
    already stays, but for parameters of these names. A `data:` URL asks nobody and stays as it is.
    """
    told = list(heard) if dialect == "DASH" else list(heard)[-1:]
    if not told or is_inline(url):
        return url
    pathway, throughput = f"_{dialect}_pathway", f"_{dialect}_throughput"
    said = [f"{pathway}=%22{','.join(quote(it.appliance, safe='') for it in told)}%22"]
    if any(it.throughput_kbps for it in told):
        rates = (str(it.throughput_kbps * 1000) if it.throughput_kbps else "" for it in told)
        said.append(f"{throughput}={','.join(rates)}")
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=with_parameters(parts.query, said)))


def with_parameters(query: str, parameters: Iterable[str]) -> str:
    """`query` with these `name=value`, in their order, behind what it says of other names."""
    told = list(parameters)
    names = {it.partition("=")[0] for it in told}
    kept = [it for it in query.split("&") if it and it.partition("=")[0] not in names]
    return "&".join(kept + told)


def is_inline(url: str) -> bool:
    """Whether the URL is the document itself: HLS allows a `data:` URL for the first one."""
    return url[:5].lower() == "data:"


def inline_document(url: str) -> bytes:
    """The document in a `data:` URL (RFC 2397). Raises SteeringInvalid."""
    kind, comma, text = url[5 : MOST_DOCUMENT_BYTES * 2].partition(",")
    if not comma:
        raise SteeringInvalid("The steering document in a data: URL is cut off.")
    if not kind.lower().endswith(";base64"):
        return unquote_to_bytes(text)
    try:
        return b64decode(unquote_to_bytes(text))
    except ValueError as error:
        raise SteeringInvalid("The steering document in a data: URL is no base64.") from error


def _next_url(reload_uri: str, *, url: str) -> str:
    """Where to ask the next time, absolute; empty if the document does not say."""
    if not reload_uri:
        return ""
    try:
        absolute = urljoin("" if is_inline(url) else url, reload_uri)
        scheme, host = urlsplit(absolute)[:2]
    except ValueError as error:
        raise SteeringInvalid("The steering document's RELOAD-URI is no URL.") from error
    if scheme not in ("http", "https") or not host or len(absolute) > MOST_URL_CHARS:
        raise SteeringInvalid("The steering document's RELOAD-URI is nothing that can be asked.")
    return absolute


def _clone(raw: msgspec.Raw) -> PathwayClone | None:
    try:
        clone = msgspec.json.decode(raw, type=PathwayClone)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    replacement = clone.replacement
    is_legal = (
        _PATHWAY_ID.fullmatch(clone.pathway_id)
        and (not replacement.host or _HOST.fullmatch(replacement.host))
        and all(name and _is_parameter(name) and _is_parameter(value) for name, value in replacement.params.items())
    )
    return clone if is_legal else None


def _is_parameter(text: str) -> bool:
    return _PARAMETER.fullmatch(text) is not None and not any(it in text for it in "&#")


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """A document as it comes, its clones unread: one that breaks its format costs only itself."""

    version: int | float = msgspec.field(name="VERSION", default=0)
    ttl_s: int | float = msgspec.field(name="TTL", default=300)
    reload_uri: str = msgspec.field(name="RELOAD-URI", default="")
    pathway_priority: list[str] = msgspec.field(name="PATHWAY-PRIORITY", default_factory=list[str])
    pathway_clones: list[msgspec.Raw] = msgspec.field(name="PATHWAY-CLONES", default_factory=list[msgspec.Raw])
    oca_urls: list[OcaUrl] = msgspec.field(name="OCA-URLS", default_factory=list[OcaUrl])


class Utilization(msgspec.Struct, frozen=True, kw_only=True):
    """How busy an appliance is, measured between its last two heartbeats unless said otherwise."""

    sent_kbps: Amount = 0
    """What left it."""
    link_kbps: Amount = 0
    """What its link can carry; 0 if nobody said."""
    connections: Amount = 0
    """Open now."""
    most_connections: Amount = 0
    """It opens no more than these; 0 if there is no bound."""
    cpu_permille: Share = 0
    """Of the processors that it may use."""
    disk_permille: Share = 0
    """Of the room that it may fill."""
    error_permille: Share = 0
    """Answers of 5xx among all, over the last several heartbeats."""
    first_byte_ms: Amount = 0
    """From a request to the first byte of its answer, the 95th percentile."""


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """What an appliance says of itself every few seconds. Silence for `HEARTBEAT_EXPIRY_MS` takes it off every list."""

    appliance: ApplianceId
    kind: str
    """`origin`, `exchange` or `isp`."""
    base_url: str
    """Where clients reach it, without a final `/`."""
    shelf: ShelfDigest
    """`shelf_digest` of the titles that are whole on its shelf."""
    titles: Annotated[tuple[TitleId, ...], Meta(max_length=MOST_TITLES)] | None = None
    """These titles; None for a digest that the control plane has heard of before."""
    placed: str = ""
    """`placement_digest` of what it was told to hold; empty if nothing."""
    used: Utilization = Utilization()
    draining: bool = False
    """It finishes what it is sending and wants no new clients."""


HEARTBEAT_EVERY_MS = 2_000
HEARTBEAT_LATE_MS = 4_500
"""Who was silent for so long has missed two in a row: it comes last on every list."""
HEARTBEAT_EXPIRY_MS = 7_000


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """Where an appliance stands, and whom it is near to: told at its start and whenever the control plane asks."""

    appliance: ApplianceId
    site: PlaceName = ""
    """One building: appliances of a site serve the same clients. Empty: a site of its own."""
    cluster: PlaceName = ""
    """Sites that help one another out; empty if it has none."""
    region: PlaceName = ""
    """Whose exchanges stand behind the site."""
    subnets: Annotated[tuple[Subnet, ...], Meta(max_length=MOST_SUBNETS)] = ()
    """The clients whom the site is near to, as its network announces them. None: nobody is sent here for nearness."""
    shelf_bytes: Annotated[int, Meta(ge=0, le=1 << 53)] = 0
    """Room for titles; 0 if nobody said."""


class HeartbeatReply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a heartbeat."""

    placement: Placement | None = None
    """None: nothing has changed since the placement whose digest the heartbeat named."""
    tell_titles: bool = False
    """The shelf's digest is new here: the next heartbeat names the titles."""
    tell_place: bool = False
    """Nobody here knows where the appliance stands: it announces itself again."""


class AnnouncementReply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an announcement."""

    subnets: int
    """How many were taken, each once."""


def shelf_digest(titles: Iterable[str]) -> str:
    """What stands for these titles in heartbeats, whatever their order."""
    return sha256("\n".join(sorted(titles)).encode()).hexdigest()[:32]
