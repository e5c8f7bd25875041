"""What an appliance is told at its start, as one frozen value."""

from pathlib import Path
from typing import Literal

import msgspec

from matinee.wire.ids import ApplianceId
from matinee.wire.steering import PlaceName, Subnet

Kind = Literal["origin", "exchange", "isp"]


class EdgeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: ApplianceId
    """Also its pathway id in steering documents."""
    kind: Kind
    shelf: Path
    """The folder of titles. An origin only reads it, others write it."""
    trust: Path
    """The public keys that media tokens are verified with; read again when the file changes."""
    host: str = "127.0.0.1"
    port: int = 0
    """0 lets the kernel choose."""
    ready_file: Path | None = None
    public_url: str | None = None
    """Where clients reach it, without a final `/`; by default the address it listens on."""
    parent: str | None = None
    """Base URL of the appliance that it fills from; none for an origin."""
    control: str | None = None
    """Base URL of the control plane; without one no heartbeat is sent."""
    site: PlaceName = ""
    """The building that it stands in; empty: it is a site of its own."""
    cluster: PlaceName = ""
    """Sites that help one another out."""
    region: PlaceName = ""
    """Whose exchanges stand behind it."""
    subnets: tuple[Subnet, ...] = ()
    """The clients that it is near to. With none announced, no client is sent here for being near."""
    link_kbps: int = 0
    """What its link carries; 0: unknown, and only connections and processor say how full it is."""
    time_zone: str = "UTC"
    """IANA name of where it stands: fills keep the hours that are quiet there."""
    fill_at_once: bool = False
    """Fills wait for no hours."""
    media_token_file: Path | None = None
    """Holds the token shown to the parent; read at each use, so that it can be renewed in place."""
    control_token_file: Path | None = None
    """Holds the token shown to the control plane; read at each use."""
    tls_certificate: Path | None = None
    """In PEM, the whole chain; read again when the file changes. Without one it speaks plain HTTP."""
    tls_key: Path | None = None
    workers: int = 1
    """Processes on the port: the keeper of the shelf, and others that serve what stands on it. > 0."""
    access_log: bool = False
    max_requests: int = 512
    """Answered at the same time; the next one is told to come back. > 0."""
    max_connections: int = 2048
    """Open at the same time; the next one is refused. > 0."""
    max_fetches: int = 64
    """Files fetched from the parent at the same time, fills included. > 0."""
    shelf_bytes: int = 1 << 40
    """Of files that may lie on the shelf; what is asked for least gives way. Announced, so no more is placed. > 0."""
    eviction: Literal["popularity", "recency"] = "popularity"
    """What goes when the quota is used up."""
    scrub_kbps: int = 80_000
    """How fast files on the shelf are compared with their hashes: 10 MB/s is 2 TB in two and a half days. > 0."""
    max_open_files: int = 2048
    """Of the shelf, kept open between requests. > 0, and well under the limit of descriptors."""
    memory_bytes: int = 256 << 20
    """For the bytes of the hottest small files; what is larger is left to the page cache. >= 0."""
    fill_concurrency: int = 4
    """Files of a fill fetched at the same time. > 0, and less than `max_fetches`."""
    parent_deadline_ms: int = 15_000
    """Within which a file must have come from the parent. > 0."""
    head_deadline_ms: int = 10_000
    """Within which a client must have sent its request line and headers. > 0."""
    idle_deadline_ms: int = 30_000
    """How long a connection is kept without a request: longer than players wait between segments. > 0."""
    write_deadline_ms: int = 20_000
    """Within which a client must take what waits to be sent to it. > 0."""
    max_head_bytes: int = 16_384
    """Longest request line and headers together. > 0."""


def write_settings(settings: EdgeSettings) -> bytes:
    """The settings as JSON."""
    return msgspec.json.encode(settings, enc_hook=str)


def read_settings(raw: bytes | msgspec.Raw) -> EdgeSettings:
    """What `write_settings` wrote. Raises msgspec.ValidationError."""
    return msgspec.json.decode(raw, type=EdgeSettings, dec_hook=lambda kind, text: kind(text))
